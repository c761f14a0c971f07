"""Password hashes and the one spelling of a user name."""

from __future__ import annotations

import secrets
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher()


def normalise_username(raw: str) -> str:
    """Return the spelling under which a user name is stored and looked up (reading 28)."""
    folded = unicodedata.normalize("NFKC", raw).casefold()
    return unicodedata.normalize("NFKC", folded).strip()


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password."""
    return _hasher.hash(password)


def verify_or_waste(stored: str | None, password: str) -> bool:
    """Check a password; for an unknown user (None) spend the same time and say no."""
    try:
        matches = _hasher.verify(stored or _nobodys_hash(), password)
    except (VerificationError, InvalidHashError):
        return False
    return matches and stored is not None


def needs_rehash(stored: str) -> bool:
    """Say whether a hash was made with weaker parameters than those of today."""
    return _hasher.check_needs_rehash(stored)


@cache
def _nobodys_hash() -> str:
    return _hasher.hash(secrets.token_urlsafe())

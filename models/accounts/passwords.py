"""Password hashes and the one spelling of a user name and of a password."""

from __future__ import annotations

import secrets
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

#: No password is longer (the rules see to it), so nobody makes us fold and hash megabytes.
LONGEST = 128
#: What stands for the hash where there is no password yet: nothing that is typed matches it.
NO_PASSWORD = "-"  # noqa: S105 -- the absence of one
_hasher = PasswordHasher()


def normalise_username(raw: str) -> str:
    """Return the spelling under which a user name is stored and looked up (reading 28)."""
    folded = unicodedata.normalize("NFKC", raw).casefold()
    return unicodedata.normalize("NFKC", folded).strip()


def normalise_password(raw: str) -> str:
    """Return the spelling that is judged and hashed: full-width input is the same password."""
    return unicodedata.normalize("NFKC", raw)


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password."""
    return _hasher.hash(_bytes_of(password))


def verify_or_waste(stored: str | None, password: str) -> bool:
    """Check a password; where there is none to check (None, no hash) spend the same time."""
    given = _bytes_of(password[:LONGEST])
    try:
        matches = _hasher.verify(stored or _nobodys_hash(), given)
    except InvalidHashError:
        return verify_or_waste(None, password)
    except VerificationError:
        return False
    return matches and stored is not None and len(password) <= LONGEST


def needs_rehash(stored: str) -> bool:
    """Say whether a hash was made with weaker parameters than those of today."""
    return _hasher.check_needs_rehash(stored)


def _bytes_of(password: str) -> bytes:
    return normalise_password(password).encode("utf-8", "surrogatepass")


@cache
def _nobodys_hash() -> str:
    return _hasher.hash(secrets.token_urlsafe())

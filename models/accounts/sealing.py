"""Sealing what the database must hold but whoever reads the database alone must not learn.

Each purpose has a key of its own, derived from the application's: what is sealed for one cannot be
opened as another. With another application key nothing can be opened any more.
"""

from __future__ import annotations

import base64
from typing import Final

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SECOND_FACTOR: Final = "second factor"
INITIAL_PASSWORD: Final = "initial password"  # noqa: S105 -- a purpose


def cipher(key: str, purpose: str) -> Fernet:
    """Return the cipher of a purpose: its own key, derived from the application's."""
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode())
    return Fernet(base64.urlsafe_b64encode(derived.derive(key.encode())))


def seal(key: str, purpose: str, text: str) -> str:
    """Return a text sealed with the application's ``key`` for one purpose."""
    return cipher(key, purpose).encrypt(text.encode()).decode()


def unseal(key: str, purpose: str, sealed: str) -> str | None:
    """Return the text; None when it was sealed with another key or for another purpose."""
    try:
        return cipher(key, purpose).decrypt(sealed.encode()).decode()
    except InvalidToken:
        return None

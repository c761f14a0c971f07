"""Sealing what must be read again but not by whoever reads the database alone.

Each purpose has a key of its own, derived from the application's: what is sealed for one cannot be
opened as another. With another application key nothing can be opened any more.
"""

from __future__ import annotations

import base64
from typing import Final

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SECOND_FACTOR: Final = b"second factor"
INITIAL_PASSWORD: Final = b"initial password"
KEPT_FORM: Final = b"kept form"


def seal(key: str, purpose: bytes, text: str) -> str:
    """Return a text sealed with the application's ``key`` for one purpose."""
    return _cipher(key, purpose).encrypt(text.encode()).decode()


def unseal(key: str, purpose: bytes, sealed: str) -> str | None:
    """Return the text; None when it was sealed with another key or for another purpose."""
    try:
        return _cipher(key, purpose).decrypt(sealed.encode()).decode()
    except InvalidToken:
        return None


def _cipher(key: str, purpose: bytes) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose)
    return Fernet(base64.urlsafe_b64encode(derived.derive(key.encode())))

"""Addresses that a request brings along, judged before anybody is sent there."""

from __future__ import annotations

from urllib.parse import urlsplit


def local_path(address: str | None) -> str | None:
    """Return ``address`` if it is a path of this site with its query, else None.

    Browsers read ``//host`` and ``/\\host`` as another site and drop control characters, so these
    are refused.
    """
    if not address or not address.startswith("/") or address.startswith(("//", "/\\")):
        return None
    if any(character <= " " or character in "\\\x7f" for character in address):
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return None if parts.scheme or parts.netloc else address

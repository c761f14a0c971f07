"""The signed cookie: the token of the session on the server, and what survives a sign-in."""

from __future__ import annotations

from flask import session

#: Flask-Login's own key.
TOKEN = "_user_id"  # noqa: S105 -- the name of a key
LANGUAGE = "language"


def token() -> str:
    """Return the token that the browser came with, empty without one."""
    return str(session.get(TOKEN, ""))


def forget() -> None:
    """Throw away everything but the language."""
    kept = {LANGUAGE: session[LANGUAGE]} if LANGUAGE in session else {}
    session.clear()
    session.update(kept)


def keep(token: str) -> None:
    """Start a new cookie for a new token, so that nothing of the one before lives on."""
    forget()
    session[TOKEN] = token

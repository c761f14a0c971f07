"""Sentences that say how a session ended [REG-81]."""

from __future__ import annotations

from datetime import timedelta

from admin_app.i18n import instant
from models.accounts.sessions import ABSOLUTE, IDLE, End, EndReason
from models.text import Message, msg

UNKNOWN = msg("Your session has ended. Sign in again.")
BY_ACCOUNT = msg(
    "Your session has ended, because your password was changed or reset, or the account disabled."
    " Sign in again."
)


def sentence_of(end: End | None) -> Message:
    """Return what happened to a session and since when; None is one of which there is no trace."""
    if end is None:
        return UNKNOWN
    since = instant(end.since)
    if end.reason == EndReason.idle:
        return msg(
            "Your session expired at %(since)s, after %(minutes)s minutes without activity."
            " Sign in again.",
            since=since,
            minutes=IDLE // timedelta(minutes=1),
        )
    if end.reason == EndReason.absolute:
        return msg(
            "Your session expired at %(since)s: you had been signed in for %(hours)s hours."
            " Sign in again.",
            since=since,
            hours=ABSOLUTE // timedelta(hours=1),
        )
    if end.reason == EndReason.revoked:
        return msg(
            "Your session was ended at %(since)s: by signing out, from another device, or because"
            " your password or role was changed. Sign in again.",
            since=since,
        )
    return BY_ACCOUNT

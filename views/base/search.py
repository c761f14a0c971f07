"""The search box: which columns it looks in, and which terms must not stand in an address.

A personal number is POSTed, kept for its user in the database and stands in the address as an
opaque token (reading 6): addresses end up in histories, logs and messages to colleagues.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, false, or_, select

from models.accounts.tables_settings import SavedView, UserPreference
from models.base.names import readings
from models.base.session import ActorSession
from models.base.spelling import half_width
from models.batch.pinning import LARGEST_ID
from views.base.columns import GridColumn
from views.base.prefix import begins_with

TOKEN = "~"  # noqa: S105 -- the mark before a token, not a password
MAX_CHARS = 100
#: Terms kept per user beside those of saved views; the oldest go first.
KEPT_TERMS = 100
_KEY = "term:"
_DIGEST = re.compile(r"[0-9a-f]{32}")
#: Resident cards of 18 and 15 characters and their beginnings, and documents of letters and digits.
_NUMBER = re.compile(r"[0-9]{17}X|[0-9]{18}|[0-9]{15}|[0-9]{11,14}|[0-9]{16}")
_DOCUMENT = re.compile(r"[A-Z]{1,3}[0-9]{6,12}|[0-9]{8}|[0-9]{10}")
#: The same inside other text: card numbers, mobile numbers and e-mail addresses. A number behind
#: a B is one that an office has given to an application.
_INSIDE = re.compile(
    r"(?<![0-9B])(?:[0-9]{17}[0-9X]|[0-9]{15}|1[3-9][0-9]{9})(?![0-9])|[^@\s]@[^@\s]"
)


def normalise(text: str) -> str:
    """Return what was typed without surrounding blanks, control characters and full-width forms."""
    return _folded(text)[:MAX_CHARS]


def _folded(text: str) -> str:
    return "".join(c for c in half_width(text) if unicodedata.category(c)[0] != "C").strip()


def looks_personal(term: str) -> bool:
    """Say whether a term may be somebody's document, or holds a personal number or address."""
    compact = _compact(term)
    return holds_personal(term) or any(s.fullmatch(compact) for s in (_NUMBER, _DOCUMENT))


def holds_personal(text: str) -> bool:
    """Say whether a card number, a mobile number or an e-mail address stands anywhere in a text."""
    return any(_INSIDE.search(each) for each in (_folded(text).upper(), _compact(text)))


def _compact(text: str) -> str:
    return re.sub(r"[\s-]", "", _folded(text).upper())


def match(columns: Sequence[GridColumn], term: str) -> ColumnElement[bool]:
    """Return what the search box finds: whole numbers, beginnings of names as written, in pinyin
    with or without blanks, and by their initials.
    """
    ways = [_matches(column, term) for column in columns]
    return or_(*ways) if ways else false()


def _matches(column: GridColumn, term: str) -> ColumnElement[bool]:
    if column.number:
        numbered: ColumnElement[bool] = column.expression.in_(_numbers(term))
        return numbered
    if column.meta.search == "exact" or column.sensitive:
        exact: ColumnElement[bool] = column.expression.in_(spellings(column, term))
        return exact
    written = (begins_with(column.expression, each) for each in spellings(column, term))
    return or_(*written, *_sounding(column, term))


def _numbers(term: str) -> list[int]:
    """Return the number that a term is, with or without a mark before it; else none."""
    digits = term.removeprefix("#").strip()
    is_number = digits.isascii() and digits.isdigit() and int(digits) <= LARGEST_ID
    return [int(digits)] if is_number else []


def _sounding(column: GridColumn, term: str) -> Iterator[ColumnElement[bool]]:
    if column.sounds:
        pinyin, initials = column.sounds
        yield from (begins_with(pinyin, each) for each in readings(term))
        yield from (begins_with(initials, each) for each in letters(term))


def spellings(column: GridColumn, term: str) -> list[str]:
    """Return the spellings of a term in which a column may hold it.

    A number is stored in one way: blanks, hyphens, full-width forms and small letters do not
    matter.
    """
    if column.sensitive or column.meta.spelled:
        return [stored_spelling(column, term)]
    return sorted({term, term.lower(), term.upper()})


def stored_spelling(column: GridColumn, typed: str) -> str:
    """Return a value as the column would hold it; that of an ordinary text stays as it is."""
    if column.meta.spelled:
        return column.meta.spelled(_compact(typed))
    is_number = column.sensitive and column.meta.sensitive != "text"
    return _compact(typed) if is_number else typed


def letters(term: str) -> list[str]:
    """Return what may be the initials of a name; nothing where a term is more than letters."""
    compact = "".join(term.lower().split())
    return [compact] if compact.isascii() and compact.isalpha() else []


def keep_term(session: ActorSession, term: str) -> str:
    """Keep a term for the session's user and return the token that stands for it.

    The token is a keyed digest: the same term gives the same token, nobody can turn it back.
    """
    user_id = session.need_actor().user_id
    token = _digest(f"{user_id}:{term}")
    if session.scalar(_kept(token)) is None:
        session.add(UserPreference(user_id=user_id, key=_KEY + token, value={"term": term}))
        _forget_oldest(session)
    return TOKEN + token


def recall(session: ActorSession, token: str) -> str | None:
    """Return the term of a token of the session's own user; None for anybody else's or junk."""
    if not _DIGEST.fullmatch(token.removeprefix(TOKEN)):
        return None
    kept = session.scalar(_kept(token.removeprefix(TOKEN)))
    term = (kept.value or {}).get("term") if kept else None
    return term if isinstance(term, str) else None


def _digest(text: str) -> str:
    secret = str(current_app.secret_key).encode()
    return hmac.new(secret, b"search term:" + text.encode(), hashlib.sha256).hexdigest()[:32]


def _kept(token: str) -> Any:
    return select(UserPreference).where(UserPreference.key == _KEY + token)


def _forget_oldest(session: ActorSession) -> None:
    """Keep the latest, and those that a saved view stands on."""
    own = select(SavedView.query).where(SavedView.user_id == session.need_actor().user_id)
    stood_on = " ".join(session.scalars(own))
    old = select(UserPreference).where(UserPreference.key.startswith(_KEY))
    newest_first = old.order_by(UserPreference.id.desc()).offset(KEPT_TERMS - 1)
    for kept in session.scalars(newest_first):
        if kept.key.removeprefix(_KEY) not in stood_on:
            session.delete(kept)


def holds_token(query: str) -> bool:
    """Say whether an address's query holds a token, which its own user alone can open."""
    return re.search(rf"{TOKEN}{_DIGEST.pattern}", query) is not None


def is_token(text: str) -> bool:
    """Say whether a text of an address stands for a kept term; a marked number does not."""
    if _DIGEST.fullmatch(text.removeprefix(TOKEN)):
        return text.startswith(TOKEN)
    return text.startswith(TOKEN) and not looks_personal(text.removeprefix(TOKEN))

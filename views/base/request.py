"""What a request gives to a view: session, actor and language; and the one commit of the views."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from flask import abort, current_app, g, has_app_context
from flask_babel import force_locale, get_locale, gettext
from sqlalchemy import literal, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from models.base.actor import Actor
from models.base.engine import writing
from models.base.integrity import refusal_of
from models.base.session import INSTALLED, ActorSession
from models.errors import Conflict
from models.text import Label, Message, msg

#: The language where nobody has chosen one.
USUAL = "zh_Hans_CN"


def session() -> ActorSession:
    """Return the request's session."""
    return cast(ActorSession, current_app.extensions["sqlalchemy"].session())


def actor() -> Actor:
    """Return who acts in this request; nobody is refused with 403."""
    found = session().actor
    if found is None:
        abort(403)
    return found


def tell_refusal(message: Message) -> None:
    """Keep why this request is refused, for the trail; the last reason stands."""
    g.refusal = message


def told_refusal() -> Message | None:
    """Return why this request is refused, None where nobody has said."""
    found: Message | None = g.get("refusal")
    return found


def commit(of: ActorSession | None = None) -> None:
    """Commit the request's session, or ``of``: the one place of the views that does.

    :raises Conflict: when a row has moved on since it was read.
    :raises BadInput: when the database refuses, with a sentence for its constraint.
    """
    work = of or session()
    try:
        work.commit()
    except StaleDataError as error:
        work.rollback()
        raise Conflict(
            msg("Somebody else has changed this record. Look at it again before you go on.")
        ) from error
    except IntegrityError as error:
        work.rollback()
        raise refusal_of(error) from error


@contextmanager
def own_session(*, write: bool = False, who: Actor | None = None) -> Iterator[ActorSession]:
    """Open a session of its own with the request's actor, or with ``who`` stands in for him.

    Exports stream from one; what a GET may append (reading 7) is written in one. With ``write`` the
    request's own session is ended first: on SQLite two transactions of one request would wait for
    each other.
    """
    who, bind, info = who or actor(), session().get_bind(), session().info
    installed = {name: info[name] for name in INSTALLED}
    if write:
        session().rollback()
    with ActorSession(bind=bind) as own:
        own.act_as(who)
        own.info |= installed
        _begin(own, write=write)
        yield own


def _begin(own: ActorSession, *, write: bool) -> None:
    """Begin at once, so that a generator holds no context variable while it is suspended."""
    token = writing.set(write)
    try:
        own.scalar(select(literal(1)))
    finally:
        writing.reset(token)


def locale() -> str:
    """Return the language of the request, such as ``zh_Hans_CN``: hundreds of texts of a page ask,
    so it is worked out once. Who speaks another meanwhile says so by :func:`speaking`.
    """
    if not has_app_context():
        return USUAL
    known = g.get("locale")
    if known is None:
        known = g.locale = str(get_locale() or USUAL)
    found: str = known
    return found


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak a language inside the block, whatever that of the request."""
    former = g.pop("locale", None)
    with force_locale(language):
        try:
            yield
        finally:
            g.pop("locale", None)
    if former is not None:
        g.locale = former


def text(value: Any) -> Any:
    """Return a label or message in the request's language, anything else as it is."""
    if isinstance(value, Label):
        return value.get(locale())
    return translate(value) if isinstance(value, Message) else value


def translate(message: Message) -> str:
    """Translate a message; labels and messages among its values are translated too."""
    values = {name: text(value) for name, value in message.params.items()}
    return str(gettext(message.msgid, **values))

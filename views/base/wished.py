"""What somebody wanted of a saved view and could not have, kept for the next page of its list."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import flask

from models.errors import BadInput
from views.base.request import translate

#: Key of the signed-in session.
KEY = "wished view"
#: So much of each text is given back: enough to be mended.
MOST_CHARS = 120


@dataclass(frozen=True, slots=True)
class Wished:
    """The form as it was filled in, and why nothing was done; ``field`` names the input at fault,
    empty where it is none of them.
    """

    table: str
    act: str
    name: str
    shared_role: str
    is_default: bool
    why: str
    field: str


def keep_wished(table: str, act: str, refusal: BadInput) -> None:
    """Keep the posted form of a view until its list is shown."""
    form = flask.request.form
    wished = Wished(
        table=table,
        act=act,
        name=form.get("name", "")[:MOST_CHARS],
        shared_role=form.get("shared_role", "")[:MOST_CHARS],
        is_default=form.get("is_default") == "1",
        why=translate(refusal.message),
        field=refusal.field or "",
    )
    flask.session[KEY] = asdict(wished)


def take_wished(table: str) -> Wished | None:
    """Return what is kept of a list, once."""
    kept = flask.session.get(KEY)
    if not kept or kept["table"] != table:
        return None
    return Wished(**flask.session.pop(KEY))

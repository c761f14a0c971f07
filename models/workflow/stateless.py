"""Tables without states: what may be changed of many of their records at once is declared alone."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, String, cast

from models.base.choices import Choice
from models.base.orm import Business
from models.workflow import sql
from models.workflow.machine import Context, Editing, Machine, place_of_row

Place = tuple[ColumnElement[Any], ColumnElement[Any]]


class Stateless(Choice):
    """The states of a table that has none."""


def place_of_nobody(_entity: Any, _ctx: Context) -> Place:
    """Return the place of reference data, which belong to no organisation."""
    return sql.number(None), sql.number(None)


def stateless(table: type[Business], editing: Editing, **parts: Any) -> Machine:
    """Return the machine of a table without states: it moves nothing and only edits.

    It is named as its table. ``parts`` are ``title`` and ``place`` of :class:`Machine` where they
    are not the column ``__title__`` and the row's own ``org_id`` (none for reference data).
    """

    def title(entity: Any) -> ColumnElement[str]:
        return cast(getattr(entity, table.__title__), String())

    place = place_of_row if table.__scope__.scoped else place_of_nobody
    known: dict[str, Any] = {"title": title, "place": place} | parts
    return Machine(table.__tablename__, table, "", Stateless, (), editing=editing, **known)

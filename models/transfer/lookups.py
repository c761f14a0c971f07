"""What cells name and other tables hold: records by title or code, within the actor's sight."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, or_, select

from models.base.actor import Actor
from models.base.columns import meta
from models.base.orm import Base
from models.base.session import ActorSession
from models.errors import BadInput
from models.text import Message, msg
from models.transfer.cells import Codes, read_text
from models.transfer.codes import codes_in_use


def _everything(_target: Any, _actor: Actor, _value: Any) -> tuple[ColumnElement[bool], ...]:
    return ()


def _write_the_code(_inside: Any) -> Message:
    return msg("Several records are called %(text)s. Write the code.")


@dataclass(frozen=True)
class Lookup:
    """How the text of a cell names a record: by any of ``names``, which return expressions on the
    target; ``narrow`` limits the choice, given the value of the column ``within`` of the row;
    ``several`` says, given that value too, what to do where several are called so.
    """

    names: Callable[[Any], tuple[ColumnElement[Any], ...]]
    within: str | None = None
    narrow: Callable[[Any, Actor, Any], tuple[ColumnElement[bool], ...]] = _everything
    several: Callable[[Any], Message] = _write_the_code


def by_title(target: Any) -> tuple[ColumnElement[Any], ...]:
    """Return what a record is called, by default: its title and its code, if it has one."""
    title = getattr(target, target.__title__)
    return (title, target.code) if hasattr(target, "code") else (title,)


class Lookups:
    """The look-ups of one import; every text is asked for once."""

    def __init__(self, session: ActorSession, actor: Actor, declared: Mapping[str, Lookup]) -> None:
        self.session = session
        self.actor = actor
        self.declared = declared
        self.codes: Codes = codes_in_use(session)
        self._found: dict[tuple[str, str, Any], list[Any]] = {}
        self._titles: dict[tuple[str, Any], str] = {}

    def find(self, name: str, column: Any, cell: Any, values: Mapping[str, Any]) -> Any:
        """Return the key of the record that a cell of the field ``name`` names; None for an empty
        one.

        :raises BadInput: when none is called so, or several are.
        """
        text = read_text(cell)
        if text is None:
            return None
        lookup = self.declared.get(name, Lookup(by_title))
        inside = values.get(lookup.within) if lookup.within else None
        key = (name, text, inside)
        if key not in self._found:
            self._found[key] = self._ask(column, lookup, text, inside)
        found = self._found[key]
        if len(found) == 1:
            return found[0]
        if found:
            raise BadInput(Message(lookup.several(inside).msgid, {"text": text[:40]}))
        raise BadInput(msg("There is no %(text)s here that you may choose.", text=text[:40]))

    def within(self, name: str) -> str | None:
        """Return the field that says where the record of another one is looked for, if any."""
        lookup = self.declared.get(name)
        return lookup.within if lookup else None

    def _ask(self, column: Any, lookup: Lookup, text: str, inside: Any) -> list[Any]:
        target, key = target_of(column)
        matches = or_(*(name == text for name in lookup.names(target)))
        wanted = select(getattr(target, key)).where(
            matches, *lookup.narrow(target, self.actor, inside)
        )
        if hasattr(target, "is_deleted"):
            wanted = wanted.where(~target.is_deleted)
        return list(self.session.scalars(wanted.limit(2)))

    def title(self, column: Any, value: Any) -> str:
        """Return what a record that a column names is called; its key where it is out of sight."""
        place = (column.key, value)
        if place not in self._titles:
            target, key = target_of(column)
            wanted = select(target).where(getattr(target, key) == value)
            found = self.session.scalars(wanted).first()
            self._titles[place] = found.caption() if found is not None else f"#{value}"
        return self._titles[place]


def is_reference(column: Any) -> bool:
    """Say whether a column names a record."""
    return bool(column.foreign_keys)


def target_of(column: Any) -> tuple[Any, str]:
    """Return the mapped class that a column names a record of, and the name of its key."""
    (foreign,) = column.foreign_keys
    table = foreign.column.table
    mapper = next(m for m in Base.registry.mappers if m.local_table is table)
    return mapper.class_, foreign.column.key


def is_secret(column: Any) -> bool:
    """Say whether a column's values are personal data, which no preview tells."""
    return meta(column).sensitive is not None

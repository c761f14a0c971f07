"""A paper as it is declared: name, record, states, what stands on it. A template lays it out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import inspect

from models.base.choices import Choice
from models.base.columns import meta
from models.base.orm import Base
from models.text import Label, Message, msg
from models.workflow.registry import machine_of

#: The right to print the papers of a table, and the act by which the trail tells of it.
RIGHT, PRINTED = "paper", "print"


@dataclass(frozen=True)
class Paper:
    """What is printed of one record.

    ``fields`` are the columns of the record that stand on it, ``parts`` those of the rows that
    belong to it, by relationship; ``needs`` are columns without which there is nothing to print.
    ``states`` empty means any state. ``photo`` is the
    column of the picture on it, ``adds`` returns what else the template reads. ``stamp`` and
    ``counter`` are columns of the record that keep the first print and the number of prints.
    """

    name: str
    label: Label
    model: type[Base]
    fields: str
    states: tuple[Choice, ...] = ()
    needs: str = ""
    parts: Mapping[str, str] = field(default_factory=dict)
    loads: str = ""
    photo: str = ""
    adds: Callable[[Any], Mapping[str, Any]] | None = None
    stamp: str = ""
    counter: str = ""
    pages: int = 1

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the columns of the record that stand on the paper."""
        return tuple(self.fields.split())

    @property
    def personal(self) -> tuple[str, ...]:
        """Return those of them that are personal data."""
        known = inspect(self.model).columns
        return tuple(name for name in self.columns if meta(known[name]).sensitive)

    def why_not(self, record: Any) -> Message | None:
        """Return why the paper cannot be printed of a record now, None where it can."""
        machine = machine_of(self.model)
        state = getattr(record, machine.column) if machine else None
        if self.states and machine and state not in {each.value for each in self.states}:
            label = meta(inspect(self.model).columns[machine.column]).choices or {}
            return msg("In the state “%(state)s” there is no such paper.", state=label[str(state)])
        for name in self.needs.split():
            if getattr(record, name) is None:
                column = meta(inspect(self.model).columns[name])
                return msg("It has no “%(column)s” yet.", column=column.label)
        return None

    def words(self, record: Any) -> list[str]:
        """Return every text of the record and its parts that has to be set in type."""
        own = [getattr(record, name) for name in self.columns]
        parts = [
            getattr(part, name)
            for relation, names in self.parts.items()
            for part in getattr(record, relation)
            for name in names.split()
        ]
        return [value for value in (*own, *parts) if isinstance(value, str)]


_papers: dict[str, Paper] = {}


def register(*papers: Paper) -> tuple[Paper, ...]:
    """Make papers known.

    :raises ValueError: when a name is taken, or a column does not exist.
    """
    for paper in papers:
        if paper.name in _papers:
            raise ValueError(f"there are two papers {paper.name}")
        unknown = {*paper.columns, *paper.needs.split()} - set(paper.model.__table__.columns.keys())
        if unknown:
            raise ValueError(f"paper {paper.name} names unknown columns: {sorted(unknown)}")
        _papers[paper.name] = paper
    return papers


def papers_of(model: type[Base]) -> tuple[Paper, ...]:
    """Return the papers of a table, in the order of their declaration."""
    return tuple(paper for paper in _papers.values() if paper.model is model)


def paper_named(model: type[Base], name: str) -> Paper | None:
    """Return a paper of a table by its name, None where it has no such paper."""
    found = _papers.get(name)
    return found if found is not None and found.model is model else None

"""A paper as it is declared: name, record, states, what stands on it. A template lays it out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
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
    """What is printed of one record; its template reads what is declared here, and nothing else.

    ``fields`` are the columns of the record that stand on it, ``reads`` those of related records,
    by relationship; ``picks`` says of a relationship to many which of its records stand on it.
    ``needs`` are columns without which there is nothing to print. ``states`` empty means any
    state. ``photo`` is the column of the picture on it, ``adds`` returns plain values that the
    template reads beside them. ``stamp`` and ``counter`` are columns of the record that keep the
    first print and the number of prints.
    """

    name: str
    label: Label
    model: type[Base]
    fields: str
    states: tuple[Choice, ...] = ()
    needs: str = ""
    reads: Mapping[str, str] = field(default_factory=dict)
    picks: Mapping[str, Callable[[Any], bool]] = field(default_factory=dict)
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
    def own_columns(self) -> tuple[str, ...]:
        """Return the columns of the record that printing reads or keeps beside its fields."""
        return tuple(name for name in (self.photo, self.stamp, self.counter) if name)

    def related(self) -> Iterator[tuple[str, type[Base], tuple[str, ...]]]:
        """Return each relationship that is read, its class, and the columns read of it."""
        relationships = inspect(self.model).relationships
        for name, columns in self.reads.items():
            yield name, relationships[name].mapper.class_, tuple(columns.split())

    @property
    def personal(self) -> tuple[str, ...]:
        """Return the columns on the paper that are personal data, related ones with their path; a
        photograph is one.
        """
        own = [*_sensitive(self.model, self.columns), *filter(None, (self.photo,))]
        others = (
            f"{name}.{column}"
            for name, model, columns in self.related()
            for column in _sensitive(model, columns)
        )
        return (*own, *others)

    def picked(self, record: Any, name: str) -> list[Any]:
        """Return the related records that stand on the paper, in their order."""
        found = getattr(record, name)
        several = found if isinstance(found, list) else [found]
        keeps = self.picks.get(name)
        return [each for each in several if each is not None and (keeps is None or keeps(each))]

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


_papers: dict[str, Paper] = {}


def register(*papers: Paper) -> tuple[Paper, ...]:
    """Make papers known.

    :raises ValueError: when a name is taken, or a column or relationship does not exist.
    """
    for paper in papers:
        if paper.name in _papers:
            raise ValueError(f"there are two papers {paper.name}")
        unknown = sorted(_unknown(paper))
        if unknown:
            raise ValueError(f"paper {paper.name} names unknown columns: {unknown}")
        _papers[paper.name] = paper
    return papers


def _unknown(paper: Paper) -> set[str]:
    """Return what a paper names and no mapped class has."""
    own = {*paper.columns, *paper.needs.split(), *paper.own_columns}
    unknown = own - set(inspect(paper.model).columns.keys())
    related = set(inspect(paper.model).relationships.keys())
    unknown |= {*paper.reads, *paper.picks} - related
    unknown |= paper.picks.keys() - paper.reads.keys()
    if unknown:
        return unknown
    return {
        f"{name}.{column}"
        for name, model, columns in paper.related()
        for column in set(columns) - set(inspect(model).columns.keys())
    }


def _sensitive(model: type[Base], names: Iterable[str]) -> list[str]:
    known = inspect(model).columns
    return [name for name in names if meta(known[name]).sensitive]


def papers_of(model: type[Base]) -> tuple[Paper, ...]:
    """Return the papers of a table, in the order of their declaration."""
    return tuple(paper for paper in _papers.values() if paper.model is model)


def paper_named(model: type[Base], name: str) -> Paper | None:
    """Return a paper of a table by its name, None where it has no such paper."""
    found = _papers.get(name)
    return found if found is not None and found.model is model else None

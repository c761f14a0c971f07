"""What a template of a paper reads: one sheet per record, with its declared values in words."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import selectinload

from models.base.actor import Actor
from models.base.columns import meta
from models.base.orm import Base
from models.files.accepted import for_print
from models.files.operations import file_of
from models.papers.operations import copies_of
from models.papers.paper import Paper
from models.text import Label, Message, msg
from views.base import rights
from views.base.attaching import storage
from views.base.choosing import load_code_sets
from views.base.record import RecordPages
from views.base.request import session, translate
from views.base.shown import load_referred, show_all, title_of

#: The longer side of a photograph on paper, 35 mm at 300 dots an inch.
PHOTO_DOTS = 420


@dataclass(frozen=True, slots=True)
class Told:
    """A value as it stands on paper: masked where the role may not see it. ``holds`` says of a yes
    or no that it is yes.
    """

    label: Label
    text: str
    holds: bool = False


Values = Mapping[str, Told]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One paper of one record: its declared ``values``, those of each record ``related`` to it, and
    of the lists that belong to it (``parts``); ``extra`` is what the declaration adds.
    """

    title: str
    values: Values
    related: Mapping[str, Values]
    parts: Mapping[str, Sequence[Values]]
    extra: Mapping[str, Any]
    copy_no: int
    photo: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """Which records a paper can be printed of, which not and why, and which were printed before."""

    paper: Paper
    ready: Sequence[Any]
    refused: Sequence[tuple[Any, str, Message]] = ()
    copies: Mapping[int, int] = field(default_factory=dict)

    @property
    def ids(self) -> list[int]:
        """Return which records can be printed, in their order."""
        return [record.id for record in self.ready]

    @property
    def refused_for(self) -> Mapping[str, list[tuple[Any, str]]]:
        """Return the refused records with their titles by what is wrong with them, in words."""
        by_reason: dict[str, list[tuple[Any, str]]] = {}
        for record, title, why in self.refused:
            by_reason.setdefault(translate(why), []).append((record, title))
        return by_reason

    @property
    def reprints(self) -> int:
        """Return how many were printed before."""
        return sum(1 for id_ in self.ids if id_ in self.copies)

    @property
    def coming(self) -> dict[int, int]:
        """Return which copy of each record would be printed now."""
        return {id_: self.copies.get(id_, 0) + 1 for id_ in self.ids}


def load(paper: Paper, statement: Any) -> list[Any]:
    """Return the records of a statement with what their sheets read, by few statements, as the
    database has them now.
    """
    loads = [selectinload(getattr(paper.model, name)) for name in paper.reads]
    options = {"populate_existing": True}
    return list(session().scalars(statement.options(*loads), execution_options=options))


def chosen(model: Any, ids: Sequence[int]) -> Any:
    """Return a SELECT of ticked records."""
    return select(model).where(model.id.in_(ids))


def judge(view: RecordPages[Any], paper: Paper, records: Sequence[Any], who: Actor) -> Judged:
    """Part records into those that can be printed and those that cannot."""
    view.judge_all(records, who)
    refused = [
        (record, title_of(record), why)
        for record in records
        if (why := why_not(view, paper, record, who)) is not None
    ]
    out = {record.id for record, _title, _why in refused}
    ready = [record for record in records if record.id not in out]
    copies = copies_of(session(), paper, [record.id for record in ready])
    return Judged(paper, ready, refused, copies)


def why_not(view: RecordPages[Any], paper: Paper, record: Any, who: Actor) -> Message | None:
    """Return why an actor cannot print a paper of a record, None where he can."""
    if not view.may_act_on(record, who):
        return msg("It belongs to another organisation: you may look at it only.")
    return paper.why_not(record)


def sheets(
    paper: Paper, records: Sequence[Any], copies: Mapping[int, int], *, with_photo: bool = True
) -> list[Sheet]:
    """Return the sheets of records; values that the role may not see stay masked."""
    _load_words(paper, records)
    return [
        Sheet(
            title_of(record),
            _values(record, paper.columns),
            *_related(paper, record),
            paper.adds(record) if paper.adds else {},
            copies[record.id],
            _photo(paper, record) if with_photo else "",
        )
        for record in records
    ]


def _load_words(paper: Paper, records: Sequence[Any]) -> None:
    """Read what stands for the codes and keys of all sheets, by few statements."""
    read = [(paper.model, paper.columns, records)]
    for name, model, columns in paper.related():
        read.append((model, columns, [e for r in records for e in paper.picked(r, name)]))
    for model, columns, rows in read:
        known = inspect(model).columns
        load_code_sets({str(s) for name in columns if (s := meta(known[name]).code_set)})
        load_referred(rows, columns)


def _related(paper: Paper, record: Any) -> tuple[dict[str, Values], dict[str, Sequence[Values]]]:
    single: dict[str, Values] = {}
    parts: dict[str, Sequence[Values]] = {}
    for name, _model, columns in paper.related():
        told = [_values(each, columns) for each in paper.picked(record, name)]
        if inspect(paper.model).relationships[name].uselist:
            parts[name] = told
        else:
            single[name] = next(iter(told), {})
    return single, parts


def _values(record: Base, names: Iterable[str]) -> Values:
    shown = show_all(record, names, True, lambda _model, _id: None)
    return {
        each.name: Told(
            each.label, each.text, not each.hidden and getattr(record, each.name) is True
        )
        for each in shown
    }


def _photo(paper: Paper, record: Any) -> str:
    """Return the picture of a sheet as an address that holds the picture itself; empty for none."""
    seen = bool(paper.photo) and rights.is_open(paper.model, paper.photo)
    file = file_of(session(), getattr(record, paper.photo)) if seen else None
    if file is None or not storage().has(file.storage_path):
        return ""
    drawn = for_print(storage().read(file.storage_path), PHOTO_DOTS)
    return f"data:{file.mime};base64,{b64encode(drawn).decode('ascii')}"

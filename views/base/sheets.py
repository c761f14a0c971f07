"""What a template of a paper reads: one sheet per record, with its values in words."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import current_app
from sqlalchemy import inspect, select
from sqlalchemy.orm import selectinload

from models.base.actor import Actor
from models.base.columns import meta
from models.files.operations import file_of
from models.papers.coverage import unsettable
from models.papers.operations import copies_of
from models.papers.paper import Paper
from models.text import Message, msg
from views.base import rights
from views.base.attaching import storage
from views.base.choosing import load_code_sets
from views.base.record import RecordPages
from views.base.request import session
from views.base.shown import Shown, load_referred, show_all, title_of


@dataclass(frozen=True, slots=True)
class Sheet:
    """One paper of one record: ``values`` holds the declared columns in words, ``extra`` what the
    declaration adds.
    """

    record: Any
    values: Mapping[str, Shown]
    extra: Mapping[str, Any]
    copy_no: int
    photo: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """Which records a paper can be printed of, which not and why, and what no font can set."""

    paper: Paper
    ready: Sequence[Any]
    refused: Sequence[tuple[Any, str, Message]] = ()
    holes: Sequence[tuple[Any, str, Sequence[str]]] = ()
    copies: Mapping[int, int] = field(default_factory=dict)
    font: str | None = None

    @property
    def reprints(self) -> int:
        """Return how many were printed before."""
        return sum(1 for record in self.ready if record.id in self.copies)


def load(paper: Paper, statement: Any) -> list[Any]:
    """Return the records of a statement with what their sheets read, by few statements."""
    loads = [selectinload(getattr(paper.model, name)) for name in paper.loads.split()]
    return list(session().scalars(statement.options(*loads)))


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
    font = current_app.config["PAPER_FONT"]
    holes = [
        (record, title_of(record), [f"{sign} U+{ord(sign):04X}" for sign in missing])
        for record in (ready if font else ())
        if (missing := unsettable(paper.words(record), font))
    ]
    copies = copies_of(session(), paper, [record.id for record in ready])
    return Judged(paper, ready, refused, holes, copies, font and font.name)


def why_not(view: RecordPages[Any], paper: Paper, record: Any, who: Actor) -> Message | None:
    """Return why an actor cannot print a paper of a record, None where he can."""
    if not view.may_act_on(record, who):
        return msg("It belongs to another organisation: you may look at it only.")
    return paper.why_not(record)


def sheets(paper: Paper, records: Sequence[Any], copies: Mapping[int, int]) -> list[Sheet]:
    """Return the sheets of records; values that the role may not see stay masked."""
    columns = inspect(paper.model).columns
    load_code_sets({str(s) for name in paper.columns if (s := meta(columns[name]).code_set)})
    load_code_sets({"MATERIAL_TYPE"})
    load_referred(records, paper.columns)
    return [
        Sheet(
            record,
            {
                value.name: value
                for value in show_all(record, paper.columns, True, lambda _model, _id: None)
            },
            paper.adds(record) if paper.adds else {},
            copies[record.id],
            _photo(paper, record),
        )
        for record in records
    ]


def _photo(paper: Paper, record: Any) -> str:
    """Return the picture of a sheet as an address that holds the picture itself; empty for none."""
    seen = bool(paper.photo) and rights.is_open(paper.model, paper.photo)
    file = file_of(session(), getattr(record, paper.photo)) if seen else None
    if file is None or not storage().has(file.storage_path):
        return ""
    return f"data:{file.mime};base64,{b64encode(storage().read(file.storage_path)).decode('ascii')}"


def chosen(model: Any, ids: Sequence[int]) -> Any:
    """Return a SELECT of ticked records."""
    return select(model).where(model.id.in_(ids))

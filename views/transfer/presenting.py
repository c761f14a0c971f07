"""An import as its page shows it: columns, the sentence, what changes, what is refused and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask import url_for

from models.base.actor import Actor
from models.base.choices import Choice
from models.base.session import ActorSession
from models.batch import undoable
from models.batch.ownership import is_own
from models.batch.tables import Batch, BatchState
from models.text import Label, Message
from models.transfer import carrying
from models.transfer.declaring import Importer, Sequel
from models.transfer.importing import CHANGED, EXAMPLES, NEW, UNCHANGED, Example, Problem, Report
from models.transfer.sampling import samples_of
from models.transfer.tables import ImportFile
from models.transfer.taking_back import may_take_back
from views.batch.presenting import closing_of
from views.batch.progress import Progress, progress_of, standing_of
from views.batch.rows import RowTable
from views.batch.undo import UndoPart, undo_part

#: So many refused rows are told on the page; all of them stand in the workbook.
PROBLEMS_SHOWN = 100
OUTCOMES: dict[str, Label] = {
    NEW: Label("新增", "New"),
    CHANGED: Label("修改", "Changed"),
    UNCHANGED: Label("不变", "Unchanged"),
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file, the name of the field that it fills, and some of its values."""

    heading: str
    chosen: str
    samples: Sequence[str] = ()


@dataclass(slots=True)
class Page:
    """Everything that the page of an import reads."""

    id: int
    url: str
    name: str
    noun: Label
    state: BatchState
    standing: Choice
    list_url: str
    is_open: bool
    progress: Progress | None
    closing: Message | None
    columns: Sequence[Column]
    fields: Sequence[tuple[str, Label, bool]]
    report: Report | None = None
    all_or_nothing: bool = False
    undo: UndoPart | None = None
    rows: RowTable | None = None
    pinned: int = 0
    has_file: bool = False
    other_batch: str | None = None
    sequel: Sequel | None = None
    refusal: Message | None = None
    reasons: Sequence[tuple[str, Message, int]] = field(default_factory=tuple)

    @property
    def is_done(self) -> bool:
        """Whether the import was carried out, undone since or not."""
        return self.state in (BatchState.done, BatchState.undone)

    @property
    def unread(self) -> int:
        """Columns of the file that fill nothing."""
        return sum(not column.chosen for column in self.columns)

    @property
    def counts(self) -> list[tuple[Label, int]]:
        """Rows by what becomes of them, where the import tells."""
        told = self.report.outcomes if self.report else {}
        return [(label, told[key]) for key, label in OUTCOMES.items() if told.get(key)]

    @property
    def problems(self) -> Sequence[Problem]:
        """The first refusals."""
        return self.report.problems[:PROBLEMS_SHOWN] if self.report else ()

    @property
    def examples(self) -> Sequence[tuple[Example, Label]]:
        """The first rows that are made or changed."""
        shown = self.report.examples if self.report else []
        return [(each, OUTCOMES[each.outcome]) for each in shown if each.outcome != UNCHANGED]

    @property
    def first(self) -> int:
        """How many rows of each kind are shown, where there are more; else 0."""
        told = self.report.outcomes if self.report else {}
        return EXAMPLES if max(told.get(kind, 0) for kind in (NEW, CHANGED)) > EXAMPLES else 0

    @property
    def void(self) -> Message | None:
        """Why an import that was carried out saved nothing, where all or nothing was asked for."""
        report = self.report
        if report is None or not (self.is_done and self.all_or_nothing and report.problems):
            return None
        return carrying.why_nothing(report)

    @property
    def passing(self) -> int:
        """Rows that would be saved now."""
        return self.report.saved if self.report else 0


def page_of(work: ActorSession, batch: Batch, importer: Importer, who: Actor) -> Page:
    """Return the page of an import."""
    file = carrying.file_of(work, batch)
    report, progress, closing = carrying.report_of(file), progress_of(batch), closing_of(batch)
    is_open = batch.state in carrying.OPEN and progress is None and closing is None
    is_chosen = report is not None or not is_open
    samples = {} if is_chosen else samples_of(work, batch)
    return Page(
        id=batch.id,
        url=url_for("import_page.show", key=batch.id),
        name=file.file_name,
        noun=importer.table.__label__,
        state=BatchState.running if progress else BatchState[batch.state],
        standing=standing_of(batch, progress),
        list_url=url_for(f"{batch.entity}.index_view"),
        is_open=is_open and is_own(batch, who),
        progress=progress,
        closing=closing,
        columns=_columns(file, samples),
        fields=_fields(importer, who),
        report=report,
        all_or_nothing=file.all_or_nothing,
        undo=_undo_part(work, batch, who),
        pinned=batch.done_count,
        has_file=file.content is not None,
        other_batch=_other(batch, report),
        sequel=importer.sequel,
        reasons=report.by_reason() if report else (),
    )


def _undo_part(work: ActorSession, batch: Batch, who: Actor) -> UndoPart:
    """Return what the page says of undoing: until when, how many, and what was undone."""
    part = undo_part(work, batch, who)
    if not may_take_back(work, who, batch):
        return part
    left = batch.done_count - batch.undone_count
    return replace(part, until=undoable.until(work, batch), count=left)


def _fields(importer: Importer, who: Actor) -> list[tuple[str, Label, bool]]:
    names = importer.fillable(who)
    return [(f.name, f.label, f.required) for f in importer.fields if f.name in names]


def _columns(file: ImportFile, samples: Mapping[str, Sequence[str]]) -> list[Column]:
    chosen: dict[str, Any] = file.mapping or {}
    return [
        Column(each, chosen.get(each, ""), samples.get(each, ())) for each in file.headings if each
    ]


def _other(batch: Batch, report: Report | None) -> str | None:
    """Return the address of the batch in which an import of its own kind went on."""
    other = report.batch_id if report else None
    return url_for("batch_page.show", key=other) if other and other != batch.id else None

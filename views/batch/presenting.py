"""A batch as its page shows it: the sentence, the reasons, what will be issued."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from flask import url_for
from flask_babel import gettext as _

from models import clock
from models.accounts.handing_over import HandOver, Slip, hand_over_of
from models.base.actor import Actor
from models.base.choices import Choice
from models.base.session import ActorSession
from models.batch import queries
from models.batch.actions import UNMACHINED, deed_of
from models.batch.courses import Course, courses
from models.batch.ownership import is_own
from models.batch.queries import Example, Group
from models.batch.queueing import failure_of
from models.batch.tables import Batch, BatchKind, BatchState
from models.text import Label, Message, msg
from models.workflow.numbering import NumberRange
from views.base.inputs import ShownInput
from views.base.neighbours import FROM
from views.base.request import translate
from views.base.rights import is_named
from views.batch.carried import carried_out
from views.batch.editing import EditPart
from views.batch.progress import Progress, progress_of, standing_of
from views.batch.rows import RowTable
from views.batch.undo import UndoPart, undo_part

#: States in which a batch may still be previewed, carried out or cancelled.
OPEN = frozenset({BatchState.pinned.value, BatchState.previewed.value})
CLOSINGS = {
    BatchState.cancelled.value: msg("was cancelled; nothing was changed"),
    BatchState.expired.value: msg("has expired; nothing was changed"),
    BatchState.failed.value: msg("failed; nothing was changed"),
}
BEING_DONE = msg("is being carried out")
WAITING = msg("waits to be carried out; nothing is changed yet")
BEING_JUDGED = msg("is being judged row by row; nothing is changed yet")
#: Ranges of numbers written out; of more organisations only the count is said.
RANGES_SHOWN = 10


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """Rows with the same reason."""

    reason: Message | None
    count: int
    examples: list[tuple[str, str]]
    url: str


@dataclass(frozen=True, slots=True)
class Words:
    """What is said of the rows that pass, before and after, and of the others."""

    will: Label
    did: Label
    cannot: Label


MOVED = Words(
    Label("项将办理", "will be moved on"),
    Label("项已办理", "moved on"),
    Label("项不能办理", "cannot be moved on"),
)
WORDS: Mapping[BatchKind, Words] = {
    **dict.fromkeys(BatchKind, MOVED),
    BatchKind.undo: Words(
        Label("项将撤销", "will be taken back"),
        Label("项已撤销", "taken back"),
        Label("项不能撤销", "cannot be taken back"),
    ),
    BatchKind.edit: Words(
        Label("项将修改", "will be changed"),
        Label("项已修改", "changed"),
        Label("项不能修改", "cannot be changed"),
    ),
}


@dataclass(slots=True)
class Page:
    """Everything that the batch page reads."""

    id: int
    url: str
    name: Label
    verb: Label
    noun: Label
    state: BatchState
    standing: Choice
    back: tuple[str, str]
    pinned: int
    passing: int
    is_open: bool
    progress: Progress | None
    closing: str
    danger: bool
    is_judged: bool
    final: bool = False
    groups: list[ShownGroup] = field(default_factory=list)
    warnings: list[ShownGroup] = field(default_factory=list)
    words: Words = MOVED
    undo: UndoPart | None = None
    edit: EditPart | None = None
    courses: Sequence[Course] = ()
    facts: list[tuple[str, str]] = field(default_factory=list)
    inputs: list[ShownInput] = field(default_factory=list)
    rows: RowTable | None = None
    hand_over: HandOver | None = None
    slips: Sequence[Slip] = ()
    #: Whose slips would have holes, with the signs, and in which form they were asked for.
    holes: Sequence[tuple[str, Sequence[str]]] = ()
    asked_form: str = ""
    refusal: Message | None = None

    @property
    def refused(self) -> int:
        """Number of rows that are, or will be, left as they are."""
        return self.pinned - self.passing

    @property
    def is_done(self) -> bool:
        """Whether the batch was carried out, undone since or not."""
        return self.state in (BatchState.done, BatchState.undone)

    @property
    def may_commit(self) -> bool:
        """Whether the numbers shown are those of what would be done now."""
        return self.edit is None or bool(self.edit.new)

    @property
    def doing(self) -> Message:
        """What happens while it waits, is being judged or carried out."""
        if self.progress is not None and self.progress.waits:
            return WAITING
        return BEING_DONE if self.is_judged else BEING_JUDGED

    @property
    def is_running(self) -> bool:
        """Whether it is being carried out now."""
        return self.state == BatchState.running and self.progress is None


def page_of(work: ActorSession, batch: Batch, who: Actor) -> Page:
    """Return the page of a batch, without its inputs and rows."""
    deed = deed_of(batch)
    groups = queries.outcome_groups(work, batch)
    closing, progress = closing_of(batch), progress_of(batch)
    return Page(
        id=batch.id,
        url=url_for("batch_page.show", key=batch.id),
        name=deed.label,
        verb=deed.verb,
        noun=deed.table.__label__,
        state=BatchState.running if progress else BatchState[batch.state],
        standing=standing_of(batch, progress),
        back=_back(batch, groups),
        pinned=batch.pinned_count,
        passing=batch.done_count,
        is_open=batch.state in OPEN
        and closing is None
        and batch.queued_at is None
        and is_own(batch, who),
        progress=progress,
        closing=translate(closing) if closing else "",
        danger=deed.danger,
        final=deed.final,
        is_judged=batch.state != BatchState.pinned,
        groups=[_shown(batch, group) for group in groups if not group.passes],
        warnings=[_shown(batch, group) for group in groups if group.passes and group.reason],
        words=WORDS[BatchKind[batch.kind]],
        undo=undo_part(work, batch, who),
        hand_over=hand_over_of(work, who, batch, clock.now()),
        courses=() if closing else courses(work, batch),
        facts=[]
        if closing
        else [*carried_out(work, batch), *_facts(queries.number_ranges(work, batch))],
    )


def closing_of(batch: Batch) -> Message | None:
    """Return why nothing more will happen to a batch that changed nothing, None for any other."""
    late = batch.expires_at is not None and batch.expires_at <= clock.now()
    if batch.state in OPEN and late and batch.queued_at is None:
        return CLOSINGS[BatchState.expired.value]
    return failure_of(batch) or CLOSINGS.get(batch.state)


def record_url(batch: Batch, row_id: int) -> str:
    """Return the address of the page of a batch's record."""
    return url_for(f"{batch.entity}.details_view", id=row_id)


def rows_url(batch: Batch, **narrowed: str | int) -> str:
    """Return the address of the batch's page at its rows."""
    chosen = {name: value for name, value in narrowed.items() if value}
    query = f"?{urlencode(chosen)}" if chosen else ""
    return f"{url_for('batch_page.show', key=batch.id)}{query}#rows"


def _shown(batch: Batch, group: Group) -> ShownGroup:
    return ShownGroup(
        reason=group.reason,
        count=group.count,
        examples=[(_label(batch, each), record_url(batch, each.row_id)) for each in group.examples],
        url=rows_url(batch, outcome=group.outcome, reason=group.code),
    )


def _label(batch: Batch, example: Example) -> str:
    return example.label if is_named(deed_of(batch).table) else f"#{example.row_id}"


def _back(batch: Batch, groups: list[Group]) -> tuple[str, str]:
    """Return address and words of the way back: one record to its page, several to their list, and
    what was imported too, for it may be gone.
    """
    if batch.pinned_count == 1 and groups and batch.action not in UNMACHINED:
        page = record_url(batch, groups[0].examples[0].row_id)
        within = f"&{FROM}={quote(batch.query)}" if batch.query and "details/?" in page else ""
        return page + within, _("Back to the record")
    address = url_for(f"{batch.entity}.index_view")
    return f"{address}?{batch.query}" if batch.query else address, _("Back to the list")


def _facts(ranges: list[NumberRange]) -> list[tuple[str, str]]:
    """Return the numbers that are issued, each range under its organisation's name."""
    if len(ranges) > RANGES_SHOWN:
        total = sum(each.count for each in ranges)
        said = _("%(count)s numbers of %(offices)s organisations", count=total, offices=len(ranges))
        return [(_("Numbers"), said)]
    return [(_("Numbers of %(office)s", office=each.org_name), _range(each)) for each in ranges]


def _range(numbers: NumberRange) -> str:
    """Return first and last number and how many; the serials too where the rest varies."""
    if numbers.count == 1:
        return numbers.first
    said = {"first": numbers.first, "last": numbers.last, "count": f"{numbers.count:,}"}
    if not numbers.varies:
        return str(_("%(first)s – %(last)s, %(count)s numbers", **said))
    begin, end = numbers.serials
    return str(
        _(
            "%(first)s – %(last)s, %(count)s numbers: serials %(begin)s to %(end)s, the digits"
            " before them follow each record",
            **said,
            begin=begin,
            end=end,
        )
    )

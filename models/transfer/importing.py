"""What every import shares: problems per row and column, the report, and the returned workbook."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from models.text import Label, Message, msg
from models.transfer.columns import ColumnSpec
from models.transfer.readers import Row
from models.transfer.workbooks import Dress, TypedText
from models.transfer.writers import write_xlsx

REASON = Label("原因", "Reason")
SOURCE_ROW = Label("原行号", "Row in the file")
#: Columns that a returned workbook adds; sent again, they are passed over.
ADDED_HEADINGS = frozenset({REASON.zh, SOURCE_ROW.zh})

#: Excel has no earlier dates; such a cell goes back as text.
FIRST_EXCEL_YEAR = 1900

Translate = Callable[[Message], str]
NOT_SEEN = msg(
    "The preview refused this row, so you have not seen what it would change. Preview it again."
)


@dataclass(frozen=True, slots=True)
class Problem:
    """Why one row is refused: the row as Excel numbers it, the heading (may be empty), the
    reason.
    """

    row: int
    heading: str
    message: Message


def elsewhere(office: str | None) -> Message:
    """Return why a row may not name an office that the actor does not act for."""
    return msg("%(text)s belongs to another organisation: its staff import it.", text=office)


#: What becomes of a row that is not refused.
NEW, CHANGED, UNCHANGED = "new", "changed", "unchanged"
#: So many rows of each kind are told one by one; of all the number.
EXAMPLES = 50


@dataclass(frozen=True, slots=True)
class Change:
    """A column of a row that changes: its heading, and both values in words."""

    heading: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class Example:
    """A row that passes: its number, what becomes of it, what the record is called."""

    row: int
    outcome: str
    label: str
    changes: tuple[Change, ...] = ()


@dataclass(slots=True)
class Report:
    """The outcome of an import. ``saved`` counts rows kept, or that would be kept in a dry run;
    ``outcomes`` rows by what becomes of them, where an import tells; ``versions`` those of the
    records that were found, by number of the rows that pass, 0 for new ones.
    """

    total: int = 0
    saved: int = 0
    dry_run: bool = False
    batch_id: int | None = None
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    #: What was sent, for the returned workbook: the headings, and the refused rows in order.
    headings: Sequence[str] = ()
    rows: list[Row] = field(default_factory=list)

    outcomes: Counter[str] = field(default_factory=Counter)
    examples: list[Example] = field(default_factory=list)
    versions: dict[int, int] = field(default_factory=dict)

    def note(self, example: Example, version: int) -> None:
        """Count a row that passes, with the version of its record; the first of each kind are kept
        to be shown.
        """
        self.versions[example.row] = version
        self.outcomes[example.outcome] += 1
        if self.outcomes[example.outcome] <= EXAMPLES:
            self.examples.append(example)

    def note_new(self, passing: Iterable[Example], seen: Mapping[int, int] | None) -> list[int]:
        """Note rows that make a new record, and return them; but refuse those that a preview did
        not let pass.
        """
        noted = []
        for example in passing:
            if seen is None or example.row in seen:
                self.note(example, 0)
                noted.append(example.row)
            else:
                self.problems.append(Problem(example.row, "", NOT_SEEN))
        return noted

    def keeps(self, passing: int, *, all_or_nothing: bool) -> bool:
        """Count the rows that pass, none where all had to, and say whether they are saved now."""
        is_void = all_or_nothing and bool(self.problems)
        self.saved = 0 if is_void else passing
        return self.saved > 0 and not self.dry_run

    @property
    def refused(self) -> int:
        """Number of refused rows."""
        return len({problem.row for problem in self.problems})

    def by_reason(self) -> list[tuple[str, Message, int]]:
        """Return (heading, message, rows) per problem, the most frequent first. Messages with other
        values stand by themselves: a number in one is no other row's.
        """
        counts: Counter[tuple[str, str]] = Counter()
        sample: dict[tuple[str, str], Message] = {}
        for problem in self.problems:
            key = (problem.heading, str(problem.message))
            counts[key] += 1
            sample.setdefault(key, problem.message)
        return [(key[0], sample[key], number) for key, number in counts.most_common()]


@dataclass(frozen=True, slots=True)
class Outfit:
    """What makes a workbook one to be filled in: the headings below which cells are text whatever
    is typed into them, and its formats, lists and further sheets.
    """

    texts: frozenset[str] = frozenset()
    dress: Dress | None = None


def write_returned(
    target: Path | IO[bytes], report: Report, translate: Translate, outfit: Outfit | None = None
) -> int:
    """Write the refused rows of a report as a workbook of the same headings plus 原因.

    Cells keep what was sent, as text where Excel's number would mislead. Returns the number of
    rows.
    """
    outfit = outfit or Outfit()
    reasons = _reasons(report.problems, translate)
    headings = [name for name in report.headings if name not in ADDED_HEADINGS]
    columns = [ColumnSpec(name, Label(name, name)) for name in headings]
    columns += [ColumnSpec("reason", REASON), ColumnSpec("row", SOURCE_ROW)]
    rows = (
        [*(_returned(row, name, outfit) for name in headings), reasons[row.number], row.number]
        for row in report.rows
    )
    place = str(target) if isinstance(target, Path) else target
    return write_xlsx(place, columns, rows, REASON.zh, lambda label: label.zh, dress=outfit.dress)


def _reasons(problems: Sequence[Problem], translate: Translate) -> dict[int, str]:
    found: dict[int, list[str]] = {}
    for problem in problems:
        text = translate(problem.message)
        found.setdefault(problem.row, []).append(
            f"{problem.heading}：{text}" if problem.heading else text
        )
    return {row: "；".join(texts) for row, texts in found.items()}


def _returned(row: Row, heading: str, outfit: Outfit) -> Any:
    value = _as_sent(row.cells.get(heading))
    is_text = value is None or (isinstance(value, str | int) and not isinstance(value, bool))
    if heading not in outfit.texts or not is_text:
        return value
    return TypedText("" if value is None else value)


def _as_sent(value: Any) -> Any:
    if isinstance(value, date) and value.year < FIRST_EXCEL_YEAR:
        return value.isoformat()
    if isinstance(value, datetime):
        return (
            value.strftime("%Y-%m-%d %H:%M:%S")
            if value.time() != value.min.time()
            else value.date()
        )
    if isinstance(value, date | str | bool) or value is None:
        return value
    if isinstance(value, float) and value.is_integer():
        return int(Decimal(repr(value)))  # the digits as Excel shows them, not the float's own
    return value

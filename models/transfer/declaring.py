"""What a grid's import is, declared beside its table: columns, rights, and how it runs.

Page and command line know nothing else of an import, so that every table that declares one has
both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol

from models.base.actor import Actor
from models.base.columns import meta
from models.base.orm import Base, Business
from models.base.session import ActorSession
from models.batch.tables import Batch
from models.errors import BadInput
from models.text import Label, Message, msg
from models.transfer.importing import ADDED_HEADINGS, Report
from models.transfer.readers import Limits, Row, Sheet

#: So many rows are judged in one transaction, unless an import says otherwise.
MOST_ROWS: Final = 20_000
REQUIRED: Final = Label("必填", "required")
NEEDED: Final = Label("新增时必填", "required for new records")
#: What people put around a heading: marks of what is mandatory, units, blanks.
_AROUND = " \t\r\n\u3000*＊：:"


class Run(Protocol):
    """Judges every row of a sheet and, unless it is a dry run, saves those that pass, or none if
    all or nothing was asked for.

    ``seen`` are versions by row number as a preview showed them; rows are kept under ``batch``.
    """

    def __call__(
        self,
        session: ActorSession,
        actor: Actor,
        sheet: Sheet,
        *,
        file_name: str,
        dry_run: bool = False,
        all_or_nothing: bool = False,
        seen: Mapping[int, int] | None = None,
        batch: Batch | None = None,
    ) -> Report: ...


@dataclass(frozen=True, slots=True)
class ImportField:
    """One column of a file: the name it is mapped to, its heading, whether a new row needs it, and
    the mapped column that it fills, if it is one.
    """

    name: str
    label: Label
    required: bool = False
    column: Any = None


@dataclass(frozen=True, slots=True)
class Sequel:
    """What is to be done after an import, in the batch in which it went on: a sentence, and the
    label of the way there.
    """

    told: Message
    label: Label


def _nothing_bars(
    _session: ActorSession, _actor: Actor, _record: Any, _values: Mapping[str, Any]
) -> Message | None:
    return None


@dataclass(frozen=True)
class Importer:
    """An import into a table; ``rights`` are the acts of which the actor needs one; ``bars`` says
    why its undo may not write values back to a record, or without values take it away.

    What a template tells beside the fields: ``needed`` are those that a new record needs, though a
    file without them is read; ``notes`` say of a field how it is written; ``offers`` list what it
    takes where no column says it; ``listed`` which records a cell may name, by conditions on them.
    """

    table: type[Business]
    fields: tuple[ImportField, ...]
    rights: tuple[str, ...]
    run: Run
    #: Which fields an actor may fill.
    fillable: Callable[[Actor], frozenset[str]]
    bars: Callable[[ActorSession, Actor, Any, Mapping[str, Any]], Message | None] = _nothing_bars
    most_rows: int = MOST_ROWS
    needed: frozenset[str] = frozenset()
    notes: Mapping[str, Label] = field(default_factory=dict)
    offers: Mapping[str, Mapping[str, Label]] = field(default_factory=dict)
    listed: Mapping[str, Callable[[Any], Sequence[Any]]] = field(default_factory=dict)
    sequel: Sequel | None = None

    def need_of(self, each: ImportField) -> Label | None:
        """Return whether a field must be filled in, always or for new records; None for neither."""
        if each.required:
            return REQUIRED
        return NEEDED if each.name in self.needed else None

    def within(self, limits: Limits | None) -> Limits:
        """Return what a file may hold: no more rows than the installation and this import take."""
        limits = limits or Limits()
        return replace(limits, rows=min(limits.rows, self.most_rows))

    def may(self, actor: Actor) -> bool:
        """Say whether an actor may import at all."""
        area, table = self.table.__area__, self.table.__tablename__
        return any(actor.can(f"{area}:{table}:{act}") for act in self.rights)


_importers: dict[str, Importer] = {}


def register(importer: Importer) -> Importer:
    """Enter an import; a table has at most one."""
    table = importer.table.__tablename__
    if table in _importers:
        raise ValueError(f"{table} has an import already")
    _importers[table] = importer
    return importer


def importer_of(table: type[Base] | str) -> Importer | None:
    """Return the import of a mapped class or table name; None for a table without one."""
    return _importers.get(table if isinstance(table, str) else table.__tablename__)


def importers() -> Mapping[str, Importer]:
    """Return every import by table name."""
    return dict(sorted(_importers.items()))


def field_of(table: Any, name: str, *, required: bool = False) -> ImportField:
    """Return the field of a mapped column, under the column's own label."""
    column = table.__table__.c[name]
    return ImportField(name, meta(column).label, required, column)


def guessed(importer: Importer, headings: Sequence[str]) -> dict[str, str]:
    """Guess the mapping of a file: heading → name of a field, for those that are understood.

    A heading may be the label in either language or the code; of two for a field the first counts.
    """
    known = {text: field.name for field in importer.fields for text in _called(field)}
    found: dict[str, str] = {}
    for heading in headings:
        name = known.get(heading.strip(_AROUND).casefold())
        if name is not None and name not in found.values():
            found[heading] = name
    return found


def _called(field: ImportField) -> Iterator[str]:
    yield from (text.casefold() for text in (field.name, field.label.zh, field.label.en))


def renamed(importer: Importer, sheet: Sheet) -> Sheet:
    """Return a sheet with the headings that are understood spelled as the importer knows them; the
    others stay, to be refused by name.

    :raises BadInput: when two columns mean one field.
    """
    labels = {field.name: field.label.zh for field in importer.fields}
    understood = {h: labels[name] for h, name in guessed(importer, sheet.headings).items()}
    named = {h: understood.get(h, h) for h in sheet.headings}
    doubled = sorted(name for name, times in Counter(named.values()).items() if times > 1)
    if doubled:
        raise BadInput(msg("Headings that stand twice: %(names)s", names="、".join(doubled)))
    return Sheet(tuple(named.values()), _renamed(sheet.rows, named))


def mapped(importer: Importer, sheet: Sheet, mapping: Mapping[str, str]) -> Sheet:
    """Return a sheet under the headings that the importer knows; columns not mapped are dropped.

    :raises BadInput: when two columns are mapped to one field, or to one that does not exist.
    """
    labels = {field.name: field.label.zh for field in importer.fields}
    chosen = {h: mapping[h] for h in sheet.headings if mapping.get(h)}
    if len(set(chosen.values())) < len(chosen) or not set(chosen.values()) <= labels.keys():
        raise BadInput(msg("Two columns of the file are to fill the same one. Choose again."))
    named = {heading: labels[name] for heading, name in chosen.items()}
    return Sheet(tuple(named.values()), _renamed(sheet.rows, named))


def bounded_rows(importer: Importer, rows: Iterator[Row]) -> Iterator[Row]:
    """Pass rows on, as many as the import takes.

    :raises BadInput: when there are more.
    """
    for count, row in enumerate(rows, 1):
        if count > importer.most_rows:
            most = importer.most_rows
            raise BadInput(msg("The file has more than %(count)s rows. Split it.", count=most))
        yield row


def _renamed(rows: Iterator[Row], named: Mapping[str, str]) -> Iterator[Row]:
    for row in rows:
        cells = {named[key]: cell for key, cell in row.cells.items() if key in named}
        yield Row(row.number, cells)


def check_headings(importer: Importer, headings: Sequence[str], actor: Actor) -> None:
    """Refuse a sheet that lacks a mandatory heading, or has one that the actor may not fill.

    :raises BadInput: naming them.
    """
    fields, names = importer.fields, importer.fillable(actor)
    missing = [f.label.zh for f in fields if f.required and f.label.zh not in headings]
    if missing:
        raise BadInput(
            msg(
                "No column of the file stands for: %(names)s. Give one this heading, or choose"
                " which column is meant.",
                names="、".join(missing),
            )
        )
    known = ADDED_HEADINGS | {f.label.zh for f in fields if f.name in names}
    unknown = [name for name in headings if name and name not in known]
    if unknown:
        raise BadInput(
            msg("Unknown headings: %(names)s. Remove or rename them.", names="、".join(unknown))
        )

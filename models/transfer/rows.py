"""One row of an import by declaration: read, found by its keys, compared, judged, and tried."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Boolean, inspect, select
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from models.audit.recorder import event_of
from models.base.actor import Actor
from models.base.columns import meta
from models.base.integrity import refusal_of
from models.base.scope import Owned
from models.base.session import ActorSession
from models.errors import BadInput, Refusal
from models.text import Message, msg
from models.transfer.cells import bounded, column_reader
from models.transfer.declaring import ImportField
from models.transfer.importing import (
    CHANGED,
    NEW,
    NOT_SEEN,
    UNCHANGED,
    Example,
    Report,
    elsewhere,
)
from models.transfer.lookups import Lookups, is_reference
from models.transfer.readers import Row
from models.transfer.telling import Words

if TYPE_CHECKING:
    from models.transfer.upserting import Upsert

Fault = tuple[str, Message]
NOT_MADE = msg("There is no such record, and your role may not make one.")
NOT_CHANGED = msg("There is such a record already, and your role may not change it.")
AMBIGUOUS = msg("Several records are called so. Change the one that you mean on its page.")
OUT_OF_REACH = msg("There is such a record already, outside your reach. You cannot change it.")
MOVED_ON = msg("Somebody has changed this record since the preview. Look at it again.")


@dataclass(slots=True)
class Judged:
    """A row that passed: the record, its version before (0 for a new one) and the old values of
    what it changes.
    """

    record: Any
    version: int
    before: dict[str, Any] = field(default_factory=dict)


class Rows:
    """Judges the rows of one import, one after the other."""

    def __init__(
        self,
        session: ActorSession,
        actor: Actor,
        declared: Upsert,
        report: Report,
        seen: Mapping[int, int] | None,
    ) -> None:
        self.session = session
        self.actor = actor
        self.declared = declared
        self.lookups = Lookups(session, actor, declared.lookups)
        self.words = Words(declared.table, self.lookups)
        self.report = report
        self.seen = seen
        self.first: dict[tuple[Any, ...], int] = {}
        table: Any = declared.table.__table__
        self.fields = declared.fields()
        self.keys = [table.c[name] for name in declared.keys.split()]

    def judge(self, row: Row) -> Judged | list[Fault] | None:
        """Save a row; its faults when it is refused, None when it changes nothing."""
        values, faults = self._read(row)
        values = {name: value for name, value in values.items() if value is not None}
        filled = SimpleNamespace(**{c.key: None for c in self._all()} | values)
        faults += self._own(filled)
        self.declared.prepare(filled, self.actor)
        if faults or (missing := self._missing_keys(filled)):
            return faults or missing
        key = tuple(getattr(filled, column.key) for column in self.keys)
        if key in self.first:
            said = msg("The same record stands in row %(row)s already.", row=self.first[key])
            return [("", said)]
        judged = self._judge_stored(row, key, filled, values)
        if not isinstance(judged, list):  # a refused row is nobody's double
            self.first[key] = row.number
        return judged

    def _judge_stored(
        self, row: Row, key: tuple[Any, ...], filled: SimpleNamespace, values: Mapping[str, Any]
    ) -> Judged | list[Fault] | None:
        stored = self._stored(key)
        if len(stored) > 1:
            return [("", AMBIGUOUS)]
        if not stored:
            return self._new(row, filled)
        (found,) = stored
        changes = {name: v for name, v in values.items() if getattr(found, name) != v}
        if changes:
            return self._changed(row, found, changes)
        self.report.note(Example(row.number, UNCHANGED, found.caption()), found.version)
        return None

    def _all(self) -> list[Any]:
        return list(inspect(self.declared.table).columns)

    def _read(self, row: Row) -> tuple[dict[str, Any], list[Fault]]:
        """Return the values of a row that can be read, and why others cannot."""
        values: dict[str, Any] = {}
        faults: list[Fault] = []
        unread: set[str | None] = set()
        for each in self.fields:
            if self.lookups.within(each.name) in unread:
                continue  # where that is unknown, nothing can be said of this
            heading = each.label.zh
            try:
                values[each.name] = self._value(each, row.cells.get(heading), values)
            except BadInput as refusal:
                faults.append((heading, refusal.message))
                unread.add(each.name)
        return {n: v for n, v in values.items() if n not in self.declared.beside}, faults

    def _value(self, field_: ImportField, cell: Any, values: Mapping[str, Any]) -> Any:
        column = field_.column
        if cell is None or cell == "":  # it changes nothing, whatever the kind
            return None
        if is_reference(column):
            return self.lookups.find(field_.name, column, cell, values)
        info = meta(column)
        value = column_reader(column)(cell, self.lookups.codes)
        if info.spelled is not None and value:
            value = info.spelled(value)
        return bounded(value, getattr(column.type, "length", None))

    def _own(self, values: Any) -> list[Fault]:
        """Say whose a row is where its file does not; whoever acts for one office alone names no
        other.
        """
        scope, who = self.declared.table.__scope__, self.actor
        own = who.authority_id if who.is_site else who.org_id
        if not isinstance(scope, Owned) or own is None:
            return []
        given = getattr(values, scope.org)
        if given is None:
            setattr(values, scope.org, own)
        elif given != own and not who.acts_in_subtree:
            return [(self.words.heading(scope.org), elsewhere(self.words.told(scope.org, given)))]
        return []

    def _missing_keys(self, values: Any) -> list[Fault]:
        return [
            (self.words.heading(column.key), msg("This must be filled in."))
            for column in self.keys
            if getattr(values, column.key) is None
            and not column.nullable
            and column.default is None
        ]

    def _stored(self, key: tuple[Any, ...]) -> Sequence[Any]:
        """Return the records with these keys that the actor may see, two at most."""
        table = self.declared.table
        same = [
            getattr(table, column.key) == self._or_default(column, value)
            for column, value in zip(self.keys, key, strict=True)
        ]
        if (in_trash := getattr(table, "is_deleted", None)) is not None:
            same.append(~in_trash)
        return self.session.scalars(select(table).where(*same).limit(2)).all()

    @staticmethod
    def _or_default(column: Any, value: Any) -> Any:
        has_default = value is None and column.default is not None and column.default.is_scalar
        return column.default.arg if has_default else value

    def _barred(self, act: str) -> list[Fault]:
        """Return why no row may be made or changed at all."""
        if self.actor.can(event_of(self.declared.table, act)):
            return []
        return [("", NOT_MADE if act == "create" else NOT_CHANGED)]

    def _unseen(self, row: Row, version: int) -> list[Fault]:
        """Return why a row that passes is not as the preview showed it."""
        if self.seen is None or self.seen.get(row.number) == version:
            return []
        return [("", MOVED_ON if row.number in self.seen else NOT_SEEN)]

    def _new(self, row: Row, filled: SimpleNamespace) -> Judged | list[Fault]:
        if barred := self._barred("create"):
            return barred
        told = {each.name: getattr(filled, each.name, None) for each in self.fields}
        for column in self._all():
            if getattr(filled, column.key) is None:
                setattr(filled, column.key, self._or_default(column, None))
        faults = [*self._unfilled(filled), *self._faults(filled, frozenset(vars(filled)))]
        if faults or (faults := self._unseen(row, 0)):
            return faults
        given = {name: value for name, value in vars(filled).items() if value is not None}
        record = self.declared.table(**given)
        refused = self._try(record, {})
        if refused is not None:
            return [refused]
        shown = tuple(self.words.change(n, None, v) for n, v in told.items() if v is not None)
        self.report.note(Example(row.number, NEW, record.caption(), shown), 0)
        return Judged(record, 0)

    def _changed(self, row: Row, record: Any, changes: dict[str, Any]) -> Judged | list[Fault]:
        if barred := self._barred("edit"):
            return barred
        after = SimpleNamespace(**{c.key: getattr(record, c.key) for c in self._all()} | changes)
        self.declared.prepare(after, self.actor)
        changes = {n: v for n, v in vars(after).items() if getattr(record, n) != v}
        locked = self.declared.locked(record, frozenset(changes), self.actor)
        faults = [("", locked)] if locked else self._faults(after, frozenset(changes))
        if faults or (faults := self._unseen(row, record.version)):
            return faults
        version = record.version
        before = {name: getattr(record, name) for name in changes}
        refused = self._try(record, changes)
        if refused is not None:
            return [refused]
        shown = tuple(self.words.change(n, before[n], new) for n, new in changes.items())
        self.report.note(Example(row.number, CHANGED, record.caption(), shown), version)
        return Judged(record, version, before)

    def _unfilled(self, values: Any) -> Iterator[Fault]:
        for column in self._all():
            is_ours = not (meta(column).system or meta(column).machine or column.primary_key)
            has_own = column.default is not None or isinstance(column.type, Boolean)
            is_empty = getattr(values, column.key) is None
            if is_ours and not column.nullable and not has_own and is_empty:
                yield self.words.heading(column.key), msg("This must be filled in.")

    def _faults(self, values: Any, changed: frozenset[str]) -> list[Fault]:
        found = self.declared.faults(self.session, values, changed)
        return [(self.words.heading(name) if name else "", message) for name, message in found]

    def _try(self, record: Any, changes: Mapping[str, Any]) -> Fault | None:
        """Write a record in a savepoint; return why the rules or the database refuse it."""
        try:
            with self.session.begin_nested():
                for name, value in changes.items():
                    setattr(record, name, value)
                self.session.add(record)
                self.session.flush()
        except IntegrityError as error:
            why = refusal_of(error)
            is_key = why.field in self.declared.keys.split() and not changes
            return ("", OUT_OF_REACH) if is_key else self._told(why)
        except Refusal as refusal:
            return self._told(refusal)
        except StaleDataError:
            return "", MOVED_ON
        except DataError:  # anything else, such as a deadlock, is not the row's fault
            return "", msg("The database refuses these values. Check them and save again.")
        return None

    def _told(self, refusal: Refusal) -> Fault:
        name = refusal.field if isinstance(refusal, BadInput) else None
        return self.words.heading(name) if name else "", refusal.message

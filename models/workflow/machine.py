"""The declaration of a state machine: states, transitions, and why a row may not be moved.

Everything that judges or changes rows is an SQL expression over one *entity*: in guards the columns
of a plain alias of the machine's table (they must see what the scope hides, reading 1), in effects
the mapped class (the UPDATE stays under the scope).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Date, Select, String, literal
from sqlalchemy.orm import Session

from models.base.actor import Actor
from models.base.choices import Choice
from models.base.orm import Business
from models.clock import SHANGHAI
from models.text import Label, Message
from models.workflow import sql
from models.workflow.inputs import Input

if TYPE_CHECKING:
    from models.workflow.numbering import Issue
    from models.workflow.run import Run


@dataclass(frozen=True, slots=True)
class Context:
    """What a guard or an effect may know besides the row: who, when, with which inputs.

    ``now`` is the one instant of the whole run. ``strict`` names the warnings that this
    installation turns into refusals (reading 18). ``together`` selects the ids of all rows that are
    to be moved at once, for guards about the whole of them; None where a record is judged alone.
    """

    actor: Actor
    now: datetime
    inputs: Mapping[str, Any] = field(default_factory=dict)
    strict: frozenset[str] = frozenset()
    together: Select[tuple[int]] | None = None

    @property
    def today(self) -> date:
        """The calendar day in Shanghai."""
        return self.now.astimezone(SHANGHAI).date()

    @property
    def instant(self) -> ColumnElement[datetime]:
        """``now`` as a typed SQL value."""
        return sql.instant(self.now)

    @property
    def day(self) -> ColumnElement[date]:
        """``today`` as a typed SQL value."""
        return sql.value(self.today, Date())

    @property
    def user(self) -> ColumnElement[int]:
        """The acting user's id as a typed SQL value; NULL for the system."""
        return sql.number(self.actor.user_id)

    def text(self, name: str) -> ColumnElement[str]:
        """An input of kind text as a typed SQL value."""
        return sql.words(self.inputs.get(name))


Predicate = Callable[[Any, Context], ColumnElement[bool]]
Expression = Callable[[Any, Context], ColumnElement[Any]]


@dataclass(frozen=True, slots=True)
class Guard:
    """A condition with the reason shown where it does not hold.

    ``detail`` makes groups within the reason: its text stands behind the code (``materials:photo``)
    and, put into words by ``describe``, in the message as ``%(detail)s``. ``asks`` names the input
    that can lift the refusal: the button is offered all the same.
    """

    code: str
    reason: Message
    ok: Predicate
    detail: Expression | None = None
    describe: Callable[[Session, str], Any] | None = None
    asks: str | None = None

    def message(self, session: Session, detail: str) -> Message:
        """Return the reason with its detail in words."""
        if self.detail is None:
            return self.reason
        shown = self.describe(session, detail) if self.describe else detail
        return Message(self.reason.msgid, {**self.reason.params, "detail": shown})


@dataclass(frozen=True, slots=True)
class Undoing:
    """What an undo does and asks beyond bringing back a row and its parts (reading 11).

    Windows do not bind it: ``guards`` are what must hold all the same, ``locks`` as those of a
    transition. ``leaves`` says in words what is not brought back.
    """

    guards: tuple[Guard, ...] = ()
    locks: tuple[Callable[[], Select[Any]], ...] = ()
    after: tuple[Callable[[Run], None], ...] = ()
    leaves: tuple[Label, ...] = ()


@dataclass(frozen=True, slots=True)
class Editing:
    """Which columns of many records may be changed at once, all to one value, parted by blanks.

    ``may`` says whether an actor may change a column at all, beside the right to edit; ``guards``
    returns why a row's may not be changed, ``follows`` the columns that go with it (the site with
    its arrangement), ``undoing`` what must hold when a change is taken back.
    """

    columns: str
    may: Callable[[Actor, str], bool] = lambda _actor, _name: True
    guards: Callable[[str], tuple[Guard, ...]] = lambda _name: ()
    follows: Mapping[str, Mapping[str, Expression]] = field(default_factory=dict)
    undoing: tuple[Guard, ...] = ()


@dataclass(frozen=True)
class Transition:
    """One verb of a machine. Its permission is ``area:table:name``, or that of the act ``right``.

    ``target`` None keeps the state. ``restores`` are columns brought back from what the ledger
    holds of each row: an undo's alone. ``locks`` are SELECTs of other tables' rows that stand for
    what its guards count: they are locked first, so that of two runs at once the second counts
    anew.
    ``most_rows`` bounds a batch where a row takes long; None leaves it open.
    """

    name: str
    label: Label
    sources: tuple[Choice, ...]
    target: Choice | None
    verb: Label | None = None
    guards: tuple[Guard, ...] = ()
    #: Shown, but rows are moved all the same, unless the context is strict about it.
    warnings: tuple[Guard, ...] = ()
    inputs: tuple[Input, ...] = ()
    effects: Mapping[str, Expression] = field(default_factory=dict)
    restores: tuple[str, ...] = ()
    issue: Issue | None = None
    after: tuple[Callable[[Run], None], ...] = ()
    undoable: bool = False
    undoing: Undoing = Undoing()
    danger: bool = False
    right: str | None = None
    locks: tuple[Callable[[], Select[Any]], ...] = ()
    most_rows: int | None = None

    @property
    def button(self) -> Label:
        """The verb on a button; the label where none is given."""
        return self.verb or self.label

    @property
    def written(self) -> tuple[str, ...]:
        """The columns that it writes; the state need not be among them."""
        issued = (self.issue.column,) if self.issue and self.issue.column else ()
        return (*self.effects, *self.restores, *issued)


def place_of_row(entity: Any, _ctx: Context) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """Return organisation and site as the row itself names them."""
    site = getattr(entity, "site_id", None)
    return entity.org_id, sql.number(None) if site is None else site


@dataclass(frozen=True)
class Machine:
    """The states of one table's column and the transitions between them.

    Without a ``column`` the table has no states: see :mod:`models.workflow.stateless`.

    ``title`` is the text by which a row is known in a batch; ``place`` its (organisation, site),
    which decide who sees its history. Without ``editing`` no column is changed in bulk.
    ``assigned`` names, by state, the column that says who shall decide a row: its queue is his.
    """

    name: str
    table: type[Business]
    column: str
    states: type[Choice]
    transitions: tuple[Transition, ...]
    title: Callable[[Any], ColumnElement[str]]
    place: Callable[[Any, Context], tuple[ColumnElement[Any], ColumnElement[Any]]] = place_of_row
    editing: Editing | None = None
    assigned: Mapping[str, str] = field(default_factory=dict)

    def transition(self, name: str) -> Transition | None:
        """Return a transition by name."""
        return next((each for each in self.transitions if each.name == name), None)

    def permission(self, transition: Transition) -> str:
        """Return the permission that a transition needs."""
        return self._named(transition.right or transition.name)

    def event(self, transition: Transition) -> str:
        """Return what the trail calls a transition."""
        return self._named(transition.name)

    def _named(self, act: str) -> str:
        return f"{self.table.__area__}:{self.table.__tablename__}:{act}"

    def reverses(self, transition: Transition) -> tuple[Transition, ...]:
        """Return the transitions that lead from where one leads to where it begins; to go on
        changing what stays in its state is the reverse of having changed it.
        """
        if transition.target is None:
            return (transition,)
        return tuple(
            each
            for each in self.transitions
            if transition.target in each.sources and each.target in transition.sources
        )

    @property
    def has_states(self) -> bool:
        """Say whether records of the table have states at all."""
        return bool(self.column)

    def state(self, entity: Any) -> ColumnElement[str]:
        """Return the state's column of an entity; an empty text where there are no states."""
        if not self.has_states:
            return literal("", String())
        column: ColumnElement[str] = getattr(entity, self.column)
        return column

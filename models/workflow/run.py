"""One run of a transition over the pinned rows of a batch: what every step of it works with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, Executable, Select, Table, select

from models.base.orm import Base
from models.base.session import ActorSession
from models.workflow.inputs import in_words
from models.workflow.machine import Context, Machine, Transition
from models.workflow.sql import alias_of

#: Key of ``session.info``: whom a run tells how far it is.
PROGRESS = "progress"
#: The steps of a run, in order, with the share of its time (per cent) that lies behind at each.
STEPS = {"lock": 2, "decide": 6, "number": 30, "apply": 40, "history": 75, "after": 88, "close": 98}
#: Outcomes of a row: will be moved, was moved, refused for a reason, moved on meanwhile, deleted.
READY, DONE, REFUSED, CHANGED, GONE = "ready", "done", "refused", "changed", "gone"


def tell(session: ActorSession, step: str, *percent: int) -> None:
    """Say which of :data:`STEPS` begins, or how far it is, to whoever listens."""
    listener = session.info.get(PROGRESS)
    if listener is not None:
        listener(step, *percent)


@dataclass(frozen=True)
class Run:
    """A transition, its context, and the ledger (``batch_row``) with the rows it is about.

    ``parts_ledger`` (``batch_part``) keeps what ``after`` steps do to what belongs to the rows.
    """

    session: ActorSession
    machine: Machine
    transition: Transition
    ctx: Context
    ledger: type[Base]
    parts_ledger: type[Base]
    batch_id: int

    @property
    def rows(self) -> Table:
        """The ledger as a plain table: judged unscoped, on purpose (reading 1)."""
        table: Table = self.ledger.__table__  # type: ignore[assignment]  # declared as FromClause
        return table

    @property
    def parts(self) -> Table:
        """The ledger of parts as a plain table."""
        table: Table = self.parts_ledger.__table__  # type: ignore[assignment]  # declared as FromClause
        return table

    @property
    def event(self) -> str:
        """What the trail calls the run."""
        return self.machine.event(self.transition)

    def typed(self) -> dict[str, str]:
        """Return what was typed for the transition, in words by name."""
        return in_words(self.session, self.transition.inputs, self.ctx.inputs)

    def subject(self, name: str = "subject") -> Any:
        """Return a plain alias of the machine's table."""
        return alias_of(self.machine.table.__table__, name)

    def here(self, rows: Any = None) -> ColumnElement[bool]:
        """Return the criterion of this batch's rows."""
        columns = self.rows.c if rows is None else rows.c
        criterion: ColumnElement[bool] = columns.batch_id == self.batch_id
        return criterion

    def pinned(self) -> Select[tuple[int]]:
        """Return a SELECT of the ids of all rows of the batch."""
        return select(self.rows.c.row_id).where(self.here())

    def tell(self, step: str) -> None:
        """Say which of :data:`STEPS` begins, to whoever listens in ``session.info["progress"]``.

        It is not kept in this database, which the run has locked (reading 27).
        """
        tell(self.session, step)

    def moved(self) -> Select[tuple[int]]:
        """Return a SELECT of the ids of the rows that were moved."""
        return select(self.rows.c.row_id).where(self.here(), self.rows.c.outcome == DONE)

    def execute(
        self, statement: Executable, why: str, values: Sequence[dict[str, Any]] | None = None
    ) -> CursorResult[*tuple[Any, ...]]:
        """Execute the engine's own statement past the scope, once for each of ``values`` if given;
        ``why`` names the step.
        """
        options = {"unscoped": f"engine: {why}", "preserve_rowcount": True}
        result: Any = self.session.execute(statement, values, execution_options=options)
        cursor: CursorResult[*tuple[Any, ...]] = result
        return cursor

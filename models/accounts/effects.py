"""What acts on accounts bring with them: sessions, links and second factors end."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, delete, update

from models.accounts.tables import UserAccount
from models.accounts.tables_sign_in import PasswordToken, RecoveryCode, TotpSecret, UserSession
from models.workflow import marks, sql
from models.workflow.machine import Context, Expression
from models.workflow.run import Run

ACCOUNT: Any = UserAccount.__table__


def none(_e: Any, _ctx: Context) -> ColumnElement[Any]:
    """No failures any more."""
    return sql.number(0)


#: What unlock and reset write, as success does (X2).
UNLOCKED: dict[str, Expression] = {
    "failed_count": none,
    "first_failed_at": marks.no_instant,
    "locked_until": marks.no_instant,
}
#: What a reset writes besides: the person must choose a password of his own [ACCT-04, TIMS-08].
MUST_CHANGE: dict[str, Expression] = {
    "must_change_password": marks.true,
    "initial_password_pending": marks.true,
    "password_changed_at": marks.now,
}


def end_sessions(run: Run) -> None:
    """End every session of the accounts, also one that is being opened at this moment.

    The epoch is no effect of the transition: undoing must not bring sessions back to life.
    """
    living: Any = UserSession.__table__
    open_ones = living.c.user_id.in_(run.moved()) & living.c.revoked_at.is_(None)
    run.execute(update(living).where(open_ones).values(revoked_at=run.ctx.instant), "sessions")
    newer = {"session_epoch": ACCOUNT.c.session_epoch + 1, "updated_at": run.ctx.instant}
    run.execute(update(ACCOUNT).where(ACCOUNT.c.id.in_(run.moved())).values(newer), "epoch")


def void_tokens(run: Run) -> None:
    """Make links for a forgotten password worthless."""
    token: Any = PasswordToken.__table__
    unused = token.c.user_id.in_(run.moved()) & token.c.used_at.is_(None)
    run.execute(delete(token).where(unused), "tokens")


def drop_second_factor(run: Run) -> None:
    """Delete the second factor with its recovery codes."""
    for cls in (RecoveryCode, TotpSecret):
        table: Any = cls.__table__
        run.execute(delete(table).where(table.c.user_id.in_(run.moved())), "second factor")

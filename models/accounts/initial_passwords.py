"""Making initial passwords [ACCT-20], and destroying them when they have served."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import bindparam, insert, select, update

from models.accounts.generate import initial_password
from models.accounts.letters import note_letter
from models.accounts.passwords import NO_PASSWORD, hash_password
from models.accounts.sealing import INITIAL_PASSWORD, seal
from models.accounts.tables import UserAccount
from models.accounts.tables_initial import InitialPassword
from models.base.session import KEY, ActorSession
from models.workflow.run import Run

#: How long they may be looked at and taken away.
LIFE: Final = timedelta(hours=24)
CHUNK_ROWS: Final = 50
_ACCOUNT: Any = UserAccount.__table__
_INITIAL: Any = InitialPassword.__table__


def give_initial_passwords(run: Run) -> None:
    """Give each moved account a password of its own, and keep it sealed to be handed over once.

    Those of an earlier batch are worth nothing any more and are destroyed.
    """
    earlier = update(_INITIAL).where(_INITIAL.c.user_id.in_(run.moved()))
    run.execute(earlier.values(sealed=None), "earlier initial passwords")
    forget_expired(run.session, run.ctx.now)
    for accounts in _chunks(run):
        _give(run, accounts)


def _chunks(run: Run) -> Iterator[Sequence[Any]]:
    names = ("id", "username", "display_name", "email", "password_hash")
    found = select(*(_ACCOUNT.c[name] for name in names)).where(_ACCOUNT.c.id.in_(run.moved()))
    rows = run.execute(found.order_by(_ACCOUNT.c.id), "accounts").all()
    for start in range(0, len(rows), CHUNK_ROWS):
        yield rows[start : start + CHUNK_ROWS]


def _give(run: Run, accounts: Sequence[Any]) -> None:
    passwords = {account.id: initial_password(account.username) for account in accounts}
    hashed = update(_ACCOUNT).where(_ACCOUNT.c.id == bindparam("account"))
    hashed = hashed.values(password_hash=bindparam("hash"), updated_at=run.ctx.now)
    hashes = [{"account": id_, "hash": hash_password(new)} for id_, new in passwords.items()]
    run.execute(hashed, "password hashes", hashes)
    key: str = run.session.info[KEY]
    times = {"created_at": run.ctx.now, "expires_at": run.ctx.now + LIFE}
    sealed = [
        {"batch_id": run.batch_id, "user_id": id_, "sealed": seal(key, INITIAL_PASSWORD, new)}
        for id_, new in passwords.items()
    ]
    run.execute(insert(_INITIAL), "initial passwords", [row | times for row in sealed])
    for account in accounts:
        if account.password_hash != NO_PASSWORD:  # a new account had none that could be changed
            note_letter(run.session, account, "password_changed", run.ctx.now)


def void(session: ActorSession, account: UserAccount) -> None:
    """Destroy what is kept for an account: its owner has a password of his own [TIMS-08]."""
    kept = InitialPassword.user_id == account.id, InitialPassword.sealed.is_not(None)
    session.execute(
        update(InitialPassword).where(*kept).values(sealed=None),
        execution_options={"synchronize_session": False, "set_wise": "initial password void"},
    )


def forget_expired(session: ActorSession, now: datetime) -> None:
    """Destroy initial passwords that nobody may look at any more.

    Every reset and every sign-in calls it, so no job is needed. What another transaction holds at
    this moment is passed over.
    """
    old = (
        select(_INITIAL.c.id)
        .where(_INITIAL.c.expires_at <= now, _INITIAL.c.sealed.is_not(None))
        .with_for_update(skip_locked=True)
    )
    session.execute(
        update(_INITIAL).where(_INITIAL.c.id.in_(old)).values(sealed=None),
        execution_options={"unscoped": "initial passwords too old"},
    )

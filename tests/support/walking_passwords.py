"""The walk of the initial passwords on the page of a batch: they are its starter's, in the role in
which he started it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from models import clock
from models.accounts.initial_passwords import LIFE
from models.accounts.permissions import RoleCode, permission
from models.accounts.sealing import INITIAL_PASSWORD, seal
from models.accounts.tables import UserAccount
from models.accounts.tables_initial import InitialPassword
from models.base.actor import Actor, system_actor
from models.base.session import ActorSession
from models.batch.ownership import READ
from models.batch.tables import Batch, BatchKind, BatchState
from models.reference.tables import Org
from tests.support.accounts import make_account
from tests.support.routes import changed, digest
from tests.support.walking import Walk, actor_called

#: The routes that are walked here.
PASSWORDS = {f"initial_passwords.{page}" for page in ("show", "take", "back")}
PLAIN = "Sealed-2026-pass"


def walk_passwords(walk: Walk) -> None:
    """Those of others, and of one's own batch without the right, are refused and stay as they are;
    one's own are handed over with it.
    """
    colleague, foreign = (actor_called(walk.engine, f"clerk-{mark}") for mark in "甲乙")
    own = _store(walk, walk.who)
    others = [_store(walk, who) for who in (_in_another_role(walk.who), colleague)]
    elsewhere = _store(walk, foreign)
    found = 303 if walk.who.can(READ) else 404
    has_right = walk.who.can(permission(UserAccount, "reset_password"))
    before = digest(walk.engine)
    for keys, back in ((others, found), ([elsewhere], 404), ([own], 303)):
        _expect_back(walk, keys, back)
    _expect_handed(walk, [*others, elsewhere], 404)
    if not has_right:
        _expect_handed(walk, [own], 403)
    walk.expect("refused passwords", changed(before, digest(walk.engine)), [])
    if has_right:
        _expect_handed(walk, [own], 200)
        walk.expect("passwords", changed(before, digest(walk.engine)), ["initial_password"])


def _expect_back(walk: Walk, keys: Iterable[int], status: int) -> None:
    for batch, path in _steps(keys):
        answer = walk.get(path)
        wanted = (status, batch if status == 303 else None)
        walk.expect(f"get {path}", (answer.status_code, answer.location), wanted)


def _expect_handed(walk: Walk, keys: Iterable[int], status: int) -> None:
    for _batch, path in _steps(keys):
        answer = walk.post(path, form="csv")
        told = (answer.status_code, PLAIN in answer.text)
        walk.expect(f"post {path}", told, (status, status == 200))


def _steps(keys: Iterable[int]) -> Iterator[tuple[str, str]]:
    for key in keys:
        batch = f"/admin/batch/{key}/"
        yield from ((batch, f"{batch}passwords/{step}") for step in ("show", "take"))


def _in_another_role(who: Actor) -> Actor:
    return replace(who, role=next(role.value for role in RoleCode if role.value != who.role))


def _store(walk: Walk, starter: Actor) -> int:
    """Store a batch that gave somebody of its starter's office a password; return its id."""
    with ActorSession(bind=walk.engine) as session:
        session.act_as(system_actor("oracle"))
        batch = Batch(
            label="用户账号 · 重置密码",
            kind=BatchKind.transition,
            entity=UserAccount.__tablename__,
            action="reset_password",
            state=BatchState.done,
            user_id=starter.user_id,
            username=starter.username,
            role=starter.role,
            org_id=starter.org_id,
        )
        session.add(batch)
        session.flush()
        office = session.get_one(Org, starter.org_id)
        account = make_account(session, office, f"new-{batch.id}", is_new=True)
        session.add(_sealed(walk, batch, account))
        session.commit()
        return batch.id


def _sealed(walk: Walk, batch: Batch, account: UserAccount) -> InitialPassword:
    return InitialPassword(
        batch_id=batch.id,
        user_id=account.id,
        sealed=seal(walk.app.config["SECRET_KEY"], INITIAL_PASSWORD, PLAIN),
        expires_at=clock.now() + LIFE,
    )

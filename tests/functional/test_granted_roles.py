"""Roles of accounts: given and taken within reach, nobody's own, never the centre's last."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import Engine, select

from models.accounts.states import MACHINE
from models.accounts.tables import AccountStatus, UserRole
from models.base.actor import system_actor
from models.base.session import ActorSession
from models.batch.operations import run_now
from models.errors import Conflict, Forbidden, ScopeBreach
from tests.support.bureau import Bureau
from tests.support.counter import LIST, At
from tests.support.http import Client

ROLES = "/admin/user_role/"
EVERYTHING = {"unscoped": "test"}


def role_of(bureau: Bureau, name: str) -> UserRole:
    found: UserRole = bureau.stored(
        select(UserRole).where(UserRole.user_id == bureau.accounts[name])
    )[0]
    return found


def codes(bureau: Bureau, name: str) -> list[str]:
    held = select(UserRole.role_code).where(UserRole.user_id == bureau.accounts[name])
    return bureau.stored(held.order_by(UserRole.id))


def give(bureau: Bureau, client: Client, name: str, role: str, over: str) -> int:
    fields = {
        "user_id": str(bureau.accounts[name]),
        "role_code": role,
        "scope_org_id": str(bureau.orgs[over]),
    }
    return client.post(f"{ROLES}new/?user_id={fields['user_id']}", fields).status_code


def remove(bureau: Bureau, client: Client, name: str) -> int:
    role = role_of(bureau, name)
    fields = {"id": str(role.id), "row_version": str(role.version), "sure": "1"}
    return client.post(f"{ROLES}delete/", fields).status_code


@pytest.mark.parametrize(
    ("who", "name", "role", "over", "status"),
    [
        ("boss", "office_clerk", "confirm", "here_site", 303),
        ("boss", "office_clerk", "confirm", "there_site", 400),
        ("boss", "office_clerk", "authority", "here", 400),
        ("boss", "boss", "confirm", "here_site", 403),
        ("boss", "peer", "confirm", "here_site", 403),
        ("sysadmin", "clerk", "authority", "there", 303),
        ("sysadmin", "sysadmin", "authority", "here", 403),
        ("sysadmin", "deputy", "authority", "here", 403),
        ("centre", "sysadmin", "super", "root", 303),
    ],
)
def test_who_gives_which_role_to_whom(
    bureau: Bureau, at: At, who: str, name: str, role: str, over: str, status: int
) -> None:
    before = codes(bureau, name)
    assert give(bureau, at(who), name, role, over) == status
    assert codes(bureau, name) == before + ([role] if status == 303 else [])


@pytest.mark.parametrize(
    ("who", "name", "status"),
    [
        ("boss", "clerk", 303),
        ("boss", "boss", 403),
        ("boss", "peer", 403),
        ("boss", "roving", 403),
        ("boss", "stranger", 404),
        ("sysadmin", "boss", 303),
        ("sysadmin", "deputy", 403),
        ("centre", "deputy", 303),
        ("centre", "centre", 403),
    ],
)
def test_who_takes_whose_role(bureau: Bureau, at: At, who: str, name: str, status: int) -> None:
    before = codes(bureau, name)
    assert remove(bureau, at(who), name) == status
    assert codes(bureau, name) == ([] if status == 303 else before)


def test_a_denied_act_has_no_button(bureau: Bureau, at: At) -> None:
    boss = at("boss")
    for name, may in (("clerk", True), ("office_clerk", True), ("boss", False), ("peer", False)):
        page = boss.get(f"{LIST}details/?id={bureau.accounts[name]}").text
        assert (f"{ROLES}new/?user_id={bureau.accounts[name]}" in page) is may, name
    assert (
        f'action="{ROLES}delete/"' in boss.get(f"{LIST}details/?id={bureau.accounts['clerk']}").text
    )
    assert (
        f'action="{ROLES}delete/"'
        not in boss.get(f"{LIST}details/?id={bureau.accounts['peer']}").text
    )


def test_models_refuse_ones_own_role_whoever_writes_it(bureau: Bureau) -> None:
    session = bureau.open("sysadmin")
    root = bureau.orgs["root"]
    own = bureau.accounts["sysadmin"]
    session.add(UserRole(user_id=own, role_code="authority", scope_org_id=bureau.orgs["here"]))
    with pytest.raises(Forbidden, match="his own roles"):
        session.flush()
    session.rollback()
    found = session.scalars(select(UserRole).where(UserRole.user_id == own)).one()
    found.scope_org_id = bureau.orgs["here"]
    with pytest.raises(Forbidden, match="his own roles"):
        session.flush()
    session.rollback()
    session.add(UserRole(user_id=bureau.accounts["boss"], role_code="super", scope_org_id=root))
    with pytest.raises(ScopeBreach):
        session.flush()
    session.rollback()


def test_an_authority_grants_over_its_own_sites_and_no_others(bureau: Bureau) -> None:
    session = bureau.open("boss")
    id_ = bureau.accounts["office_clerk"]
    over = bureau.orgs["there_site"]
    session.add(UserRole(user_id=id_, role_code="confirm", scope_org_id=over))
    with pytest.raises(ScopeBreach):
        session.flush()
    session.rollback()


@pytest.mark.parametrize("way", ["delete", "other role", "other user"])
def test_the_centre_keeps_its_last_account(bureau: Bureau, way: str) -> None:
    bureau.change("deputy", status=AccountStatus.disabled)
    session = bureau.open_as(system_actor("command"))
    found = select(UserRole).where(UserRole.user_id == bureau.accounts["centre"])
    role = session.scalars(found).one()
    if way == "delete":
        session.delete(role)
    elif way == "other role":
        role.role_code = "system_admin"
    else:
        role.user_id = bureau.accounts["office_clerk"]
    with pytest.raises(Conflict, match="At least one enabled account"):
        session.flush()
    session.rollback()


def test_of_two_at_once_one_stays_whatever_they_do(bureau: Bureau, engine: Engine) -> None:
    """One disables the deputy, the other takes the role of the centre."""
    together = Barrier(2)

    def disable() -> bool:
        with ActorSession(bind=engine) as session:
            session.act_as(system_actor("one"))
            together.wait()
            ids = [bureau.accounts["deputy"]]
            batch = run_now(session, session.need_actor(), MACHINE, "disable", ids)
            done = bool(batch.done_count)
            session.commit()
            return done

    def take() -> bool:
        with ActorSession(bind=engine) as session:
            session.act_as(system_actor("two"))
            together.wait()
            found = select(UserRole).where(UserRole.user_id == bureau.accounts["centre"])
            session.delete(session.scalars(found).one())
            try:
                session.commit()
            except Conflict:
                session.rollback()
                return False
            return True

    with ThreadPoolExecutor(2) as pool:
        outcomes = [pool.submit(disable), pool.submit(take)]
        done = [outcome.result() for outcome in outcomes]
    assert sorted(done) == [False, True]

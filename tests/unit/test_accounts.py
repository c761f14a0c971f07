"""Grants, actors, passwords and sessions."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from fnmatch import fnmatchcase

import pytest
from argon2 import extract_parameters
from sqlalchemy import select

from models import clock
from models.accounts import passwords, sessions
from models.accounts.bearer import bearer_of
from models.accounts.permissions import GRANTS, RoleCode, permission
from models.accounts.preferences import KEY, keep
from models.accounts.queries import actor_for, roles_of
from models.accounts.tables import Role, UserAccount, UserRole
from models.accounts.tables_sign_in import UserSession
from models.base.actor import Actor, system_actor
from models.base.orm import Base
from models.base.session import ActorSession
from models.batch.tables import Batch
from models.certification.tables import CertificationApplication
from models.errors import BadInput
from models.reference.tables import Org, OrgKind, Region
from tests.support.databases import SessionOf

APPLICATION = "certification:certification_application"


def grants_of(role: str) -> Actor:
    return Actor("x", user_id=1, role=role, grants=GRANTS[role])


@pytest.mark.parametrize("role", [role.value for role in RoleCode])
def test_every_grant_names_a_table_that_exists(role: str) -> None:
    tables = {permission(mapper.class_, "x")[:-2] for mapper in Base.registry.mappers}
    for grant in GRANTS[role] - {"*"}:
        resource = grant.rpartition(":")[0]
        assert any(fnmatchcase(table, resource) for table in tables), grant


@pytest.mark.parametrize(
    ("act", "holders"),
    [
        ("list", {"super", "authority", "confirm", "info_viewer"}),
        ("edit", {"super", "authority", "confirm"}),
        ("reveal", {"super", "authority", "confirm"}),
        ("confirm", {"super", "authority", "confirm"}),
        ("mark_incomplete", {"super", "authority", "confirm"}),
        ("reopen_confirmation", {"super", "authority"}),
        ("approve", {"super", "authority"}),
        ("assign_numbers", {"super", "authority"}),
        ("withdraw_approval", {"super", "authority"}),
        ("delete", {"super", "authority"}),
    ],
)
def test_who_may_do_what_to_applications(act: str, holders: set[str]) -> None:
    right = permission(CertificationApplication, act)
    assert right == f"{APPLICATION}:{act}"
    assert {role for role in GRANTS if grants_of(role).can(right)} == holders


def test_roles_are_granted_downwards_only() -> None:
    def grants(role: str) -> set[str]:
        actor = grants_of(role)
        return {r for r in GRANTS if actor.can(f"accounts:user_role:grant_{r}")}

    assert grants("authority") == {"confirm"}
    assert grants("confirm") == set()
    assert grants("system_admin") == set(GRANTS) - {"super"}


def test_other_peoples_batches_need_a_right() -> None:
    holders = {role for role in GRANTS if grants_of(role).can(Batch.__scope__.permission)}
    assert holders == {"super", "system_admin"}


@pytest.fixture
def session(session_of: SessionOf) -> ActorSession:
    """Open a system session over a province with a city, a site of the city, and one user."""
    session = session_of(system_actor("test"))
    session.add(Region(code="11", name="北京市", level=1, province_code="11"))
    session.flush()
    for id_, kind, parent in ((1, "province", None), (2, "city", 1), (3, "site", 2)):
        session.add(
            Org(
                id=id_, name=kind, kind=kind, parent_id=parent, region_code="11", province_code="11"
            )
        )
        session.flush()
    session.add_all(Role(code=r.value, name=r.label.zh, name_en=r.label.en) for r in RoleCode)
    session.add(UserAccount(id=1, username="u", display_name="U", password_hash="x", org_id=1))
    session.flush()
    return session


def role_over(session: ActorSession, code: str, org: int) -> UserRole:
    role = UserRole(user_id=1, role_code=code, scope_org_id=org)
    session.add(role)
    session.flush()
    return role


def test_a_site_clerk_acts_for_the_site_under_its_authority(session: ActorSession) -> None:
    actor = actor_for(session, 1, role_over(session, "confirm", 3), ip="10.0.0.1")
    assert (actor.org_id, actor.org_path, actor.is_site) == (3, "/1/2/3/", True)
    assert (actor.authority_id, actor.authority_path) == (2, "/1/2/")
    assert (actor.role, actor.ip, actor.grants) == ("confirm", "10.0.0.1", GRANTS["confirm"])


def test_an_authority_is_its_own_and_a_leaf_without_authorities_below(
    session: ActorSession,
) -> None:
    city = actor_for(session, 1, role_over(session, "authority", 2))
    province = actor_for(session, 1, role_over(session, "authority", 1))
    assert (city.authority_id, city.is_site, city.is_leaf) == (2, False, True)
    assert (province.is_leaf, province.acts_in_subtree) == (False, False)
    assert actor_for(session, 1, role_over(session, "super", 1)).acts_in_subtree
    assert [role.scope_org_id for role in roles_of(session, 1)] == [2, 1, 1]


def test_a_role_of_another_user_makes_no_actor(session: ActorSession) -> None:
    with pytest.raises(ValueError, match="another user"):
        actor_for(session, 2, role_over(session, "authority", 2))


@pytest.mark.parametrize("typed", ["Clerk", " clerk ", "ｃｌｅｒｋ", "CLERK"])
def test_a_user_name_has_one_spelling(typed: str) -> None:
    assert passwords.normalise_username(typed) == "clerk"


def test_passwords_are_checked_and_an_unknown_user_is_refused() -> None:
    stored = passwords.hash_password("Demo-2026")
    assert stored.startswith("$argon2id$")
    assert passwords.verify_or_waste(stored, "Demo-2026")
    assert not passwords.verify_or_waste(stored, "demo-2026")
    assert not passwords.verify_or_waste(None, "Demo-2026")
    assert not passwords.verify_or_waste("not a hash", "Demo-2026")
    assert not passwords.needs_rehash(stored)


def sign_in(session: ActorSession) -> str:
    account = session.get_one(UserAccount, 1)
    role = role_over(session, "authority", 2)
    return sessions.create_session(session, account, role, "10.0.0.1", "x" * 300)


def test_a_session_is_found_by_its_token_alone(session: ActorSession) -> None:
    token = sign_in(session)
    found = sessions.find_session(session, token, clock.now())
    assert found is not None
    assert found.user_role is not None
    assert (found.user.username, found.user_role.role_code) == ("u", "authority")
    assert token not in (found.token_hash, found.user_agent)
    assert sessions.find_session(session, token + "x", clock.now()) is None
    assert sessions.find_session(session, found.token_hash, clock.now()) is None


def test_a_session_ends_when_idle_and_when_old(session: ActorSession) -> None:
    with clock.held(clock.now()) as start:
        token = sign_in(session)
    assert sessions.find_session(session, token, start + timedelta(minutes=29))
    assert sessions.find_session(session, token, start + sessions.IDLE) is None
    found = session.scalars(select(UserSession)).one()
    found.seen_at = start + sessions.ABSOLUTE - timedelta(minutes=1)
    assert sessions.find_session(session, token, found.seen_at)
    assert sessions.find_session(session, token, start + sessions.ABSOLUTE) is None


@pytest.mark.parametrize(("code", "org"), [("confirm", 3), ("authority", 2), ("super", 1)])
def test_a_token_makes_the_actor_of_its_role(session: ActorSession, code: str, org: int) -> None:
    account, role = session.get_one(UserAccount, 1), role_over(session, code, org)
    other = role_over(session, "info_viewer", 1)
    keep(session, 1, KEY, {"theme": "dark", "density": "junk"})
    token = sessions.create_session(session, account, role, None, None)
    found = bearer_of(session, token, clock.now(), ip="10.0.0.1", request_id="r")
    assert found is not None
    assert found.actor == actor_for(session, 1, role, ip="10.0.0.1", request_id="r")
    assert [(held.id, held.org_id) for held in found.roles] == [(role.id, org), (other.id, 1)]
    assert (found.display.theme, found.display.density) == ("dark", None)
    assert bearer_of(session, token + "x", clock.now()) is None


@pytest.mark.parametrize("end", ["revoke", "disable", "epoch", "org", "role"])
def test_a_token_lets_nobody_in_once_its_session_has_ended(session: ActorSession, end: str) -> None:
    token, now = sign_in(session), clock.now()
    found = sessions.find_session(session, token, now)
    assert found is not None
    assert found.user_role is not None
    assert bearer_of(session, token, now) is not None
    ends = {
        "revoke": lambda: sessions.revoke(found, now),
        "disable": lambda: setattr(found.user, "status", "disabled"),
        "epoch": lambda: setattr(found.user, "session_epoch", 1),
        "org": lambda: setattr(session.get_one(Org, 2), "enabled", False),
        "role": lambda: session.delete(found.user_role),
    }
    ends[end]()
    session.flush()
    assert bearer_of(session, token, now) is None


@pytest.mark.parametrize("end", ["revoke", "disable", "epoch"])
def test_a_session_ends_by_hand(session: ActorSession, end: str) -> None:
    token = sign_in(session)
    now = clock.now()
    found = sessions.find_session(session, token, now)
    assert found is not None
    if end == "revoke":
        sessions.revoke(found, now)
    elif end == "disable":
        found.user.status = "disabled"
    else:
        found.user.session_epoch += 1
    session.flush()
    assert sessions.find_session(session, token, now) is None


def test_activity_is_noted_once_a_minute(session: ActorSession) -> None:
    sign_in(session)
    found = session.scalars(select(UserSession)).one()
    before = found.seen_at
    assert not sessions.touch(found, before + timedelta(seconds=59))
    assert sessions.touch(found, before + timedelta(seconds=60))
    assert found.seen_at == before + timedelta(seconds=60)


ALLOWED = {
    "super": "center province",
    "system_admin": "center province city county",
    "info_admin": "center province city county school",
    "training_admin": "center province city county school",
    "info_viewer": "center province city county school",
    "authority": "province city county",
    "confirm": "site",
    "reg_authority": "province city county",
    "reg_confirm": "site",
    "appointment_admin": "province city county site",
}


@pytest.mark.parametrize("role", list(RoleCode))
def test_a_role_is_held_over_its_kinds_of_organisation(session: ActorSession, role: str) -> None:
    held = set()
    for number, kind in enumerate(OrgKind, 10):
        org = Org(
            id=number, name=kind, kind=kind, parent_id=2, region_code="11", province_code="11"
        )
        session.add(org)
        session.flush()
        savepoint = session.begin_nested()
        try:
            role_over(session, role, number)
        except BadInput:
            savepoint.rollback()
        else:
            savepoint.commit()
            held.add(kind.value)
    assert held == set(ALLOWED[role].split())


def test_a_role_is_not_moved_to_another_kind_of_organisation(session: ActorSession) -> None:
    held = role_over(session, "confirm", 3)
    held.scope_org = session.get_one(Org, 2)
    with pytest.raises(BadInput, match="cannot be held over") as refusal:
        session.flush()
    assert refusal.value.field == "scope_org_id"


def test_outside_tests_a_hash_costs_what_it_should() -> None:
    asked = "from models.accounts.passwords import hash_password; print(hash_password('x'))"
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    found = extract_parameters(told.stdout.strip())
    assert (found.time_cost, found.memory_cost) >= (3, 65536)

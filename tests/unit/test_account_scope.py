"""Truth table: whose accounts an office sees and administers (reading 3, CONF-02)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from models.accounts.tables import UserAccount
from models.base.actor import Actor, system_actor
from models.base.session import ActorSession
from models.errors import ScopeBreach
from models.reference.tables import Org, Region
from tests.support.databases import SessionOf

#: id, kind, parent: a province over two counties, the first with a site and a school.
ORGS = ((1, "province", None), (2, "county", 1), (3, "site", 2), (4, "school", 2), (5, "county", 1))
PATHS = {1: "/1/", 2: "/1/2/", 3: "/1/2/3/", 4: "/1/2/4/", 5: "/1/5/"}


def actor(org: int, **given: Any) -> Actor:
    authority = 2 if org == 3 else org
    place: dict[str, Any] = {
        "org_id": org,
        "org_path": PATHS[org],
        "is_site": org == 3,
        "is_leaf": org != 1,
    }
    return Actor("u", authority_id=authority, authority_path=PATHS[authority], **(place | given))


@pytest.fixture
def session_as(session_of: SessionOf) -> SessionOf:
    """Fill the tree with an account in each organisation; one session at a time."""
    session = session_of(system_actor("test"))
    session.add(Region(code="11", name="北京市", level=1, province_code="11"))
    session.flush()
    for id_, kind, parent in ORGS:
        place = {"region_code": "11", "province_code": "11", "path": PATHS[id_]}
        session.add(Org(id=id_, name=kind, kind=kind, parent_id=parent, **place))
        session.flush()
        session.add(
            UserAccount(id=id_, username=f"u{id_}", display_name="U", password_hash="x", org_id=id_)
        )
    session.commit()
    session.close()
    return session_of


CASES = [
    # actor's organisation, reads, administers
    (actor(1), {1, 2, 3, 4, 5}, {1}),
    (actor(1, acts_in_subtree=True), {1, 2, 3, 4, 5}, {1, 2, 3, 4, 5}),
    (actor(2), {2, 3}, {2, 3}),
    (actor(2, is_leaf=False), {2, 3, 4}, {2, 3}),
    (actor(3), {2}, {3}),
    (actor(5), {5}, {5}),
]
NAMES = ["province", "centre", "leaf authority", "authority", "site", "neighbour"]


@pytest.mark.parametrize(("who", "reads", "_acts"), CASES, ids=NAMES)
def test_accounts_of_the_branch_and_of_own_sites_are_read(
    session_as: SessionOf, who: Actor, reads: set[int], _acts: set[int]
) -> None:
    assert set(session_as(who).scalars(select(UserAccount.id))) == reads


@pytest.mark.parametrize(("who", "_reads", "acts"), CASES, ids=NAMES)
def test_accounts_of_the_office_and_its_sites_are_administered(
    session_as: SessionOf, who: Actor, _reads: set[int], acts: set[int]
) -> None:
    session = session_as(who)
    rule = UserAccount.__scope__.acts(UserAccount, who)
    found = session.scalars(select(UserAccount.id).where(rule), execution_options=ALL)
    assert set(found) == acts
    written = {org for org, *_rest in ORGS if may_rename(session, org)}
    assert written == acts


ALL = {"unscoped": "test"}


def may_rename(session: ActorSession, id_: int) -> bool:
    account = session.get_one(UserAccount, id_, execution_options=ALL)
    account.display_name = f"{account.display_name}+"
    try:
        session.flush()
    except ScopeBreach:
        return False
    finally:
        session.rollback()
    return True


def test_an_account_does_not_leave_for_another_office(session_as: SessionOf) -> None:
    session = session_as(actor(2))
    session.get_one(UserAccount, 3).org_id = 5
    with pytest.raises(ScopeBreach):
        session.flush()

"""The session cannot forget scope: the check on what is written, and the tree itself."""

from __future__ import annotations

from sqlalchemy import select

from models.accounts.tables import Role, UserAccount, UserRole
from models.base.session import ActorSession
from models.errors import ScopeBreach
from models.files.tables import Attachment
from models.reference.tables import Org, OrgQualificationType
from tests.support.branches import (
    CENTRE,
    CLERK,
    EAST,
    EAST_SITE,
    ROOT,
    SITE,
    SUPER,
    SYSTEM,
    WEST,
    actor,
    attachment,
    names,
    org,
)
from tests.support.databases import SessionOf


def refused(session: ActorSession) -> bool:
    """Flush and say whether the write check refused."""
    try:
        session.flush()
    except ScopeBreach:
        session.rollback()
        return True
    return False


def test_new_rows_belong_to_the_actors_own_office(open_session: SessionOf) -> None:
    session = open_session(CENTRE)
    for office, outcome in ((ROOT, False), (EAST, True), (None, True)):
        session.add(attachment(office))
        assert refused(session) is outcome


def test_those_who_act_in_the_branch_write_below(open_session: SessionOf) -> None:
    session = open_session(SUPER)
    session.add(attachment(EAST))
    assert not refused(session)
    below = open_session(actor(EAST, "/1/2/", acts_in_subtree=True))
    below.add(attachment(WEST))
    assert refused(below)


def test_a_row_is_neither_given_away_nor_taken(open_session: SessionOf) -> None:
    session = open_session(CENTRE)
    session.get_one(Attachment, 1).org_id = EAST
    assert refused(session)
    session.get_one(Attachment, 2).org_id = ROOT
    assert refused(session)


def test_an_expired_row_is_still_known_to_be_anothers(open_session: SessionOf) -> None:
    session = open_session(CENTRE)
    theirs = session.get_one(Attachment, 2)
    session.commit()
    theirs.org_id = ROOT
    assert refused(session)


def test_a_relationship_set_instead_of_the_key_is_judged(open_session: SessionOf) -> None:
    session = open_session(CENTRE)
    east = session.get_one(Org, EAST)
    session.add(OrgQualificationType(org=east, qualification_type=2))
    assert refused(session)
    session.add(UserAccount(username="u", display_name="U", password_hash="x", org=east))
    assert refused(session)
    session.add(OrgQualificationType(org=session.get_one(Org, ROOT), qualification_type=2))
    assert not refused(session)


def test_deleting_anothers_row_is_refused(open_session: SessionOf) -> None:
    session = open_session(CENTRE)
    session.delete(session.get_one(Attachment, 2))
    assert refused(session)


def test_the_tree_shows_the_branch_and_the_line_above(open_session: SessionOf) -> None:
    assert names(open_session(CLERK), select(Org.name)) == ["o1", "o2", "o3"]
    assert names(open_session(SITE), select(Org.name)) == ["o1", "o2", "o3"]
    assert names(open_session(CENTRE), select(Org.name)) == ["o1", "o2", "o3", "o4"]


def test_an_authority_keeps_its_sites_and_no_other_office(open_session: SessionOf) -> None:
    session = open_session(CLERK)
    cases = [(EAST, "site", False), (EAST, "county", True), (WEST, "site", True)]
    for number, (parent, kind, outcome) in enumerate(cases):
        session.add(org(10 + number, parent, kind))
        assert refused(session) is outcome, (parent, kind)
    session.get_one(Org, EAST).phone = "1"
    assert not refused(session)
    session.get_one(Org, EAST).parent_id = WEST
    assert refused(session)


OTHER = 99


def test_nobody_grants_a_role_above_his_own(open_session: SessionOf) -> None:
    system = open_session(SYSTEM)
    other = {"id": OTHER, "username": "other", "display_name": "他人", "password_hash": "x"}
    system.add(UserAccount(**other, org_id=EAST))
    system.add_all(Role(code=code, name=code, name_en=code) for code in ("confirm", "super"))
    system.commit()
    giver = actor(EAST, "/1/2/", grants=frozenset({"accounts:user_role:grant_confirm"}))
    cases = [("confirm", EAST_SITE, False), ("super", EAST_SITE, True), ("confirm", ROOT, True)]
    session = open_session(giver)
    for code, over, outcome in cases:
        session.add(UserRole(user_id=OTHER, role_code=code, scope_org_id=over))
        assert refused(session) is outcome, (code, over)


def test_paths_follow_the_tree(open_session: SessionOf) -> None:
    session = open_session(SYSTEM)
    session.get_one(Org, EAST).parent_id = WEST
    session.commit()
    paths = session.execute(select(Org.id, Org.path).order_by(Org.id)).all()
    assert [tuple(row) for row in paths] == [
        (1, "/1/"),
        (2, "/1/4/2/"),
        (3, "/1/4/2/3/"),
        (4, "/1/4/"),
    ]

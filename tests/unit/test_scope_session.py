"""The session cannot forget scope: criteria on reads, the check on writes, the gate on the rest."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import exists, func, insert, literal, select, text, true, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased, contains_eager, joinedload, lazyload, selectinload

from models.accounts.tables import Role, UserAccount, UserRole
from models.base.actor import Actor, system_actor
from models.base.session import ActorSession
from models.errors import ScopeBreach, UnscopedStatement
from models.files.tables import Attachment
from models.reference.tables import Org, OrgQualificationType, Region
from tests.support.databases import SessionOf

ROOT, EAST, EAST_SITE, WEST = 1, 2, 3, 4
SYSTEM = system_actor("test")
FILES = Attachment.__table__.c
EVERYTHING = {"unscoped": "test"}


def actor(org: int, path: str, **given: Any) -> Actor:
    """Return a clerk of an organisation; ``authority_*`` default to it."""
    options: dict[str, Any] = {"authority_id": org, "authority_path": path, **given}
    return Actor("clerk", user_id=1, org_id=org, org_path=path, **options)


CENTRE = actor(ROOT, "/1/")
CLERK = actor(EAST, "/1/2/")
SITE = actor(EAST_SITE, "/1/2/3/", is_site=True, authority_id=EAST, authority_path="/1/2/")
SUPER = actor(ROOT, "/1/", acts_in_subtree=True, grants=frozenset({"*"}))


def org(id_: int, parent: int | None, kind: str = "county") -> Org:
    return Org(
        id=id_, name=f"o{id_}", kind=kind, parent_id=parent, region_code="0", province_code="11"
    )


def attachment(org_id: int | None, **options: Any) -> Attachment:
    values = {
        "kind": "photo",
        "mime": "image/jpeg",
        "size_bytes": 1,
        "sha256": "0",
        "storage_path": "",
    }
    return Attachment(file_name=f"f{org_id}", org_id=org_id, **values, **options)


@pytest.fixture
def open_session(session_of: SessionOf) -> SessionOf:
    """Fill the tree — centre over east (with a site) and west — with one file per organisation.

    Opening a session closes the one before: SQLite lets one writer in at a time.
    """
    session = session_of(SYSTEM)
    session.add(Region(code="0", name="全国", level=0, province_code="0"))
    for row in (org(ROOT, None, "center"), org(EAST, 1), org(EAST_SITE, 2, "site"), org(WEST, 1)):
        session.add(row)
        session.flush()
    session.add(UserAccount(id=1, username="clerk", display_name="C", password_hash="x"))
    session.add_all(attachment(id_) for id_ in (ROOT, EAST, WEST))
    session.add_all(OrgQualificationType(org_id=id_, qualification_type=1) for id_ in (EAST, WEST))
    session.commit()
    opened = [session]

    def open_next(actor: Actor) -> ActorSession:
        opened[-1].close()
        opened.append(session_of(actor))
        return opened[-1]

    return open_next


def names(session: ActorSession, statement: Any) -> list[str]:
    return sorted(session.scalars(statement))


def test_a_select_returns_the_rows_of_the_branch(open_session: SessionOf) -> None:
    assert names(open_session(CENTRE), select(Attachment.file_name)) == ["f1", "f2", "f4"]
    assert names(open_session(CLERK), select(Attachment.file_name)) == ["f2"]
    assert names(open_session(SITE), select(Attachment.file_name)) == ["f2"]


def test_a_leaf_compares_the_organisation_directly(open_session: SessionOf) -> None:
    leaf = actor(EAST, "/1/2/", is_leaf=True)
    assert names(open_session(leaf), select(Attachment.file_name)) == ["f2"]


def test_without_an_actor_there_are_no_rows(open_session: SessionOf) -> None:
    session = ActorSession(bind=open_session(CLERK).get_bind())  # nothing is open there yet
    assert session.scalars(select(Attachment)).all() == []
    assert session.scalar(select(func.count()).select_from(Org)) == 0
    assert len(session.scalars(select(Region)).all()) == 1
    session.close()


def test_criteria_hold_in_every_form_of_reading(open_session: SessionOf) -> None:
    session = open_session(CLERK)
    other, one = aliased(Attachment), select(Attachment.id).where(Attachment.org_id == WEST)
    assert names(session, select(other.file_name)) == ["f2"]
    assert session.scalar(select(func.count()).select_from(Attachment)) == 1
    with_file = select(Org.name).where(exists().where(Attachment.org_id == Org.id))
    assert names(session, with_file) == ["o2"]
    with_alias = select(Org.name).where(exists().where(other.org_id == Org.id))
    assert names(session, with_alias) == ["o2"]
    assert session.scalars(one.union_all(select(Attachment.id))).all() == [2]
    assert session.get(Attachment, 3) is None
    assert session.scalars(select(Org.id).where(Org.id.in_(select(Attachment.org_id)))).all() == [2]


def test_rows_of_a_parent_share_its_scope(open_session: SessionOf) -> None:
    session = open_session(CLERK)
    rows = session.scalars(
        select(OrgQualificationType).options(selectinload(OrgQualificationType.org))
    ).all()
    assert [row.org.id for row in rows] == [EAST]


@pytest.mark.parametrize(
    "load",
    [lazyload, selectinload, joinedload, contains_eager],
    ids=["lazy", "selectin", "joined", "contains"],
)
def test_criteria_hold_for_what_is_loaded_along(open_session: SessionOf, load: Any) -> None:
    system = open_session(SYSTEM)
    system.get_one(UserAccount, 1).org_id = EAST
    system.add(Role(code="authority", name="A", name_en="A"))
    system.add(UserRole(user_id=1, role_code="authority", scope_org_id=WEST))
    system.add(UserRole(user_id=1, role_code="authority", scope_org_id=EAST))
    system.commit()
    session = open_session(CLERK)
    statement = select(UserRole).options(load(UserRole.scope_org)).order_by(UserRole.id)
    if load is contains_eager:
        statement = statement.outerjoin(Org, UserRole.scope_org)
    roles = session.scalars(statement).all()
    assert [role.scope_org and role.scope_org.id for role in roles] == [None, EAST]
    for role in roles:
        session.refresh(role)
    assert [role.scope_org and role.scope_org.id for role in roles] == [None, EAST]
    session.expire_all()
    assert [role.scope_org and role.scope_org.id for role in roles] == [None, EAST]


def test_insert_from_select_takes_only_rows_in_scope(open_session: SessionOf) -> None:
    session = open_session(CLERK)
    marks = ["created_at", "updated_at", "version"]
    source = select(
        literal("9").concat(Attachment.sha256),
        Attachment.file_name,
        Attachment.size_bytes,
        Attachment.sha256,
        Attachment.size_bytes == 1,
        *(getattr(Attachment, mark) for mark in marks),
    )
    columns = ["code", "name", "level", "province_code", "is_active", *marks]
    session.execute(
        insert(Region).from_select(columns, source), execution_options={"set_wise": "test"}
    )
    assert names(session, select(Region.name)) == ["f2", "全国"]


def test_a_set_wise_update_stays_in_scope(open_session: SessionOf) -> None:
    session = open_session(CLERK)
    statement = update(Attachment).where(Attachment.id > 0).values(mime="image/png")
    result: Any = session.execute(
        statement, execution_options={"set_wise": "test", "synchronize_session": False}
    )
    assert result.rowcount == 1


@pytest.mark.parametrize(
    "statement",
    [
        text("SELECT 1 FROM attachment"),
        select(Attachment.__table__),
        select(Attachment.__table__.c.id),
        select(Attachment.__table__.alias()),
        select(Region).where(exists(select(Attachment.__table__.alias()))),
        select(Attachment).where(Attachment.id.in_(select(Attachment.__table__.c.id))),
        select(Attachment.id, select(func.count(FILES.id)).scalar_subquery()),
        select(Attachment).join(select(FILES.id).subquery(), true()),
        select(Attachment.id).union_all(select(FILES.id)),
        select(Attachment).where(exists(select(literal(1)).where(FILES.org_id == Org.id))),
        update(Attachment).values(mime="x"),
        insert(Attachment).values(org_id=EAST),
    ],
    ids=[
        "text",
        "table",
        "column",
        "alias",
        "inner_alias",
        "inner_table",
        "scalar",
        "joined",
        "united",
        "correlated",
        "update",
        "insert",
    ],
)
def test_the_gate_refuses_ways_around_the_class(open_session: SessionOf, statement: Any) -> None:
    session = open_session(CLERK)
    with pytest.raises(UnscopedStatement):
        session.execute(statement)
    session.execute(select(Attachment.__table__), execution_options=EVERYTHING)


def test_the_gate_lets_a_class_through_however_it_is_joined(open_session: SessionOf) -> None:
    session = open_session(CLERK)
    offers = select(OrgQualificationType).join(OrgQualificationType.org)
    assert len(session.scalars(offers).all()) == 1
    assert len(session.scalars(offers.where(OrgQualificationType.org.has(Org.id > 0))).all()) == 1
    inner = select(Attachment.id).where(Attachment.org_id == Org.id).correlate(Org)
    assert names(session, select(Org.name).where(inner.exists())) == ["o2"]
    bare = select(FILES.file_name).where(Attachment.org_id > 0)
    assert names(session, bare) == ["f2"]


def test_the_gate_watches_the_connection_too(open_session: SessionOf) -> None:
    session = open_session(CLERK)
    with pytest.raises(UnscopedStatement):
        session.connection().execute(select(Attachment.__table__))
    with pytest.raises(UnscopedStatement):
        session.connection().execute(text("SELECT 1"))


def test_a_failed_flush_closes_the_gate_again(open_session: SessionOf) -> None:
    session = open_session(CLERK)
    session.add(attachment(EAST, id=2))
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()
    assert session.flush_depth == 0
    with pytest.raises(UnscopedStatement):
        session.connection().execute(select(Attachment.__table__))


def test_a_session_keeps_its_actor(open_session: SessionOf) -> None:
    with pytest.raises(RuntimeError, match="keeps its actor"):
        open_session(CLERK).act_as(CENTRE)


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


def test_nobody_grants_a_role_above_his_own(open_session: SessionOf) -> None:
    system = open_session(SYSTEM)
    system.get_one(UserAccount, 1).org_id = EAST
    system.add_all(Role(code=code, name=code, name_en=code) for code in ("confirm", "super"))
    system.commit()
    giver = actor(EAST, "/1/2/", grants=frozenset({"accounts:user_role:grant_confirm"}))
    cases = [("confirm", EAST_SITE, False), ("super", EAST_SITE, True), ("confirm", ROOT, True)]
    session = open_session(giver)
    for code, over, outcome in cases:
        session.add(UserRole(user_id=1, role_code=code, scope_org_id=over))
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

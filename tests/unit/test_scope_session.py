"""The session cannot forget scope: criteria on reads, and the gate on the ways around them."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import bindparam, exists, func, insert, literal, select, text, true, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased, contains_eager, joinedload, lazyload, selectinload

from models.accounts.tables import Role, UserAccount, UserRole
from models.base.criteria import MADE_ONCE
from models.base.session import ActorSession
from models.errors import UnscopedStatement
from models.files.tables import Attachment
from models.reference.tables import Org, OrgQualificationType, Region
from tests.support.branches import (
    CENTRE,
    CLERK,
    EAST,
    EVERYTHING,
    FILES,
    SITE,
    SYSTEM,
    WEST,
    actor,
    attachment,
    names,
)
from tests.support.databases import SessionOf


def test_a_select_returns_the_rows_of_the_branch(open_session: SessionOf) -> None:
    assert names(open_session(CENTRE), select(Attachment.file_name)) == ["f1", "f2", "f4"]
    assert names(open_session(CLERK), select(Attachment.file_name)) == ["f2"]
    assert names(open_session(SITE), select(Attachment.file_name)) == ["f2"]


def test_a_leaf_compares_the_organisation_directly(open_session: SessionOf) -> None:
    leaf = actor(EAST, "/1/2/", is_leaf=True)
    assert names(open_session(leaf), select(Attachment.file_name)) == ["f2"]


def test_statements_and_criteria_that_are_kept_serve_each_actor_his_own(
    open_session: SessionOf,
) -> None:
    files = select(Attachment.file_name).where(Attachment.id >= bindparam("least"))
    kept = files.execution_options(**{MADE_ONCE: True})
    west = actor(WEST, "/1/4/")
    everybody = ((CLERK, ["f2"]), (west, ["f4"]), (CENTRE, ["f1", "f2", "f4"]), (SITE, ["f2"]))
    for who, there in everybody * 2:
        session = open_session(who)
        for statement in (files, kept):
            assert sorted(session.scalars(statement, {"least": 0})) == there
            assert session.scalars(statement, {"least": 99}).all() == []
    nobody = ActorSession(bind=open_session(CLERK).get_bind())
    assert nobody.scalars(kept, {"least": 0}).all() == []
    nobody.close()


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

"""The trail: every ORM write leaves a row, in the same transaction, and none can be changed."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from models.accounts.tables import Role, UserAccount, UserRole
from models.audit.recorder import record
from models.audit.tables import AuditLog
from models.base.actor import Actor, system_actor
from models.base.session import ActorSession
from models.reference.tables import Org, Region, Subject
from tests.support.databases import SessionOf

SYSTEM = system_actor("seed", os_user="root")


@pytest.fixture
def session(session_of: SessionOf) -> ActorSession:
    """Open a system session over one region, one organisation, one role and one user."""
    session = session_of(SYSTEM)
    session.add(Region(code="11", name="北京市", level=1, province_code="11"))
    session.flush()
    session.add(Org(id=1, name="局", kind="province", region_code="11", province_code="11"))
    session.add(Role(code="authority", name="认定机构用户", name_en="Authority"))
    session.add(user("clerk", id=1))
    session.commit()
    return session


def user(name: str, **options: Any) -> UserAccount:
    return UserAccount(username=name, display_name=name, password_hash="h", org_id=1, **options)


def log(session: ActorSession, what: str) -> list[AuditLog]:
    statement = select(AuditLog).where(AuditLog.event == what).order_by(AuditLog.id)
    return list(session.scalars(statement))


def test_a_new_record_is_told_with_its_values(session: ActorSession) -> None:
    (row,) = log(session, "reference:region:create")
    assert (row.entity, row.entity_text, row.result) == ("region", "北京市", "ok")
    assert (row.username, row.role, row.os_user, row.user_id) == ("seed", "system", "root", None)
    changes = row.changes or {}
    assert changes["name"] == [None, "北京市"]
    assert not {"id", "version", "created_at", "updated_by"} & changes.keys()


def test_a_change_tells_old_and_new_and_nothing_else(session: ActorSession) -> None:
    region = session.scalars(select(Region)).one()
    session.commit()  # the row is expired: its old value must be read back to be told
    region.name = "北京"
    session.flush()
    (row,) = log(session, "reference:region:edit")
    assert row.changes == {"name": ["北京市", "北京"]}
    assert row.entity_id == region.id


def test_setting_the_same_value_leaves_no_trace(session: ActorSession) -> None:
    region = session.scalars(select(Region)).one()
    version = region.version
    region.name = "北京市"
    session.flush()
    assert log(session, "reference:region:edit") == []
    assert region.version == version


def test_personal_values_are_masked(session: ActorSession) -> None:
    clerk = session.get_one(UserAccount, 1)
    clerk.password_hash, clerk.mobile = "new", "13800000000"
    session.flush()
    (row,) = log(session, "accounts:user_account:edit")
    assert row.changes == {"password_hash": ["***", "***"], "mobile": [None, "***"]}


def test_parts_made_with_a_record_are_told_in_its_row(session: ActorSession) -> None:
    clerk = user("second", id=2)
    session.add(UserRole(user=clerk, role_code="authority", scope_org_id=1))
    session.flush()
    row = log(session, "accounts:user_account:create")[-1]
    role = {"user_id": clerk.id, "role_code": "authority", "scope_org_id": 1}
    assert (row.changes or {})["user_role"] == [None, [role]]
    assert log(session, "accounts:user_role:create") == []


def test_a_part_made_later_has_its_own_row(session: ActorSession) -> None:
    session.add(UserRole(user_id=1, role_code="authority", scope_org_id=1))
    session.flush()
    assert len(log(session, "accounts:user_role:create")) == 1


def test_a_deletion_keeps_what_was_there(session: ActorSession) -> None:
    subject = Subject(code="01", name="语文")
    session.add(subject)
    session.commit()
    session.delete(subject)
    session.flush()
    (row,) = log(session, "reference:subject:delete")
    assert row.entity_text == "语文"
    assert (row.changes or {})["name"] == ["语文", None]


def test_authors_reason_and_office_are_kept(session: ActorSession, session_of: SessionOf) -> None:
    acting = Actor(
        "clerk",
        user_id=1,
        role="super",
        org_id=1,
        org_path="/1/",
        authority_id=1,
        acts_in_subtree=True,
        ip="10.0.0.1",
        request_id="r1",
    )
    session.close()
    mine = session_of(acting)
    mine.info["reason"] = "更正"
    subject = Subject(code="02", name="数学")
    mine.add(subject)
    mine.flush()
    assert (subject.created_by, subject.updated_by) == (1, 1)
    (row,) = log(mine, "reference:subject:create")
    assert (row.reason, row.ip, row.request_id, row.org_id) == ("更正", "10.0.0.1", "r1", 1)


def test_a_rollback_takes_the_trail_along(session: ActorSession) -> None:
    session.add(Subject(code="03", name="英语"))
    session.flush()
    session.rollback()
    assert log(session, "reference:subject:create") == []


def test_nothing_is_written_without_somebody_acting(session: ActorSession) -> None:
    nobody = ActorSession(bind=session.get_bind())
    session.commit()
    nobody.add(Subject(code="04", name="物理"))
    with pytest.raises(RuntimeError, match="needs an actor"):
        nobody.flush()
    nobody.close()


def test_record_writes_what_is_done_set_wise(session: ActorSession) -> None:
    record(
        session,
        "certification:certificate:export",
        entity="certificate",
        changes={"rows": [0, 3]},
        reason="核对",
        result="refused",
        org_id=1,
    )
    (row,) = log(session, "certification:certificate:export")
    assert (row.reason, row.result, row.org_id, row.changes) == (
        "核对",
        "refused",
        1,
        {"rows": [0, 3]},
    )


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_log SET username = 'x'", "DELETE FROM audit_log"]
)
def test_the_database_refuses_to_change_the_trail(session: ActorSession, statement: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"):
        session.execute(text(statement), execution_options={"unscoped": "test"})


@pytest.mark.one_database("postgresql")
def test_postgresql_refuses_to_empty_the_trail(session: ActorSession) -> None:
    with pytest.raises(DatabaseError, match="append-only"):
        session.execute(text("TRUNCATE audit_log"), execution_options={"unscoped": "test"})


def test_a_row_about_a_part_says_what_it_is_part_of(session: ActorSession) -> None:
    role = UserRole(user_id=1, role_code="authority", scope_org_id=1)
    session.add(role)
    session.flush()
    record(session, "accounts:user_role:print", entity="user_role", entity_id=role.id)
    session.delete(role)
    session.flush()
    for act in ("create", "print", "delete"):
        (row,) = log(session, f"accounts:user_role:{act}")
        assert (row.whole, row.whole_id) == ("user_account", 1), act
    record(session, "accounts:user_account:print", entity="user_account", entity_id=1)
    (alone,) = log(session, "accounts:user_account:print")
    assert (alone.whole, alone.whole_id) == (None, None)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT OR REPLACE INTO audit_log (id, at, event, result, username)"
        " VALUES ({id}, '2026-01-01', 'x:y:z', 'ok', 'x')",
        "REPLACE INTO audit_log (id, at, event, result, username)"
        " VALUES ({id}, '2026-01-01', 'x:y:z', 'ok', 'x')",
        "UPDATE OR REPLACE audit_log SET id = {id}",
    ],
)
@pytest.mark.one_database("sqlite")
def test_sqlite_refuses_replacing_whatever_the_connection_is_set_to(
    session: ActorSession, statement: str
) -> None:
    """Another program does not switch recursive triggers on, as this one does."""
    (newest,) = session.execute(select(AuditLog.id).order_by(AuditLog.id.desc()).limit(1)).one()
    session.rollback()
    file = sqlite3.connect(str(session.get_bind().engine.url.database))
    with file, pytest.raises(sqlite3.DatabaseError, match="append-only"):
        file.execute(statement.format(id=newest))
    file.close()


@pytest.mark.one_database("postgresql")
def test_postgresql_refuses_an_insert_that_would_update(session: ActorSession) -> None:
    (newest,) = session.execute(select(AuditLog.id).order_by(AuditLog.id.desc()).limit(1)).one()
    upsert = text(
        "INSERT INTO audit_log (id, at, event, result, username)"
        f" VALUES ({newest}, now(), 'x:y:z', 'ok', 'x')"
        " ON CONFLICT (id) DO UPDATE SET username = 'x'"
    )
    with pytest.raises(DatabaseError, match="append-only"):
        session.execute(upsert, execution_options={"unscoped": "test"})

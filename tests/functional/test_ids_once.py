"""No id is given twice: what is told of a deleted record must not be told of the next one."""

from __future__ import annotations

import pytest
from alembic import command
from sqlalchemy import Engine, text

from models.base.actor import system_actor
from models.base.orm import Base, Business
from models.migrations import schema
from tests.support.databases import SessionOf
from tests.support.office import make_offices

BUSINESS = sorted(
    mapper.class_.__tablename__
    for mapper in Base.registry.mappers
    if issubclass(mapper.class_, Business)
)


def test_a_deleted_draft_and_its_parts_leave_their_ids_unused(session_of: SessionOf) -> None:
    session = session_of(system_actor("test"))
    here, _ = make_offices(session)
    former = here.application()
    session.add(former)
    session.commit()
    gone = former.id
    session.delete(former)
    session.commit()
    after = here.application()
    session.add(after)
    session.commit()
    assert after.id > gone


@pytest.mark.one_database("sqlite")
def test_every_business_table_counts_on(engine: Engine) -> None:
    wanted = text("SELECT name FROM sqlite_master WHERE sql LIKE '%AUTOINCREMENT%'")
    with engine.connect() as connection:
        assert set(BUSINESS) <= set(connection.scalars(wanted))


@pytest.mark.template("blank")
@pytest.mark.one_database("sqlite")
def test_the_upgrade_counts_on_behind_what_the_trail_knows(engine: Engine) -> None:
    config = schema.configuration()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0022")
        marks = "'2026-01-01', '2026-01-01', 1"
        connection.execute(
            text(
                "INSERT INTO region (id, code, name, level, province_code, is_active, created_at,"
                f" updated_at, version) VALUES (7, '11', '北京市', 1, '11', true, {marks})"
            )
        )
        connection.execute(
            text(
                "INSERT INTO audit_log (at, event, entity, entity_id, result, username)"
                " VALUES ('2026-01-01', 'reference:region:delete', 'region', 40, 'ok', 'x')"
            )
        )
    schema.upgrade(engine)
    schema.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO region (code, name, level, province_code, is_active, created_at,"
                f" updated_at, version) VALUES ('12', '天津市', 1, '12', true, {marks})"
            )
        )
        ids = connection.scalars(text("SELECT id FROM region ORDER BY id")).all()
    assert ids == [7, 41]

"""Migrations and mapping make the same database (reading 26), and upgrading is safe to repeat."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from alembic import command
from sqlalchemy import Engine, inspect, text

from models.base.actor import system_actor
from models.base.engine import make_engine
from models.base.orm import Base
from models.migrations import schema
from tests.support.catalogue import facts, split_definition
from tests.support.databases import SessionOf
from tests.support.office import make_offices, make_person
from tests.support.stores import Store

pytestmark = pytest.mark.template("blank")


@pytest.fixture
def other_engine(database_kind: str, _stores: Callable[[str], Store]) -> Iterator[Engine]:
    """Return an engine on a second database without tables."""
    store = _stores(database_kind)
    url = store.fresh("blank", "other")
    engine = make_engine(url)
    yield engine
    engine.dispose()
    store.drop(url)


def test_migrations_and_mapping_make_the_same_database(
    engine: Engine, other_engine: Engine
) -> None:
    schema.upgrade(engine)
    schema.create(other_engine)
    migrated, created = facts(engine), facts(other_engine)
    assert sorted(migrated - created) == []
    assert sorted(created - migrated) == []
    assert {line.split(" | ")[1] for line in migrated} >= set(Base.metadata.tables)


def test_catalogue_sees_a_changed_check(engine: Engine, other_engine: Engine) -> None:
    for target, values in ((engine, "1, 2"), (other_engine, "1, 3")):
        with target.begin() as connection:
            connection.execute(
                text(f"CREATE TABLE t (a int, CONSTRAINT c CHECK (a IN ({values})))")
            )
    assert facts(engine) != facts(other_engine)


def test_split_definition_keeps_brackets_and_quoted_commas_together() -> None:
    sql = "CREATE TABLE t (a INT, CHECK (a IN ('x,(', 'y')), \n b  TEXT) WITHOUT ROWID"
    assert split_definition(sql) == [
        "CREATE TABLE t",
        "a INT",
        "CHECK (a IN ('x,(', 'y'))",
        "b TEXT",
        "WITHOUT ROWID",
    ]


def test_database_is_current_only_after_the_upgrade(engine: Engine) -> None:
    assert not schema.is_current(engine)
    schema.upgrade(engine)
    assert schema.is_current(engine)


def test_upgrade_can_be_repeated_and_keeps_the_triggers(engine: Engine) -> None:
    schema.upgrade(engine)
    first = facts(engine)
    schema.upgrade(engine)
    assert facts(engine) == first
    assert {line.split(" | ")[1] for line in first if line.startswith("trigger")} == {
        "audit_log",
        "audit_seal",
        "audit_seal_part",
        "workflow_log",
    }


def test_a_table_made_anew_keeps_its_rows(engine: Engine) -> None:
    config = schema.configuration()
    region = "1, '11', '北京市', 1, '11', true"
    org = "1, '局', 'city', '/1/', '11', '11', '101', true, true, true, true, false"
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0006")
        for table, columns, values in (
            ("region", "id, code, name, level, province_code, is_active", region),
            (
                "org",
                "id, name, kind, path, region_code, province_code, cert_org_code, is_certifying,"
                " is_registering, is_open, enabled, is_deleted",
                org,
            ),
        ):
            marks = "created_at, updated_at, version"
            now = "'2026-01-01', '2026-01-01', 1"
            connection.execute(
                text(f"INSERT INTO {table} ({columns}, {marks}) VALUES ({values}, {now})")
            )
    schema.upgrade(engine)
    with engine.connect() as connection:
        kept = connection.execute(text("SELECT name, cert_org_code, version FROM org")).all()
    assert [tuple(row) for row in kept] == [("局", "101", 1)]


def test_the_upgrade_brings_sites_back_to_their_arrangements(
    engine: Engine, session_of: SessionOf
) -> None:
    schema.upgrade(engine)
    session = session_of(system_actor("test"))
    here, elsewhere = make_offices(session)
    placed, unplaced = here.application(), here.application(arrangement=None)
    session.add_all([placed, unplaced])
    session.commit()
    right = [(placed.id, here.site.id), (unplaced.id, None)]
    wrong = f"UPDATE certification_application SET site_id = {elsewhere.site.id}"
    session.close()
    _back_to(engine, "0007", f"{wrong} WHERE arrangement_id IS NOT NULL")
    schema.upgrade(engine)
    wanted = text("SELECT id, site_id FROM certification_application ORDER BY id")
    with engine.connect() as connection:
        assert [tuple(row) for row in connection.execute(wanted)] == right


def _back_to(engine: Engine, revision: str, *statements: str) -> None:
    """Take the schema back, and do what could be done then."""
    config = schema.configuration()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
        for statement in statements:
            connection.execute(text(statement))


def test_the_upgrade_spells_the_names_that_are_stored(
    engine: Engine, session_of: SessionOf
) -> None:
    schema.upgrade(engine)
    session = session_of(system_actor("test"))
    here, _ = make_offices(session)
    people = [make_person(name=name) for name in ("曾国藩", "单雄信", "Ana Silva", "曾国藩")]
    session.add_all(here.application(person=person) for person in people)
    session.commit()
    session.close()
    wanted = text("SELECT name, name_pinyin, name_initials FROM certification_application")
    _back_to(engine, "0012")
    schema.upgrade(engine)
    with engine.connect() as connection:
        found = {tuple(row) for row in connection.execute(wanted)}
    assert found == {
        ("曾国藩", "zeng guo fan", "zgf"),
        ("单雄信", "shan xiong xin", "sxx"),
        ("Ana Silva", "ana silva", "as"),
    }


def test_upgrade_by_address_is_the_same(database: str, engine: Engine) -> None:
    schema.upgrade(database)
    assert schema.is_current(engine)


def test_downgrade_leaves_no_table_behind(engine: Engine) -> None:
    schema.upgrade(engine)
    config = schema.configuration()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    assert inspect(engine).get_table_names() == ["alembic_version"]


@pytest.mark.one_database("postgresql")
def test_every_column_is_explained_in_the_database(engine: Engine) -> None:
    schema.upgrade(engine)
    inspector = inspect(engine)
    silent = [
        f"{table}.{column['name']}"
        for table in Base.metadata.tables
        for column in inspector.get_columns(table)
        if not column["comment"]
    ]
    assert silent == []


@pytest.mark.one_database("sqlite")
def test_upgrade_refuses_rows_that_point_at_nothing(engine: Engine) -> None:
    schema.upgrade(engine)
    with engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.execute("PRAGMA foreign_keys=OFF")
        raw.execute("INSERT INTO claim VALUES (1, 'person', 1, 99, '2026-01-01')")
        raw.execute("PRAGMA foreign_keys=ON")
    with pytest.raises(RuntimeError, match="rows that point at nothing"):
        schema.upgrade(engine)


@pytest.mark.one_database("sqlite")
def test_foreign_keys_hold_again_after_the_upgrade(engine: Engine) -> None:
    schema.upgrade(engine)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1

"""A sealed trail to tamper with: two logs, four rows of each under either of two seals."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import Engine, insert

from models import clock
from models.audit.recorder import record
from models.audit.seal import seal_logs
from models.audit.verify import verify_logs
from models.base.actor import system_actor
from models.base.engine import reading
from models.base.session import ActorSession
from models.workflow.tables import WorkflowLog

SYSTEM = system_actor("test")
OLD = datetime(2019, 3, 1, 4, 5, 6, 789, tzinfo=UTC)
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(app: Flask) -> Run:
    """Return a function that runs ``flask audit …`` and returns its exit code and output."""
    from admin_app.extensions import db

    def command(*words: object) -> tuple[int, str]:
        result = app.test_cli_runner().invoke(args=["audit", *map(str, words)])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        with app.app_context():
            db.engine.dispose()
        return result.exit_code, result.output

    return command


def log_rows(engine: Engine, *numbers: int, at: datetime = OLD) -> None:
    """Log one row per number in each log."""
    with clock.held(at), ActorSession(bind=engine) as session:
        session.act_as(SYSTEM)
        for number in numbers:
            record(session, f"test:thing:{number}", changes={"名称": [None, f"第{number}号"]})
            transition = {
                "machine": "plan", "entity_id": number, "action": "publish", "to_state": "open",
            }  # fmt: skip
            session.execute(
                insert(WorkflowLog.__table__),  # type: ignore[arg-type]  # is a Table
                [transition | {"at": clock.now()}],
                execution_options={"unscoped": "test"},
            )
        session.commit()


def tamper(engine: Engine, *statements: str) -> None:
    """Do what somebody with all rights on the database could do."""
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            names = connection.exec_driver_sql(
                "SELECT name FROM sqlite_master WHERE type='trigger'"
            )
            for (name,) in names.all():
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        for statement in statements:
            connection.exec_driver_sql(statement)


def head_of(output: str) -> str:
    """Return the head that ``seal`` printed."""
    return output.rsplit(maxsplit=1)[-1]


COLUMNS = "at, event, result, username"
FORGED = "'2019-03-01 04:05:06', 'test:thing:9', 'ok', 'test'"


def seal(engine: Engine) -> str:
    """Seal the logs and return the head."""
    with ActorSession(bind=engine) as session:
        session.act_as(SYSTEM)
        made = seal_logs(session)
        session.commit()
        assert made
        return made.head


def flaw(engine: Engine, **kept: str) -> str:
    """Verify the logs and return what is wrong, or nothing."""
    with reading(), ActorSession(bind=engine) as session:
        session.act_as(SYSTEM)
        return str(verify_logs(session, **kept).flaw or "")


@pytest.fixture
def sealed(engine: Engine) -> str:
    """Seal rows 1 to 4, then 5 to 8, of each log; return the newest head."""
    log_rows(engine, 1, 2, 3, 4)
    seal(engine)
    log_rows(engine, 5, 6, 7, 8)
    return seal(engine)

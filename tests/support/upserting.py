"""A fixture that imports rows by declaration, as somebody at a desk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from models.base.actor import Actor
from models.base.session import ActorSession
from models.transfer.importing import Report
from models.transfer.readers import Row, Sheet
from models.transfer.upserting import Upsert
from tests.factories.certification import World
from tests.support.databases import SessionOf

Cells = dict[str, Any]
Run = Callable[..., Report]


def sheet(*rows: Cells) -> Sheet:
    """Return a sheet as a reader would give it."""
    headings = list(dict.fromkeys(name for row in rows for name in row))
    return Sheet(tuple(headings), iter(Row(n, row) for n, row in enumerate(rows, 2)))


@pytest.fixture
def run(world: World, session_of: SessionOf) -> Run:
    """Return a function that imports rows as somebody and commits."""

    def import_(declared: Upsert, *rows: Cells, actor: Actor | None = None, **how: Any) -> Report:
        who = actor or world.here.authority
        with session_of(who) as session:
            report = declared.run(session, who, sheet(*rows), file_name="f.xlsx", **how)
            session.commit()
        return report

    return import_


def site(name: str, **cells: Any) -> Cells:
    """Return a row of a new confirmation site."""
    return {"名称": name, "类别": "确认点", "行政区划": "37", **cells}


def stored(session: ActorSession, cls: Any) -> int:
    """Count the rows of a table."""
    return session.scalar(select(func.count()).select_from(cls)) or 0

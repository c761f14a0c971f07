"""Every route of the panel with a plausible address and plausible fields, read off the URL map; and
what the database holds, in one digest per table.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy import Engine, select
from werkzeug.routing import Rule

from admin_app.security import SAFE_METHODS
from models.base.engine import reading
from models.base.orm import Base
from models.workflow.registry import machine_of

#: What a GET and a refused request may write: the trail, activity, tries (reading 7).
OWN_RECORDS = frozenset({"audit_log", "user_session", "login_attempt"})
#: Every name of a part of an address, with values that lead somewhere.
PARTS: Mapping[str, tuple[Any, ...]] = {
    "key": (1,),
    "field": ("org_id", "subject_id", "plan_id"),
    "column": ("org_id", "plan_id", "status", "nonsense"),
    "table": ("certification_application", "user_account"),
    "export_type": ("csv", "xlsx"),
    "filename": ("favicon.svg", "css/bootstrap.min.css"),
}
#: What forms of the panel carry, whatever they are for.
FIELDS: Mapping[str, str | list[str]] = {
    "sure": "1",
    "purpose": "核对材料",
    "language": "en",
    "theme": "dark",
    "density": "compact",
    "name": "改过的名称",
    "display_name": "改过的姓名",
    "reason": "试一试",
    "change_reason": "试一试",
    "input_reason": "缺身份证复印件",
    "input_missing": ["photo"],
    "q": "张",
    "query": "",
    "full": "1",
    "user_role": "1",
    "username": "authority",
    "password": "Forged-2026-pass",
    "new_password": "Forged-2026-pass",
    "new_password_again": "Forged-2026-pass",
    "code": "000000",
}


@dataclass(frozen=True, slots=True)
class Route:
    """One address with one method; ``table`` is the grid's, if it is one of a grid."""

    method: str
    path: str
    endpoint: str
    table: str | None = None

    @property
    def name(self) -> str:
        """The view behind it, without its grid."""
        return self.endpoint.rpartition(".")[2]


def mutating(app: Flask, ids: Mapping[str, int]) -> list[Route]:
    """Return every route that may change something. ``ids`` names a row of each table."""
    return [route for route in _routes(app, ids) if route.method not in SAFE_METHODS]


def safe(app: Flask, ids: Mapping[str, int]) -> list[Route]:
    """Return every route that may be looked at."""
    return [route for route in _routes(app, ids) if route.method == "GET"]


def _routes(app: Flask, ids: Mapping[str, int]) -> Iterator[Route]:
    for rule in app.url_map.iter_rules():
        table = rule.endpoint.partition(".")[0]
        for path in _addresses(app, rule, ids.get(table)):
            for method in sorted(rule.methods or ()):
                yield Route(method, path, rule.endpoint, table if table in ids else None)


def _addresses(app: Flask, rule: Rule, row_id: int | None) -> Iterator[str]:
    names = sorted(rule.arguments)
    assert set(names) <= set(PARTS), f"say in PARTS what stands for {names} of {rule.rule}"
    for value in PARTS[names[0]] if names else (None,):
        parts = {names[0]: value} if names else {}
        path = app.url_map.bind("localhost").build(rule.endpoint, parts)
        yield f"{path}?id={row_id}" if row_id is not None and not names else path


def fields_for(route: Route, versions: Mapping[str, int], ids: Mapping[str, int]) -> dict[str, Any]:
    """Return fields with which a route would do what it is for."""
    fields: dict[str, Any] = dict(FIELDS)
    if route.table is None:
        return fields
    model = next(m.class_ for m in Base.registry.mappers if m.class_.__tablename__ == route.table)
    machine = machine_of(model)
    if machine is not None:
        fields["action"] = machine.transitions[0].name
    key = str(ids[route.table])
    return fields | {"id": key, "rowid": [key], "row_version": str(versions.get(route.table, 1))}


def first_rows(engine: Engine) -> tuple[dict[str, int], dict[str, int]]:
    """Return the first id and its version, by table; of an empty table an id that is none."""
    ids, versions = {}, {}
    with reading(), engine.connect() as connection:
        for table in (table for table in Base.metadata.sorted_tables if "id" in table.c):
            columns = [table.c[name] for name in ("id", "version") if name in table.c]
            row = connection.execute(
                select(*columns).order_by(table.c.id).limit(1),
                execution_options={"unscoped": "test"},
            ).first()
            ids[table.name] = row[0] if row else 999_999
            if row and len(row) > 1:
                versions[table.name] = row[1]
    return ids, versions


def digest(engine: Engine, but: frozenset[str] = OWN_RECORDS) -> dict[str, str]:
    """Return a digest of every row of every table, by table."""
    found = {}
    with reading(), engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            if table.name in but:
                continue
            rows = connection.execute(
                select(table).order_by(*table.primary_key), execution_options={"unscoped": "test"}
            )
            found[table.name] = hashlib.sha256(repr(rows.all()).encode()).hexdigest()
    return found


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Return the tables that are no longer the same."""
    return sorted(name for name in before if before[name] != after[name])

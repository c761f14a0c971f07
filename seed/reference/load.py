"""Puts the reference data into a database: adds what is missing, keeps standards up to date.

Lists that offices keep themselves (editable code sets, subjects, material rules) are only added
to, so that loading again after an upgrade never undoes their work.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from models.accounts.permissions import RoleCode
from models.accounts.tables import Role
from models.base.orm import Base
from models.reference.tables import CodeItem, CodeSet, MaterialRule, Region, Subject, SubjectType
from seed.reference.data import code_item_rows, code_set_rows, material_rule_rows, subject_rows
from seed.reference.regions import region_rows

Rows = Iterable[Mapping[str, Any]]


def load(session: Session) -> dict[str, int]:
    """Load everything; return how many rows of each table were added or changed.

    The session acts as the system. Loading twice changes nothing the second time.
    """
    return {
        "region": _load_regions(session),
        "code_set": _keep(session, CodeSet, ("code",), code_set_rows()),
        "code_item": _load_items(session),
        **_load_subjects(session),
        "material_rule": _add(session, MaterialRule, _RULE_KEY, material_rule_rows()),
        "role": _keep(session, Role, ("code",), _role_rows()),
    }


_RULE_KEY = ("qualification_type", "id_type", "is_fresh_graduate", "material_code")


def _role_rows() -> Iterator[dict[str, Any]]:
    for role in RoleCode:
        yield {"code": role.value, "name": role.label.zh, "name_en": role.label.en}


def _load_regions(session: Session) -> int:
    # One level after the other: a region's parent must be there before it.
    rows = region_rows()
    return sum(
        _keep(session, Region, ("code",), [row for row in rows if row["level"] == level])
        for level in range(4)
    )


def _load_items(session: Session) -> int:
    fixed = {row["code"] for row in code_set_rows() if not row["is_editable"]}
    total = 0
    for layer in _layers(code_item_rows(), "set_code"):
        ids = _ids(session, CodeItem, ("set_code", "code"))
        rows = [_with_parent(row, ids, row["set_code"]) for row in layer]
        total += _keep(
            session, CodeItem, ("set_code", "code"), [r for r in rows if r["set_code"] in fixed]
        )
        total += _add(
            session, CodeItem, ("set_code", "code"), [r for r in rows if r["set_code"] not in fixed]
        )
    return total


def _load_subjects(session: Session) -> dict[str, int]:
    """Add the subjects that are missing, with their types; of those that are there none is
    listed again.
    """
    rows = subject_rows()
    known, inner = _ids(session, Subject, ("code",)), {row["parent_code"] for row in rows}
    added = sum(_add_subjects(session, layer, inner) for layer in _layers(rows))
    ids = _ids(session, Subject, ("code",))
    types = [
        {"subject_id": ids[(row["code"],)], "qualification_type": type_}
        for row in rows
        if (row["code"],) not in known
        for type_ in row["qualification_types"]
    ]
    key = ("subject_id", "qualification_type")
    return {"subject": added, "subject_type": _add(session, SubjectType, key, types)}


def _add_subjects(
    session: Session, layer: Sequence[Mapping[str, Any]], inner: Collection[Any]
) -> int:
    ids = _ids(session, Subject, ("code",))
    new = [
        {
            "code": row["code"],
            "name": row["name"],
            "parent_id": ids.get((row["parent_code"],)),
            "is_leaf": row["code"] not in inner,
        }
        for row in layer
    ]
    return _add(session, Subject, ("code",), new)


def _layers(rows: Rows, *scope: str) -> Iterator[list[Mapping[str, Any]]]:
    """Part a tree's rows into generations: the tops, their children, and so on."""
    rest = list(rows)
    known: set[tuple[Any, ...]] = {(*(row[name] for name in scope), None) for row in rest}
    while rest:
        layer = [r for r in rest if (*(r[name] for name in scope), r["parent_code"]) in known]
        if not layer:
            raise ValueError("the reference data name a parent that is not there")
        yield layer
        known |= {(*(row[name] for name in scope), row["code"]) for row in layer}
        rest = [row for row in rest if row not in layer]


def _with_parent(
    row: Mapping[str, Any], ids: Mapping[tuple[Any, ...], int], set_code: str
) -> dict[str, Any]:
    fields = {name: value for name, value in row.items() if name != "parent_code"}
    return fields | {"parent_id": ids.get((set_code, row["parent_code"]))}


def _ids(session: Session, cls: Any, key: Sequence[str]) -> dict[tuple[Any, ...], int]:
    columns = [getattr(cls, name) for name in key]
    return {tuple(row[1:]): row[0] for row in session.execute(select(cls.id, *columns))}


def _add(session: Session, cls: type[Base], key: Sequence[str], rows: Rows) -> int:
    """Insert the rows whose key is not there yet, all in one statement."""
    there = _ids(session, cls, key)
    new = [dict(row) for row in rows if tuple(row[name] for name in key) not in there]
    if new:
        session.execute(insert(cls), new, execution_options={"set_wise": "seed"})
    return len(new)


def _keep(session: Session, cls: type[Base], key: Sequence[str], rows: Rows) -> int:
    """Insert what is missing and set right what differs; rows that agree are not touched."""
    rows = list(rows)
    return _add(session, cls, key, rows) + _correct(session, cls, key, rows)


def _correct(session: Session, cls: Any, key: Sequence[str], rows: Sequence[Any]) -> int:
    there = {
        tuple(getattr(found, name) for name in key): found for found in session.scalars(select(cls))
    }
    changed = 0
    for row in rows:
        found = there[tuple(row[name] for name in key)]
        differing = {name: value for name, value in row.items() if getattr(found, name) != value}
        for name, value in differing.items():
            setattr(found, name, value)
        changed += bool(differing)
    session.flush()
    return changed

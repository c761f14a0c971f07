"""The codes of open sets: what files call them, and which of them a cell may mean."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.base.orm import Base
from models.transfer.cells import Codes

WHY = {"unscoped": "codes that cells name"}


def codes_in_use(session: Session) -> Codes:
    """Return the codes in use by everything that they are called: the code itself, its labels, and
    both. An area above keeps them.
    """
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    own: dict[str, dict[str, set[str]]] = defaultdict(dict)
    columns = _items().c
    wanted = select(columns.set_code, columns.code, columns.name, columns.name_en)
    for set_code, code, *labels in session.execute(wanted.where(*_in_use()), execution_options=WHY):
        own[set_code][code] = {code}
        for label in filter(None, labels):
            found[set_code][label].add(code)
            found[set_code][_both(code, label)].add(code)
    return {name: dict(called) | own[name] for name, called in found.items()}


def offered(session: Session, code_set: str) -> list[tuple[str, str]]:
    """Return what a list offers for the codes of a set, in their order: word and code."""
    return [(label, code) for code, label in _labels(session, code_set, *_in_use()).items()]


def labels_of(session: Session, code_set: str) -> dict[str, str]:
    """Return code → label of a set, those included that are not in use any more."""
    return _labels(session, code_set)


def _labels(session: Session, code_set: str, *which: Any) -> dict[str, str]:
    columns = _items().c
    wanted = select(columns.code, columns.name).where(columns.set_code == code_set, *which)
    rows: Any = session.execute(wanted.order_by(columns.sort, columns.code), execution_options=WHY)
    return distinguished(dict(rows.all()))


def distinguished(labels: Mapping[str, str]) -> dict[str, str]:
    """Return code → label of one set, with the code before a label that several codes share."""
    times = Counter(labels.values())
    return {
        code: label if times[label] == 1 else _both(code, label) for code, label in labels.items()
    }


def _both(code: str, label: str) -> str:
    return f"{code} {label}"


def _items() -> Any:
    return Base.metadata.tables["code_item"]


def _in_use() -> tuple[Any, ...]:
    return _items().c.enabled, ~_items().c.is_deleted

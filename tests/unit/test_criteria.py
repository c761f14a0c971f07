"""Criteria as one option: numbers of shapes, and how much is held."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import with_loader_criteria

from models.base import criteria as place
from models.base.criteria import MADE_ONCE, ScopeCriteria
from models.people.tables import Person


def of(*conditions: Any) -> ScopeCriteria:
    return ScopeCriteria(with_loader_criteria(Person, each) for each in conditions)


def shape(criteria: ScopeCriteria) -> Any:
    return criteria._gen_cache_key(None, [])


class Meeting(dict[Any, Any]):
    """A dictionary in which two who enter something at once wait for each other."""

    barrier = Barrier(2, timeout=10)

    def setdefault(self, key: Any, value: Any = None) -> Any:
        self.barrier.wait()
        return super().setdefault(key, value)


def test_two_threads_never_give_two_shapes_one_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "_SHAPES", Meeting())
    with ThreadPoolExecutor(2) as threads:
        one, other = threads.map(of, [Person.name == "王", Person.id_no == "王"])
    assert shape(one) != shape(other)


def test_criteria_that_differ_in_values_alone_share_a_shape() -> None:
    one, other = of(Person.name == "王"), of(Person.name == "李")
    assert shape(one) == shape(other)


def statements() -> Iterator[Any]:
    for number in range(5):
        yield select(Person).where(Person.id == number).execution_options(**{MADE_ONCE: True})


def test_few_statements_are_held_over_all_actors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "MOST_APPLIED", 3)
    monkeypatch.setattr(place, "_APPLIED", {})
    actors = [of(Person.name == "王"), of(Person.name == "李")]
    for statement in statements():
        for criteria in actors:
            assert criteria.applied_to(statement) is criteria.applied_to(statement)
            assert len(place._APPLIED) <= 3

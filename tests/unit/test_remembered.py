"""Statements are served again for the same rows, and for no others."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Select, bindparam, func, select

from models import clock
from models.base.types import Instant
from models.people.tables import Person
from views.base import remembered as place
from views.base.remembered import remembered

EARLY = datetime(2026, 3, 1, 8, tzinfo=UTC)


def rows(*conditions: Any) -> Select[Any]:
    return select(Person).where(*conditions)


def count(of: Select[Any], *follows: str) -> Select[Any]:
    return remembered(lambda: select(func.count()).select_from(of.subquery()), of, *follows)


def test_the_same_rows_are_built_once() -> None:
    first = count(rows(Person.name == "王"), "a")
    assert count(rows(Person.name == "王"), "a") is first


@pytest.mark.parametrize(
    "other",
    [
        (Person.name == "李",),
        (Person.name != "王",),
        (Person.id_no == "王",),
        (Person.name == "王", Person.birth_date < date(2000, 1, 1)),
        (),
    ],
)
def test_a_value_an_operator_a_column_tell_rows_apart(other: tuple[Any, ...]) -> None:
    first = count(rows(Person.name == "王"))
    assert count(rows(*other)) is not first


def test_what_else_is_followed_tells_statements_apart() -> None:
    of = rows(Person.name == "王")
    assert count(of, "status") is not count(of, "sex")


def test_days_and_lists_of_values_tell_rows_apart() -> None:
    days = [count(rows(Person.birth_date < date(2000, 1, day))) for day in (1, 2)]
    among = [count(rows(Person.id.in_(ids))) for ids in ([1, 2], [1, 3], [1, 2, 3])]
    assert len({id(each) for each in (*days, *among)}) == 5


def test_a_value_read_at_execution_keeps_the_statement_and_not_the_value() -> None:
    def since() -> Select[Any]:
        return rows(Person.created_at < bindparam("now", callable_=clock.now, type_=Instant()))

    with clock.held(EARLY):
        first = count(since())
    with clock.held(EARLY + timedelta(days=1)):
        assert count(since()) is first
        assert EARLY + timedelta(days=1) in first.compile().construct_params().values()


def test_few_are_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "MOST_STATEMENTS", 3)
    monkeypatch.setattr(place, "_held", {})
    for name in "甲乙丙丁":
        count(rows(Person.name == name))
        assert len(place._held) <= 3

"""Conditions of a list: what each operator selects, and what is refused with a reason."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy.dialects import postgresql, sqlite

from models import clock
from models.base.actor import Actor
from models.certification.tables import CertificationApplication
from models.errors import BadInput
from models.people.tables import Person
from models.reference.tables import Org
from views.base.columns import Computed, GridColumn, resolve
from views.base.filters import Written, operators, predicate, split_values
from views.base.prefix import begins_with
from views.base.search import looks_personal, normalise
from views.base.values import read_span
from views.certification.applications import Applications

ACTOR = Actor("clerk", user_id=7, org_id=3)
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # a Monday, 09:00 in Shanghai


def column(name: str, model: Any = CertificationApplication) -> GridColumn:
    return resolve(model, Applications.computed, name)


def sql(name: str, op: str, *values: str, model: Any = CertificationApplication) -> str:
    found = predicate(column(name, model), op, values, ACTOR)
    return str(
        found.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    ).replace("certification_application.", "")


@pytest.mark.parametrize(
    ("name", "op", "values", "expected"),
    [
        ("status", "eq", ["submitted"], "status = 'submitted'"),
        ("status", "in", ["draft", "submitted"], "status IN ('draft', 'submitted')"),
        ("status", "eq", ["draft", "submitted"], "status IN ('draft', 'submitted')"),
        ("status", "ne", ["draft"], "(status NOT IN ('draft'))"),
        ("qualification_type", "eq", ["3"], "qualification_type = 3"),
        ("site", "ne", ["4"], "(site_id NOT IN (4)) OR site_id IS NULL"),
        ("site", "eq", ["my_org"], "site_id = 3"),
        ("confirmed_by", "eq", ["me"], "confirmed_by = 7"),
        ("name", "prefix", ["张"], "(name >= '张' AND name < '张\U0010ffff')"),
        ("is_fresh_graduate", "eq", ["true"], "is_fresh_graduate = 1"),
        (
            "form_print_count",
            "between",
            ["2", "4"],
            "form_print_count >= 2 AND form_print_count <= 4",
        ),
        ("form_print_count", "between", ["2", ""], "form_print_count >= 2"),
        ("birth_date", "le", ["1990-01-31"], "birth_date < '1990-02-01'"),
        ("birth_date", "gt", ["1990-01-31"], "birth_date >= '1990-02-01'"),
        (
            "birth_date",
            "eq",
            ["1990-02"],
            "birth_date >= '1990-02-01' AND birth_date < '1990-03-01'",
        ),
        ("receipt_no", "empty", [""], "receipt_no IS NULL OR receipt_no = ''"),
        ("site", "empty", ["false"], "site_id IS NOT NULL"),
    ],
)
def test_an_operator_selects(name: str, op: str, values: list[str], expected: str) -> None:
    assert sql(name, op, *values) == expected


@pytest.mark.parametrize(
    ("name", "op", "values", "reason"),
    [
        ("status", "eq", ["SUBMITTED"], "none of the values"),
        ("status", "prefix", ["sub"], "cannot be compared"),
        ("status", "drop table", ["x"], "cannot be compared"),
        ("qualification_type", "eq", ["9"], "none of the values"),
        ("plan", "eq", ["abc"], "no whole number"),
        ("plan", "eq", ["²"], "no whole number"),
        ("plan", "eq", ["99999999999"], "no whole number"),
        ("form_print_count", "gt", ["1", "2"], "one value"),
        ("form_print_count", "between", ["1"], "two values"),
        ("form_print_count", "between", ["", ""], "two values"),
        ("birth_date", "eq", ["2026-02-30"], "no day"),
        ("birth_date", "eq", ["0001-01-01"], "no day"),
        ("birth_date", "eq", ["-9999d"], ""),
        ("submitted_at", "ge", ["soon"], "no day"),
        ("submitted_at", "ge", ["9999-12-31"], "no day"),
        ("name", "eq", ["a\x00b"], "1 to 200"),
        ("name", "eq", [""], "1 to 200"),
        ("name", "eq", ["x" * 201], "1 to 200"),
        ("is_fresh_graduate", "eq", ["maybe"], "yes nor no"),
        ("site", "empty", ["perhaps"], "yes nor no"),
        ("status", "empty", [""], "cannot be compared"),
        ("id_no", "prefix", ["1101"], "cannot be compared"),
        ("id_no", "ne", ["x"], "cannot be compared"),
        ("plan", "in", ["1"] * 501, "at most 500"),
    ],
)
def test_a_value_that_is_none_is_refused_with_a_reason(
    name: str, op: str, values: list[str], reason: str
) -> None:
    if values == ["-9999d"]:
        assert read_span(column("birth_date"), "-9999d")[0].year < 2026
        return
    with pytest.raises(BadInput, match=reason):
        predicate(column(name), op, values, ACTOR)


@pytest.mark.parametrize(
    ("word", "first", "beyond"),
    [
        ("today", date(2026, 11, 23), date(2026, 11, 24)),
        ("yesterday", date(2026, 11, 22), date(2026, 11, 23)),
        ("-7d", date(2026, 11, 16), date(2026, 11, 17)),
        ("+2w", date(2026, 12, 7), date(2026, 12, 8)),
        ("-9m", date(2026, 2, 23), date(2026, 2, 24)),
        ("this_week", date(2026, 11, 23), date(2026, 11, 30)),
        ("last_week", date(2026, 11, 16), date(2026, 11, 23)),
        ("this_month", date(2026, 11, 1), date(2026, 12, 1)),
        ("last_month", date(2026, 10, 1), date(2026, 11, 1)),
        ("this_year", date(2026, 1, 1), date(2027, 1, 1)),
        ("last_year", date(2025, 1, 1), date(2026, 1, 1)),
        ("2026", date(2026, 1, 1), date(2027, 1, 1)),
        ("2026-2-3", date(2026, 2, 3), date(2026, 2, 4)),
    ],
)
def test_relative_days_are_those_of_shanghai(word: str, first: date, beyond: date) -> None:
    with clock.held(NOW):
        assert read_span(column("birth_date"), word) == (first, beyond)
        assert read_span(column("submitted_at"), word) == (
            clock.day_start(first),
            clock.day_start(beyond),
        )


def test_months_end_where_the_shorter_one_ends() -> None:
    with clock.held(datetime(2026, 3, 31, 4, tzinfo=UTC)):
        assert read_span(column("birth_date"), "-1m")[0] == date(2026, 2, 28)


def test_a_minute_is_read_in_shanghai() -> None:
    start, end = read_span(column("submitted_at"), "2026-11-23 09:00")
    assert start == NOW
    assert (end - start).total_seconds() == 60


def test_a_condition_keeps_its_colons_and_commas() -> None:
    written = Written.read(r"submitted_at:between:2026-11-23 09:00,2026-11-23 10:30")
    assert written.values == ("2026-11-23 09:00", "2026-11-23 10:30")
    assert split_values(r"甲\,乙,丙") == ["甲,乙", "丙"]
    assert str(Written("name", "in", ("甲,乙", "丙"))) == r"name:in:甲\,乙,丙"
    assert Written.read(str(Written("name", "in", ("甲,乙",)))).values == ("甲,乙",)


def test_personal_data_takes_an_exact_match_only() -> None:
    for name in ("id_no", "mobile", "address", "email"):
        assert operators(column(name, Person)) == ("eq",)


def test_prefixes_are_served_by_an_index_on_both_databases() -> None:
    starts = begins_with(Org.name, "5%_\\")
    on_postgresql = starts.compile(dialect=postgresql.dialect())  # type: ignore[no-untyped-call]
    assert "LIKE" in str(on_postgresql)
    assert "5\\%\\_\\\\%" in on_postgresql.params.values()
    assert "LIKE" not in str(starts.compile(dialect=sqlite.dialect()))


def test_a_computed_column_is_filtered_by_its_expression() -> None:
    assert sql("confirm_state", "eq", "confirmed").startswith("CASE status WHEN")
    assert isinstance(Applications.computed["confirm_state"], Computed)


@pytest.mark.parametrize(
    "term",
    [
        "110101199003074477",
        "11010119900307447x",
        "110101900307447",
        "１１０１０１１９９００３０７４４７７",
        "13800138000",
        "138 0013 8000",
        "E12345678",
        "h12345678",
        "teacher@example.cn",
        "张三 440101199003071234",
        "张三440101 19900307 123x",
        "440101199003071234，440101199003071235",
        "电话13800138000。",
        "张三 138-0013-8000",
        "邮箱：teacher＠example.cn",
        "x" * 200 + " 13800138000",
    ],
)
def test_what_may_be_a_personal_number_is_treated_as_one(term: str) -> None:
    assert looks_personal(term)


@pytest.mark.parametrize(
    "term", ["张三", "zhang san", "zs", "B202611001010000001", "20261100131000001"]
)
def test_names_and_official_numbers_may_stand_in_an_address(term: str) -> None:
    assert not looks_personal(normalise(term))

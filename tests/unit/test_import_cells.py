"""Cells of a workbook of applications: what becomes a value, and what is refused in which words."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from models import clock
from models.certification.import_fields import (
    BY_HEADING,
    FIELDS,
    read_cell,
)
from models.certification.import_resume import read_resume
from models.errors import BadInput
from models.transfer.cells import (
    read_claim,
    read_day,
    read_end,
    read_instant,
    read_number_text,
    read_text,
)

CODES = {"ETHNIC": {"01": {"01"}, "汉族": {"01"}}}


def cell(heading: str, value: Any) -> Any:
    return read_cell(BY_HEADING[heading], value, CODES)


def test_headings_are_unique_and_the_labels_of_the_table() -> None:
    assert len(BY_HEADING) == len(FIELDS)
    assert {"证件号码", "申请资格种类", "确认点", "简历"} <= set(BY_HEADING)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, None),
        ("", None),
        (" \u3000王小明 ", "王小明"),
        (12, "12"),
        (12.0, "12"),
        ("\t=1", "=1"),
    ],
)
def test_text_is_trimmed(value: Any, text: str | None) -> None:
    assert read_text(value) == text


@pytest.mark.parametrize("value", [440106199001010017, 4.40106199001010e17, 1e15])
def test_a_number_that_excel_has_rounded_is_refused(value: float) -> None:
    with pytest.raises(BadInput, match="Excel has rounded this number"):
        read_text(value)


@pytest.mark.parametrize(
    "value", ["王\u200b小明", "王\ufeff明", "王\x00", "\u202e王", "\ue000", "\U0003ffff"]
)
def test_characters_that_cannot_be_seen_are_refused(value: str) -> None:
    with pytest.raises(BadInput, match="invisible characters"):
        read_text(value)


@pytest.mark.parametrize("value", ["１２３", "440106１99001010017", "４"])
def test_full_width_digits_are_refused_not_folded(value: str) -> None:
    with pytest.raises(BadInput, match="full-width"):
        read_number_text(value)


@pytest.mark.parametrize(
    "text", ["#N/A", "#VALUE!", "#ref!", "#DIV/0!", "#NAME?", "Err:502", "####"]
)
@pytest.mark.parametrize("read", [read_text, read_number_text])
def test_what_a_spreadsheet_writes_for_a_lost_value_is_refused(read: Any, text: str) -> None:
    with pytest.raises(BadInput, match="error of the spreadsheet"):
        read(text)


@pytest.mark.parametrize("text", ["1.23457E+17", "4E+17", "1.1e+17"])
@pytest.mark.parametrize("read", [read_text, read_number_text])
def test_a_number_in_the_notation_of_excel_is_refused(read: Any, text: str) -> None:
    with pytest.raises(BadInput, match="Excel has rounded this number"):
        read(text)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("一\r\n二\r三", "一\n二\n三"),
        ("e\u0301", "\u00e9"),
        ("\ufeff王 ", "王"),
        ("一\t二", "一\t二"),
        ("\U0002ebf0", "\U0002ebf0"),
        ("# 3", "# 3"),
    ],
    ids=["lines", "composed", "mark", "tab", "rare", "not an error"],
)
def test_a_text_is_spelled_as_the_form_spells_it(sent: str, kept: str) -> None:
    assert read_text(sent) == kept


@pytest.mark.parametrize(
    ("sent", "end"),
    [
        ("2026-11-23", datetime(2026, 11, 24)),
        (date(2026, 11, 23), datetime(2026, 11, 24)),
        ("2026-11-24 00:00", datetime(2026, 11, 24)),
        (datetime(2026, 11, 24), datetime(2026, 11, 24)),
        (datetime(2026, 11, 23, 18), datetime(2026, 11, 23, 18)),
    ],
    ids=["day as text", "day", "midnight as text", "midnight", "time"],
)
def test_a_bare_day_ends_with_itself_and_a_time_is_that_time(sent: Any, end: datetime) -> None:
    assert read_end(sent) == end.replace(tzinfo=clock.SHANGHAI)


def test_a_document_number_is_upper_case() -> None:
    assert read_number_text("11010519491231002x") == "11010519491231002X"


@pytest.mark.parametrize("value", ["2026-02-28", "2026/2/28", "20260228", datetime(2026, 2, 28)])
def test_days_in_the_usual_forms(value: Any) -> None:
    assert read_day(value) == date(2026, 2, 28)


NO_DAYS = (
    *("2026-02-30", "28.02.2026", "明天", 46000, "2026 228", "２０２６０２２８"),
    *("202311", "202312", "202606", "2026111", 202306, 202312.0),  # strptime takes "1" for "01"
)


@pytest.mark.parametrize("value", NO_DAYS, ids=repr)
@pytest.mark.parametrize("read", [read_day, read_instant, read_end])
def test_no_day_is_guessed(read: Any, value: Any) -> None:
    with pytest.raises(BadInput, match="is no date"):
        read(value)


@pytest.mark.parametrize(
    "value",
    [datetime.min, datetime.max, date(1899, 12, 30), "0001-01-01", "9999-12-31", "21010101"],
)
@pytest.mark.parametrize("read", [read_day, read_instant])
def test_another_age_is_refused(read: Any, value: Any) -> None:
    with pytest.raises(BadInput, match="between 1900 and 2100"):
        read(value)


@pytest.mark.parametrize("value", [time(12, 30), timedelta(days=3), True, "#VALUE!", -1, 1e300])
@pytest.mark.parametrize("read", [read_day, read_instant])
def test_a_time_or_a_number_is_no_date(read: Any, value: Any) -> None:
    with pytest.raises(BadInput, match=r"is no date|Excel has rounded|error of the spreadsheet"):
        read(value)


@pytest.mark.parametrize("value", ["1900-01-01", "2100-12-31"])
def test_the_years_of_an_application(value: str) -> None:
    assert read_day(value) == date.fromisoformat(value)
    assert read_instant(value) == clock.day_start(date.fromisoformat(value))


@pytest.mark.parametrize("value", ["2026-11-23 09:00", datetime(2026, 11, 23, 9)])
def test_a_time_is_shanghai_wall_time(value: Any) -> None:
    assert read_instant(value) == datetime(2026, 11, 23, 1, tzinfo=UTC)


def test_a_claim_is_yes_or_no() -> None:
    assert [read_claim(value) for value in ("是", "否", None, True)] == [True, False, False, True]
    with pytest.raises(BadInput, match="是 or 否"):
        read_claim("也许")


@pytest.mark.parametrize("value", ["3", 3, "初级中学"], ids=["code", "number", "label"])
def test_a_closed_set_takes_code_or_label(value: Any) -> None:
    assert cell("申请资格种类", value) == 3


@pytest.mark.parametrize(("heading", "value"), [("申请资格种类", "8"), ("民族", "火星族")])
def test_unknown_values_of_a_set_are_refused(heading: str, value: str) -> None:
    with pytest.raises(BadInput, match=value):
        cell(heading, value)


def test_an_open_set_takes_code_or_label() -> None:
    assert cell("民族", "汉族") == cell("民族", "01") == "01"


def test_a_text_longer_than_its_column_is_refused_not_cut() -> None:
    with pytest.raises(BadInput, match="At most 60 characters"):
        cell("姓名", "长" * 61)


def test_resume_lines() -> None:
    lines = read_resume("2016-09~2020-06|华南师范大学|学生|王老师;2020-07~至今|天河中学")
    assert lines == [
        {
            "start_month": date(2016, 9, 1),
            "end_month": date(2020, 6, 1),
            "unit": "华南师范大学",
            "position": "学生",
            "witness": "王老师",
        },
        {
            "start_month": date(2020, 7, 1),
            "end_month": None,
            "unit": "天河中学",
            "position": None,
            "witness": None,
        },
    ]
    assert read_resume(None) == []


@pytest.mark.parametrize(
    "text", ["2016|学校", "2016-09~2020-06", "2016-13~2020-06|学校", "2020-06~2016-09|学校"]
)
def test_a_resume_line_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        read_resume(text)

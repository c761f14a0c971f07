"""Form fields by themselves: what a text becomes, what is refused, and what counts as untouched."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from flask_babel import Babel
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Float,
    Integer,
    Interval,
    Numeric,
    SmallInteger,
    String,
    Uuid,
)
from sqlalchemy.types import UserDefinedType
from werkzeug.datastructures import MultiDict

from models.base.choices import SEX
from models.base.columns import Meta
from models.base.types import Instant
from models.errors import BadInput
from models.text import Label
from models.transfer.cells import read_text
from views.base import choosing, fields
from views.base.converter import field_class
from views.base.form import RecordForm, read_base
from views.base.personal import PersonalField

LABEL = Label("值", "Value")


@pytest.fixture(autouse=True)
def _request() -> Iterator[None]:
    app = Flask(__name__)
    Babel(app)
    with app.test_request_context():
        yield


def field(type_: Any, stored: Any = None, posted: Any = None, **more: Any) -> Any:
    """Return the field of a column, filled as a request would fill it."""
    column: Column[Any] = Column("value", type_, nullable=more.pop("null", True))
    info = Meta(LABEL, **more)
    kind = field_class(column, info)
    unbound = kind(column=column, info=info, label="值")
    form_class = type("Form", (RecordForm,), {"value": unbound})
    sent = (
        None
        if posted is None
        else MultiDict(posted if isinstance(posted, dict) else {"value": posted})
    )
    form = form_class(sent, obj=SimpleNamespace(value=stored))
    form.validate()
    return form["value"]


GOOD = [
    (Integer(), "12", 12),
    (Integer(), "-3", -3),
    (Integer(), "１２", 12),
    (SmallInteger(), "32767", 32767),
    (Numeric(5, 2), "12.50", Decimal("12.50")),
    (Float(), "1.5", 1.5),
    (Date(), "2026-11-23", date(2026, 11, 23)),
    (Date(), "2026/1/2", date(2026, 1, 2)),
    (Date(), "20261123", date(2026, 11, 23)),
    (Instant(), "2026-11-23T09:00", datetime(2026, 11, 23, 1, 0, tzinfo=UTC)),
    (Instant(), "2026-11-23 09:00", datetime(2026, 11, 23, 1, 0, tzinfo=UTC)),
    (Instant(), "2026-11-23", datetime(2026, 11, 22, 16, 0, tzinfo=UTC)),
    (Interval(), "1 08:30:00", timedelta(days=1, hours=8, minutes=30)),
    (Interval(), "90", timedelta(seconds=90)),
    (Uuid(), "12345678123456781234567812345678", uuid.UUID(int=0x12345678123456781234567812345678)),
    (JSON(), '{"a": [1]}', {"a": [1]}),
    (String(4), " 北京 ", "北京"),
    (String(4), "e\u0301", "é"),
]
BAD = [
    (Integer(), "²"),
    (Integer(), "1.0"),
    (Integer(), "2147483648"),
    (Integer(), "9" * 30),
    (SmallInteger(), "32768"),
    (Numeric(5, 2), "1.234"),
    (Numeric(5, 2), "1000"),
    (Numeric(5, 2), "1e3"),
    (Float(), "nan"),
    (Date(), "2026-02-30"),
    (Date(), "0000-01-01"),
    (Date(), "morgen"),
    (Instant(), "2026-11-23T25:00"),
    (Instant(), "9999-12-31T23:00"),
    (Interval(), "1:2:3:4"),
    (Uuid(), "123"),
    (JSON(), "{a}"),
    (JSON(), "[" * 100_000),
    (JSON(), "[" * 60 + "]" * 60),
    (JSON(), "NaN"),
    (JSON(), '["\\ud800"]'),
    (JSON(), '{"a\\u0000": 1}'),
    (String(4), "a\ud800b"),
    (String(4), "12345"),
    *((String(4), f"a{mark}b") for mark in "\x00\u200b\u202e\ue000\U000f0000\u0378"),
]


@pytest.mark.parametrize(("type_", "typed", "value"), GOOD)
def test_what_a_text_becomes(type_: Any, typed: str, value: Any) -> None:
    found = field(type_, posted=typed)
    assert (found.errors, found.data) == ([], value)


def test_a_form_and_a_file_refuse_invisible_characters_in_one_sentence() -> None:
    for typed in ("王\u200b明", "王\ue000明"):
        with pytest.raises(BadInput) as refused:
            read_text(typed)
        assert field(String(9), posted=typed).errors == [str(refused.value)]
    assert field(String(9), posted="𰻝\t明").errors == []
    assert field(String(9), stored="王\u200b明", posted="王\u200b明").errors == []


@pytest.mark.parametrize(("type_", "typed"), BAD)
def test_what_is_refused(type_: Any, typed: str) -> None:
    found = field(type_, posted=typed)
    assert found.errors
    assert found._value() == found.typed


UNTOUCHED = [
    (JSON(), None),
    (JSON(), {}),
    (JSON(), {"b": 1, "a": 2}),
    (Instant(), datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC)),
    (Interval(), timedelta(days=2, seconds=5)),
    (Float(), 0.1),
    (Numeric(5, 2), Decimal("1.50")),
    (Boolean(), False),
    (String(), " mit Rand \r\n"),
]


@pytest.mark.parametrize(("type_", "stored"), UNTOUCHED)
def test_the_shown_text_posted_back_is_untouched(type_: Any, stored: Any) -> None:
    shown = field(type_, stored)
    found = field(type_, stored, posted=shown.text(stored))
    assert not found.changed
    holder = SimpleNamespace(value=stored)
    found.populate_obj(holder, "value")
    assert holder.value is stored


def test_a_paragraph_survives_the_line_ends_of_browsers() -> None:
    found = field(String(), "a\nb", posted="a\r\nb", long=True)
    assert isinstance(found, fields.ParagraphField)
    assert not found.changed


def test_an_absent_field_is_left_alone_even_if_required() -> None:
    found = field(String(), "stays", posted={"other": "x"}, null=False)
    assert (found.errors, found.changed, found.data) == ([], False, "stays")


def test_an_emptied_field_is_null_and_refused_where_required() -> None:
    assert field(String(), "x", posted="").data is None
    assert field(String(), "x", posted="", null=False).errors


def test_a_tick_box_tells_absent_from_unticked() -> None:
    def value(*posted: str) -> Any:
        return field(Boolean(), True, posted={"value": list(posted)}, null=False).data

    assert value("") is False
    assert value("", "1") is True
    assert field(Boolean(), True, posted={"other": "1"}, null=False).data is True


def test_a_claim_that_may_be_unknown_has_three_values() -> None:
    assert [field(Boolean(), None, posted=each).data for each in ("1", "0", "")] == [
        True,
        False,
        None,
    ]
    assert field(Boolean(), None, posted="junk").errors


def test_a_choice_takes_its_values_only() -> None:
    found = field(String(1), "1", posted="2", choices=dict(SEX))
    assert (found.data, found.errors) == ("2", [])
    assert field(String(1), "1", posted="7", choices=dict(SEX)).errors
    number = field(SmallInteger(), 1, posted="2", choices=dict(SEX))
    assert number.data == 2
    assert isinstance(number, choosing.ChoiceField)


@pytest.mark.parametrize(
    ("day", "typed", "time", "hours"),
    [
        ("start", "2026-11-23", "", 0),
        ("end", "2026-11-23", "", 24),
        ("end", "2026-11-23", "17:30", 17.5),
        ("end", "2026-11-23T09:00", "", 9),
    ],
)
def test_a_border_of_a_window(day: str, typed: str, time: str, hours: float) -> None:
    found = field(Instant(), posted={"value": typed, "value__time": time}, day=day)
    assert found.data == datetime(2026, 11, 22, 16, tzinfo=UTC) + timedelta(hours=hours)
    again = field(Instant(), found.data, posted=found.text(found.data), day=day)
    assert not again.changed


def test_personal_data_show_masked_and_are_written_only_when_typed_anew() -> None:
    stored = "13800001234"
    found = field(String(20), stored, posted="138****1234", sensitive="mobile")
    assert isinstance(found, PersonalField)
    assert stored not in str(found())
    assert not found.changed
    assert field(String(20), stored, posted="138****9999", sensitive="mobile").errors
    assert field(String(20), stored, posted="13900001111", sensitive="mobile").data == "13900001111"


def test_markup_in_a_value_is_escaped() -> None:
    evil = '"><script>alert(1)</script>'
    for kind in ({}, {"long": True}):
        assert "<script>" not in str(field(String(), evil, **kind)())


class Odd(UserDefinedType[Any]):
    """A type that no field knows."""


def test_a_type_without_a_field_stops_the_start() -> None:
    with pytest.raises(TypeError, match="no form field"):
        field_class(Column("odd", Odd()), Meta(LABEL))


@pytest.mark.parametrize("posted", [None, "", "{[", "[" * 100_000, '{"a":' * 100_000, "[]", "null"])
def test_a_junk_base_is_as_good_as_none(posted: str | None) -> None:
    assert read_base(posted) == {}

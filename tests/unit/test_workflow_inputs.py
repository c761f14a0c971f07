"""Inputs of transitions: read from a form as it was posted, judged field by field."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from models import clock
from models.errors import BadInput
from models.text import Label
from models.workflow.inputs import Input, read_inputs, typed_of

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
REASON = Input("reason", "text", Label("理由", "Reason"), required=True)
NOTE = Input("note", "text", Label("说明", "Note"))
DEADLINE = Input("deadline", "date", Label("截止", "Last day"), required=True)
COMPLETE = Input("complete", "bool", Label("齐全", "Complete"))
MISSING = Input(
    "missing",
    "codes",
    Label("材料", "Materials"),
    required=True,
    choices=lambda _session: [("photo", "照片"), ("health", "体检")],
)


class Form:
    """A multi-dict as web frameworks have it."""

    def __init__(self, *pairs: tuple[str, str]) -> None:
        self.pairs = pairs

    def getlist(self, key: str) -> list[str]:
        return [value for name, value in self.pairs if name == key]


def read(each: Input, typed: Any) -> Any:
    with clock.held(NOW):
        return read_inputs(Session(), [each], {each.name: typed})[each.name]


def test_a_form_is_read_by_name_and_empty_fields_are_left_out() -> None:
    form = Form(
        ("input_reason", "  缺照片 "),
        ("input_note", "   "),
        ("input_missing", "photo"),
        ("input_missing", "health"),
        ("input_complete", "0"),
        ("input_complete", "1"),
        ("rowid", "5"),
    )
    assert typed_of([REASON, NOTE, MISSING, COMPLETE, DEADLINE], form) == {
        "reason": "缺照片",
        "missing": ["photo", "health"],
        "complete": "1",
    }


def test_a_plain_mapping_will_do() -> None:
    typed = typed_of([REASON, MISSING], {"input_reason": "x", "input_missing": ["photo"]})
    assert typed == {"reason": "x", "missing": ["photo"]}


@pytest.mark.parametrize(
    ("typed", "is_true"),
    [("1", True), ("on", True), ("true", True), ("0", False), ("off", False), (None, False)],
)
def test_a_box_is_ticked_or_not(typed: str | None, is_true: bool) -> None:
    assert read(COMPLETE, typed) is is_true


def test_a_last_day_ends_at_the_next_midnight_in_shanghai() -> None:
    assert read(DEADLINE, "2026-11-30") == datetime(2026, 11, 30, 16, tzinfo=UTC)
    assert read(DEADLINE, "2026-11-23") == datetime(2026, 11, 23, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("each", "typed", "reason"),
    [
        (REASON, None, "“Reason” is needed"),
        (REASON, "", "“Reason” is needed"),
        (REASON, "x" * 501, "longer than 500 characters"),
        (REASON, "a\x00b", "invisible characters"),
        (REASON, "不\u200b符", "invisible characters"),
        (REASON, "不\ue000符", "invisible characters"),
        (DEADLINE, "23.11.2026", "no date such as 2026-11-23"),
        (DEADLINE, "2026-02-30", "no date such as"),
        (DEADLINE, "9999-12-31", "no date such as"),
        (DEADLINE, "2026-11-22", "lies in the past"),
        (MISSING, [], "“Materials” is needed"),
        (MISSING, ["passport"], "a choice that does not exist"),
        (MISSING, ["photo", "passport"], "a choice that does not exist"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(each: Input, typed: Any, reason: str) -> None:
    with pytest.raises(BadInput, match=reason) as refused:
        read(each, typed)
    assert refused.value.field == each.name


def test_what_was_not_asked_for_may_stay_empty() -> None:
    assert read(NOTE, None) is None
    assert read(MISSING, ["photo", "health", "photo"]) == ["health", "photo"]
    assert read(NOTE, "two\r\nlines") == "two\nlines"

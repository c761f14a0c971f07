"""What a transition asks for before it runs: checked, and kept as it was typed (reading 10)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import Column, Select
from sqlalchemy.orm import Session

from models import clock
from models.base.spelling import UNSEEN, has_unseen
from models.errors import BadInput
from models.text import Label, Message, msg
from models.workflow.values import read_value, words_of

PREFIX = "input_"
LONGEST_TEXT = 500
YES = Label("是", "Yes")
#: ``date`` is the last day of something: its value is 00:00 Shanghai of the day after
#: (reading 14).
#: ``value`` is one of ``column``.
Kind = Literal["text", "date", "codes", "bool", "value"]
#: As typed: a text, or for codes a list of them. This is what ``batch.inputs`` keeps.
Typed = dict[str, Any]


@dataclass(frozen=True)
class Input:
    """One field of a transition's form, posted as ``input_<name>``.

    ``choices`` returns (value, label) for kind ``codes``. ``default`` returns what stands in the
    field at first, from a SELECT of the ids. ``offers`` names the code set of usual texts, which
    whoever decides by key chooses from.
    """

    name: str
    kind: Kind
    label: Label
    required: bool = False
    choices: Callable[[Session], Sequence[tuple[str, str]]] | None = None
    default: Callable[[Session, Select[Any]], str | None] | None = None
    help: Label | None = None
    column: Column[Any] | None = None
    offers: str = ""


def typed_of(inputs: Sequence[Input], form: Any) -> Typed:
    """Take the inputs out of a posted form; those not posted are left out.

    ``form`` is a multi-dict, or a mapping of name to text or texts. Of several texts for a single
    value the last counts, so that a hidden 0 may stand before a box.
    """
    found: Typed = {}
    for each in inputs:
        texts = [text for text in _texts(form, PREFIX + each.name) if text.strip()]
        if texts:
            found[each.name] = texts if each.kind == "codes" else texts[-1].strip()
    return found


def _texts(form: Any, key: str) -> list[str]:
    if hasattr(form, "getlist"):
        return [str(text) for text in form.getlist(key)]
    raw = form.get(key)
    if raw is None:
        return []
    return [str(raw)] if isinstance(raw, str | bool | int | date) else [str(text) for text in raw]


def read_inputs(
    session: Session, inputs: Sequence[Input], typed: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the values: text, instant, list of codes or bool, by name.

    :raises BadInput: naming the field, for the first one that is missing or cannot be read.
    """
    return {each.name: _value(session, each, typed.get(each.name)) for each in inputs}


def _value(session: Session, each: Input, raw: Any) -> Any:
    if each.kind == "bool":
        return raw is not None and str(raw).lower() not in {"", "0", "false", "off", "no"}
    if not raw:
        if each.required:
            raise BadInput(msg("“%(field)s” is needed.", field=each.label), each.name)
        return [] if each.kind == "codes" else None
    if each.kind == "codes":
        return _codes(session, each, raw)
    if each.column is not None:
        return _column_value(session, each, each.column, raw)
    return _instant(each, raw) if each.kind == "date" else _text(each, raw)


def _text(each: Input, raw: str) -> str:
    if len(raw) > LONGEST_TEXT:
        raise _bad(
            each, msg("“%(field)s” is longer than %(count)s characters.", count=LONGEST_TEXT)
        )
    text = raw.replace("\r\n", "\n").replace("\r", "\n")
    if has_unseen(text):
        raise _bad(each, UNSEEN)
    return text


def _instant(each: Input, raw: str) -> datetime:
    try:
        end = clock.day_end(date.fromisoformat(raw))
    except (ValueError, OverflowError):
        raise _bad(each, msg("“%(field)s” is no date such as 2026-11-23.")) from None
    if end <= clock.now():
        raise _bad(each, msg("“%(field)s” lies in the past."))
    return end


def _column_value(session: Session, each: Input, column: Column[Any], raw: str) -> Any:
    try:
        return read_value(session, column, raw)
    except ValueError:
        raise _bad(
            each, msg("“%(field)s” does not take this value. Choose or type another one.")
        ) from None


def _codes(session: Session, each: Input, raw: Sequence[str]) -> list[str]:
    known = {value for value, _ in each.choices(session)} if each.choices else set(raw)
    if not set(raw) <= known:
        raise _bad(each, msg("“%(field)s” holds a choice that does not exist."))
    return sorted(set(raw))


def in_words(
    session: Session, inputs: Sequence[Input], values: Mapping[str, Any]
) -> dict[str, str]:
    """Return the values as a person reads them, by name; what was left empty is left out."""
    given = [each for each in inputs if _is_given(each, values.get(each.name))]
    return {each.name: _words(session, each, values[each.name]) for each in given}


def _is_given(each: Input, value: Any) -> bool:
    return bool(value) if each.kind != "value" else value is not None


def _words(session: Session, each: Input, value: Any) -> str:
    if each.kind == "codes":
        names = dict(each.choices(session)) if each.choices else {}
        return "、".join(names.get(code, code) for code in value)
    if each.column is not None:
        return words_of(session, each.column, value)
    if each.kind == "date":
        return clock.last_day(value).isoformat()
    return YES.zh if each.kind == "bool" else str(value)


def note_of(inputs: Sequence[Input], words: Mapping[str, str]) -> str | None:
    """Return what was typed as one line of history: free text last, and cut where it is too long.

    None where nothing was typed.
    """
    said = [each for each in inputs if each.name in words]
    named = [f"{each.label.zh}：{words[each.name]}" for each in said if each.kind != "text"]
    free = [words[each.name] for each in said if each.kind == "text"]
    return "；".join(named + free)[:LONGEST_TEXT] or None


def _bad(each: Input, reason: Message) -> BadInput:
    return BadInput(Message(reason.msgid, {"field": each.label, **reason.params}), each.name)

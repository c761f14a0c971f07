"""Texts that the models speak: two-language labels and translatable messages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Label:
    """A short name in both languages, declared where the thing itself is declared (reading 31)."""

    zh: str
    en: str

    def get(self, locale: str) -> str:
        """Return the text for a locale such as ``zh_Hans_CN`` or ``en``."""
        return self.zh if locale.startswith("zh") else self.en

    def __str__(self) -> str:
        """Return the English text, as a value inside a message that nobody translates."""
        return self.en


@dataclass(frozen=True, slots=True)
class Message:
    """An English msgid with its values; whoever shows it translates the msgid first.

    The catalogue holds the msgid (``%(name)s`` places): nothing is translated after formatting.
    """

    msgid: str
    params: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.msgid % self.params if self.params else self.msgid


def to_json(value: Any) -> Any:
    """Return a message, a label or a value inside one as JSON: said now, read in a later request
    in its reader's language.
    """
    if isinstance(value, Label):
        return {"zh": value.zh, "en": value.en}
    if isinstance(value, Message):
        return {"msgid": value.msgid, "params": {k: to_json(v) for k, v in value.params.items()}}
    return value if isinstance(value, int | str) else str(value)


def from_json(kept: Any) -> Any:
    """Return what :func:`to_json` was given."""
    if not isinstance(kept, dict):
        return kept
    if "msgid" not in kept:
        return Label(**kept)
    return Message(kept["msgid"], {k: from_json(v) for k, v in kept["params"].items()})


def msg(msgid: str, /, **params: Any) -> Message:
    """Make a message; the extraction of texts knows this name as a keyword."""
    return Message(msgid, params)

"""How values are spelled: numbers in one way only, and names in pinyin beside their characters.

A column says ``search="name"``: its class gets two columns more, which sort and find the name, and
the indexes that serve them. A column says ``spelled=f``: what is set goes through ``f``.
"""

from __future__ import annotations

import unicodedata
from typing import Any, Final

from sqlalchemy import Index, Table, event
from sqlalchemy.orm import MappedColumn

from models.base import columns
from models.base.names import initials, name_sort_key
from models.text import Label, msg

#: What is said of a text that holds them: whether typed into a form or sent in a file.
UNSEEN: Final = msg("There are invisible characters in it. Type it again.")
#: The ideographic planes (Unicode, chapter 2.8) without their last two codes, which are none.
CHINESE_PLANES: Final = range(0x20000, 0x3FFFE)
PINYIN, INITIALS = "_pinyin", "_initials"
PINYIN_LENGTH, INITIALS_LENGTH = 200, 60


def pinyin_of(name: str | None) -> str:
    """Return what is stored beside a name to sort and find it by."""
    return name_sort_key(name or "")[:PINYIN_LENGTH].rstrip()


def initials_of(name: str | None) -> str:
    """Return what is stored beside a name to find it by its first letters."""
    return initials(name or "")[:INITIALS_LENGTH]


#: Full-width forms alone: NFKC over the whole text would make a 2 of "²".
HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}


def half_width(text: str) -> str:
    """Return a text with full-width ASCII as plain ASCII."""
    return text.translate(HALF_WIDTH)


def plain_text(text: str) -> str:
    """Return a text in the one spelling that is stored: composed, lines parted by line feeds,
    nothing that cannot be seen around it.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", lines).strip(" \t\n\u3000\ufeff")


def has_unseen(text: str) -> bool:
    """Tell whether a text holds characters that cannot be seen, line feeds and tabs apart."""
    return not text.isprintable() and any(map(_is_unseen, text))


def _is_unseen(char: str) -> bool:
    """Tell whether a character cannot be seen; of those that Python does not know yet, the planes
    of Chinese characters grow with every edition of Unicode.
    """
    kind = unicodedata.category(char)
    if kind == "Cn":
        return ord(char) not in CHINESE_PLANES
    return kind in {"Cc", "Cf", "Co", "Cs"} and char not in "\n\t"


def plain_number(text: str) -> str:
    """Spell a number that an office has given: half-width, without blanks, in capitals."""
    return "".join(half_width(text).split()).upper()


SPELLED = {PINYIN: pinyin_of, INITIALS: initials_of}


def add_spelled(cls: type) -> None:
    """Give a class that is about to be mapped the columns of its names."""
    names = [key for key, column in vars(cls).items() if _is_name(column)]
    for key in names:
        label = columns.meta(vars(cls)[key].column).label
        for suffix, column in _columns_of(key, label):
            setattr(cls, key + suffix, column)


def _is_name(column: Any) -> bool:
    return isinstance(column, MappedColumn) and columns.meta(column.column).search == "name"


def _columns_of(key: str, label: Label) -> list[tuple[str, MappedColumn[Any]]]:
    pinyin = (PINYIN_LENGTH, f"{label.zh}拼音", f"{label.en} in pinyin")
    letters = (INITIALS_LENGTH, f"{label.zh}首字母", f"Initials of {label.en.lower()}")
    kept: dict[str, Any] = {"ascii_order": True, "system": True}
    return [
        (suffix, columns.string(*declared, default=_from(key, spell), **kept))
        for declared, (suffix, spell) in zip((pinyin, letters), SPELLED.items(), strict=True)
    ]


def _from(key: str, spell: Any) -> Any:
    """Return the default of a row that is inserted without making an object of it."""
    return lambda context: spell(context.get_current_parameters()[key])


def index_names(table: Table) -> None:
    """Serve the beginnings of names on both databases, by character, by pinyin and by initials."""
    for column in [c for c in table.columns if columns.meta(c).search == "name"]:
        key = f"ix_{table.name}_{column.name}"
        Index(key, column, postgresql_ops={column.name: "varchar_pattern_ops"})
        for suffix in SPELLED:
            Index(key + suffix, table.c[column.name + suffix])


def listen(cls: Any) -> None:
    """Keep the spelling of a mapped class's values from now on."""
    for column in cls.__table__.columns:
        declared = columns.meta(column)
        if declared.spelled is not None:
            event.listen(getattr(cls, column.key), "set", _respell(declared.spelled), retval=True)
        if declared.search == "name":
            event.listen(getattr(cls, column.key), "set", _spell_beside(column.key))


def _respell(spelled: columns.Spelling) -> Any:
    def respell(_target: Any, value: Any, _old: Any, _initiator: Any) -> Any:
        return spelled(value) if value else value

    return respell


def _spell_beside(key: str) -> Any:
    def spell_beside(target: Any, value: Any, _old: Any, _initiator: Any) -> None:
        for suffix, spell in SPELLED.items():
            setattr(target, key + suffix, spell(value))

    return spell_beside

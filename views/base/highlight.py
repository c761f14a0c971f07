"""Marks in a list what the search box has found; the marks are the page's, never the data's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from markupsafe import Markup, escape

from models.base.names import readings
from models.base.spelling import initials_of, pinyin_of
from views.base.cells import Cell
from views.base.columns import GridColumn
from views.base.search import letters, spellings

_MARKED = Markup("<span><mark>{}</mark>{}</span>")  # one item of a card


def highlighted(column: GridColumn, term: str, cell: Cell) -> Cell:
    """Return a formatter that marks the beginning of a value that was found, or the whole of one
    that was found by its sound, or as a number behind its mask.
    """
    if not term or not column.meta.search:
        return cell
    length = _length_found(column, term)
    return lambda value: _marked(value, cell(value), length(value)) if value else cell(value)


def _marked(value: Any, shown: Markup, length: int) -> Markup:
    if not length:
        return shown
    if shown != escape(value):  # masked, cut or otherwise dressed
        return _MARKED.format(shown, "")
    return _MARKED.format(value[:length], value[length:])


def _length_found(column: GridColumn, term: str) -> Callable[[Any], int]:
    """Return what tells how many characters of a value the term has found."""
    wanted = spellings(column, term)
    if column.meta.search == "exact" or column.sensitive:
        return lambda value: len(value) if value in wanted else 0
    sounds, first = tuple(readings(term)), tuple(letters(term))

    def length(value: str) -> int:
        found = max((len(each) for each in wanted if value.startswith(each)), default=0)
        if found:
            return found
        return len(value) if column.sounds and _sounds(value, sounds, first) else 0

    return length


def _sounds(name: str, sounds: tuple[str, ...], first: tuple[str, ...]) -> bool:
    return pinyin_of(name).startswith(sounds) or initials_of(name).startswith(first)

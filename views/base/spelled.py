"""Records by the pinyin or initials of their names, where a table keeps neither: few are spelled on
the way.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import Select, inspect

from models.base.names import phrase_sort_key
from models.base.spelling import PINYIN
from views.base.request import session

#: Of more records than these none is found by its letters: every press of a key would spell them.
MOST_SPELLED = 5_000
#: One letter begins too many names.
LEAST_LETTERS = 2


@lru_cache(maxsize=2 * MOST_SPELLED)
def _spellings(name: str) -> tuple[str, str]:
    syllables = phrase_sort_key(name).split()
    return "".join(syllables), "".join(syllable[0] for syllable in syllables)


def spelled_ids(wanted: Select[Any], model: Any, title: str, text: str) -> list[int]:
    """Return the ids of the records of a select whose names begin so in pinyin or in initials;
    none where the table keeps the pinyin itself, or the text is no beginning of any.
    """
    letters = text.replace(" ", "").lower()
    is_kept = f"{title}{PINYIN}" in inspect(model).columns
    if is_kept or len(letters) < LEAST_LETTERS or not (letters.isascii() and letters.isalpha()):
        return []
    names = wanted.with_only_columns(model.id, getattr(model, title)).limit(MOST_SPELLED + 1)
    rows = session().execute(names).all()
    if len(rows) > MOST_SPELLED:
        return []
    return [key for key, name in rows if any(s.startswith(letters) for s in _spellings(name or ""))]

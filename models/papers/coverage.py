"""Whether a font has the characters of a text: a name with a hole in it is no document."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from models.papers.faces import Face, characters_of

#: What a font need not have: blanks and line ends.
BLANK = frozenset(" \t\r\n\u3000\xa0")


def first_font(candidates: Sequence[Path]) -> Path | None:
    """Return the first of some font files that is there."""
    return next((font for font in candidates if font.is_file()), None)


def unsettable(text: str, face: Face) -> list[str]:
    """Return the characters of a text that a face lacks, each once, in their order."""
    known = characters_of(face)
    return [sign for sign in dict.fromkeys(text) if sign not in BLANK and ord(sign) not in known]

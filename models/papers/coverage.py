"""Whether a font has the characters of a text: a name with a hole in it is no document."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont

#: What a font need not have: blanks and line ends.
BLANK = frozenset(" \t\r\n\u3000\xa0")


@cache
def characters_of(font: Path) -> frozenset[int]:
    """Return the code points that the first face of a font file can set."""
    with TTFont(font, fontNumber=0, lazy=True) as face:
        return frozenset(face.getBestCmap())


def first_font(candidates: Sequence[Path]) -> Path | None:
    """Return the first of some font files that is there."""
    return next((font for font in candidates if font.is_file()), None)


def unsettable(texts: Iterable[str], font: Path) -> list[str]:
    """Return the characters of some texts that the font lacks, each once, in their order."""
    known = characters_of(font)
    found = (sign for text in texts for sign in text if sign not in BLANK)
    return [sign for sign in dict.fromkeys(found) if ord(sign) not in known]

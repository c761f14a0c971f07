"""The face that papers are set in: one of a font file, known by the name of its family."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from fontTools.ttLib import TTCollection, TTFont, TTLibError

#: How a file with several faces begins.
COLLECTION = b"ttcf"
#: The face of a collection whose characters have the forms used on the mainland.
MAINLAND = (" SC", " CN", " GB")


@dataclass(frozen=True, slots=True)
class Face:
    """One face of a font file, by the family under which a style asks for it."""

    path: Path
    number: int
    family: str

    def open(self) -> Any:
        """Open the face for reading."""
        return TTFont(self.path, fontNumber=self.number, lazy=True)

    def alone(self) -> bytes:
        """Return the face as a file of its own."""
        if not _is_collection(self.path):
            return self.path.read_bytes()
        file = BytesIO()
        with self.open() as face:
            face.save(file, reorderTables=False)
        return file.getvalue()


@cache
def face_of(font: Path) -> Face:
    """Return the face of a font file that papers are set in: of several the mainland's, else the
    first.

    :raises ValueError: when the file is no font, or its face has no name or no characters.
    """
    try:
        families = _families(font)
        number = next((n for n, name in enumerate(families) if name.endswith(MAINLAND)), 0)
        face = Face(font, number, families[number])
        with face.open() as opened:
            known = bool(opened.getBestCmap())
    except (TTLibError, OSError, KeyError, IndexError) as error:
        raise ValueError(f"{font.name} is no font") from error
    if not (face.family and known):
        raise ValueError(f"{font.name} names no family, or has no characters")
    return face


@cache
def characters_of(face: Face) -> frozenset[int]:
    """Return the code points that a face can set."""
    with face.open() as opened:
        return frozenset(opened.getBestCmap())


def _families(font: Path) -> list[str]:
    several = _is_collection(font)
    with font.open("rb") as file:  # fontTools leaves a file open that is no font
        if not several:
            return [_family(TTFont(file, lazy=True))]
        return [_family(face) for face in TTCollection(file, lazy=True).fonts]


def _family(face: Any) -> str:
    return str(face["name"].getBestFamilyName() or "")


def _is_collection(font: Path) -> bool:
    with font.open("rb") as file:
        return file.read(len(COLLECTION)) == COLLECTION

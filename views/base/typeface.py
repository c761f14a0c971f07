"""The face of papers as styles name it: what is checked is what sets, on page and in PDF."""

from __future__ import annotations

from flask import current_app

from models.papers.faces import Face, face_of


def paper_face() -> Face | None:
    """Return the face that this installation sets papers in, None where it has none."""
    font = current_app.config["PAPER_FONT"]
    return face_of(font) if font is not None else None


def quoted(face: Face) -> str:
    """Return the family of a face as a string of a style sheet."""
    plain = "".join(sign for sign in face.family if sign.isprintable())
    return '"' + plain.replace("\\", r"\\").replace('"', r"\"") + '"'


def family_rule(face: Face) -> str:
    """Return the rule that puts a face first on papers; ``sheets.css`` names what follows it."""
    return f":root {{ --paper-face: {quoted(face)}; }}\n"

"""The catalogue of translations: extracted from the code, compiled for the app; the ``.mo``
file is never kept in git.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from admin_app.config import ROOT

SOURCES = ("admin_app", "models", "seed", "views")
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "lazy_gettext": None, "msg": None}
LOCALE = "zh_Hans_CN"
PO_FILE = ROOT / "admin_app" / "translations" / LOCALE / "LC_MESSAGES" / "messages.po"
PROJECT_FILE = ROOT / "pyproject.toml"


def _mappings() -> list[tuple[str, str]]:
    tools = tomllib.loads(PROJECT_FILE.read_text("utf-8"))["tool"]
    return [(rule["pattern"], rule["method"]) for rule in tools["babel"]["mappings"]]


def _messages() -> Iterator[tuple[str, str | tuple[str, ...]]]:
    for source in SOURCES:
        for file, _line, message, _comments, _context in extract_from_dir(
            ROOT / source, _mappings(), keywords=KEYWORDS
        ):
            yield f"{source}/{file}", message


def extract() -> Catalog:
    """Return what the code says, as an untranslated catalogue."""
    found = Catalog(project="teacher-qualification-admin", charset="utf-8")
    for file, message in sorted(_messages(), key=lambda item: item[0]):
        found.add(message, locations=[(file, 0)])
    return found


def read() -> Catalog:
    """Return the catalogue as it stands in the repository."""
    with PO_FILE.open("rb") as file:
        return read_po(file, locale=LOCALE)


def update() -> int:
    """Write new messages into the catalogue, drop those gone; return how many still need a
    translation.
    """
    catalogue = read() if PO_FILE.exists() else Catalog(locale=LOCALE)
    catalogue.update(extract(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    with PO_FILE.open("wb") as file:
        write_po(file, catalogue, width=100, sort_output=True, include_lineno=False)
    return len(untranslated(catalogue))


def untranslated(catalogue: Catalog) -> list[str]:
    """Return the messages without a translation, in any of its plural forms, or with a guessed
    one.
    """
    return [str(m.id) for m in catalogue if m.id and (m.fuzzy or not all(texts_of(m)))]


def texts_of(message: Message) -> tuple[str, ...]:
    """Return the translation of a message, one text for each plural form."""
    found = message.string
    return tuple(str(text or "") for text in (found if isinstance(found, tuple) else (found,)))


def compile_catalogue() -> Path:
    """Write the ``.mo`` file that the app reads, if the catalogue is newer; several may do so
    at once.
    """
    compiled = PO_FILE.with_suffix(".mo")
    if compiled.exists() and compiled.stat().st_mtime > PO_FILE.stat().st_mtime:
        return compiled
    half = compiled.with_suffix(f".half{os.getpid()}")
    with half.open("wb") as file:
        write_mo(file, read())
    half.replace(compiled)
    return compiled

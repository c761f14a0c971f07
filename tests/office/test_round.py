"""The clerk's round with LibreOffice at his desk: it fills in, corrects, and opens the export."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.office.libreoffice import LibreOffice
from tests.support.browser import NewWindow
from tests.support.clerks_round import ROWS, go_round, names

__all__ = ["names"]

pytestmark = pytest.mark.one_database("sqlite")


def test_from_the_template_to_two_hundred_receipts(
    new_window: NewWindow, names: dict[str, str], tmp_path: Path
) -> None:
    office = LibreOffice(tmp_path)
    exported = office.cells(go_round(new_window, names, office.fill, tmp_path))
    assert len(exported) == ROWS + 1
    numbers = [
        text for kind, text, _formula in (row[0] for row in exported[1:]) if kind == "string"
    ]
    assert len({each for each in numbers if each.startswith("B")}) == ROWS

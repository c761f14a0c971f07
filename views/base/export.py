"""Exports of exactly the rows that a list shows."""

from __future__ import annotations

from views.base.declaration import Declared, M


class ExportPages(Declared[M]):
    """CSV and XLSX of the list."""

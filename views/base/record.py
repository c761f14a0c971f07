"""Pages of one record: details, edit, new."""

from __future__ import annotations

from views.base.declaration import Declared, M


class RecordPages(Declared[M]):
    """Details, edit and creation of one record."""

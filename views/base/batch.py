"""The batch form of a list: pins what was ticked or matches, and shows the batch."""

from __future__ import annotations

from views.base.declaration import Declared, M


class BatchPages(Declared[M]):
    """Actions on ticked or on all matching rows."""

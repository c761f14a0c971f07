"""The list page of a grid and the search form that answers with an address."""

from __future__ import annotations

from views.base.declaration import Declared, M


class ListPages(Declared[M]):
    """List, search and filters."""

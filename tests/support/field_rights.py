"""A fixture that declares a role's right on a column for the length of a test."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import views.base.rights
from models.accounts import field_rights
from models.accounts.field_rights import FieldRight

#: Takes role, ``table.column`` and right.
Grant = Callable[[str, str, str], None]


@pytest.fixture
def grant(monkeypatch: pytest.MonkeyPatch) -> Grant:
    """Return a function that declares a right of a role on a column."""

    def declare(role: str, column: str, right: str) -> None:
        rights = field_rights.FIELDS.get(role, {}) | {column: FieldRight[right]}
        monkeypatch.setitem(field_rights.FIELDS, role, rights)
        # What other requests keep of the columns was judged by other declarations.
        monkeypatch.setattr(views.base.rights, "standing", object)

    return declare

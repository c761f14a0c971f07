"""The pages of the panel: one declared grid per table."""

from __future__ import annotations

from typing import Any

from flask import current_app
from flask_admin.base import Admin


def register(admin: Admin) -> None:
    """Give an admin new instances of every grid."""
    app = admin.app or current_app
    db = app.extensions["sqlalchemy"]
    for declared in grids():
        admin.add_view(declared(db))


def grids() -> tuple[type[Any], ...]:
    """Return the declarations of all grids, in the order of the sidebar."""
    return ()

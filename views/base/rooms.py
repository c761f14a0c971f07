"""How a grid is put together from classes that each bring some of its pages."""

from __future__ import annotations

from typing import Any

from flask_admin.base import AdminViewMeta


class Rooms(AdminViewMeta):
    """Lets a grid be put together from rooms.

    Flask-Admin writes every page that a class inherits into the class itself, so that of two rooms
    the first would hide the pages of the second behind the stock ones.
    """

    def __init__(
        cls,  # noqa: N805 -- the first argument of a metaclass is the class
        name: str,
        bases: tuple[type, ...],
        fields: dict[str, Any],
    ) -> None:
        super().__init__(name, bases, fields)
        for page in [p for p, value in vars(cls).items() if hasattr(value, "_urls")]:
            if page not in fields:
                delattr(cls, page)

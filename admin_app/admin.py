"""The one Flask-Admin instance: our theme only, its start page, and the grids of ``views``."""

from __future__ import annotations

from flask import Flask
from flask_admin.base import Admin
from flask_admin.theme import Theme

import views
from views.base import pieces, shell
from views.base.home import Home


def init_app(app: Flask) -> None:
    """Make a new instance with new views: an app keeps its own.

    The theme's folder does not exist on purpose: a forgotten template raises instead of falling
    back to the stock one.
    """
    theme = Theme(folder="none", base_template="admin/base.html")
    admin = Admin(app, name="教师资格管理", index_view=Home(), theme=theme)
    views.register(admin)
    shell.install(app)
    pieces.install(app)

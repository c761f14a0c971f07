"""A stock Flask-Admin view of the same table, as its documentation shows it."""

from __future__ import annotations

import os
from typing import Any

from flask import Flask
from flask_admin.base import Admin
from flask_admin.contrib.sqla.view import ModelView
from flask_babel import Babel
from flask_sqlalchemy import SQLAlchemy

from models.base.engine import engine_options
from models.base.orm import Base
from models.certification.tables import CertificationApplication

COLUMNS = (
    "apply_no", "name", "status", "id_no", "qualification_type", "subject", "site",
    "submitted_at", "org",
)  # fmt: skip
#: The columns of our exports, as the table has them: titles would cost it a statement a cell.
EXPORTED = (
    "apply_no", "plan_id", "org_id", "site_id", "name", "id_type", "id_no", "sex", "birth_date",
    "ethnic_code", "political_code", "exam_channel", "qualification_type", "subject_id",
    "place_basis", "edu_level_code", "degree_code", "school_name", "major_code", "graduated_on",
    "is_fresh_graduate", "mobile", "email", "status", "submitted_at",
)  # fmt: skip


class Applications(ModelView):
    """The columns of our list; filters on the state; exports."""

    named_filter_urls = True
    page_size = 50
    can_export = True
    export_types = ("csv", "xlsx")
    export_max_rows = 0
    column_list = COLUMNS
    column_export_list = list(EXPORTED)  # noqa: RUF012 -- as its documentation shows it
    column_formatters_export = {  # noqa: RUF012 -- as its documentation shows it
        "submitted_at": lambda _view, _context, model, _name: str(model.submitted_at),
    }
    column_filters = ("status", "apply_no")
    column_sortable_list = ("apply_no", "name", "status", "submitted_at")
    column_default_sort = ("submitted_at", True)


def create_app() -> Flask:
    """Return an app with that one view, over the database named in ``BENCH_URL``."""
    app = Flask("stock")
    url = os.environ["BENCH_URL"]
    app.config.update(
        SECRET_KEY="bench",
        SQLALCHEMY_DATABASE_URI=url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(url),
        BABEL_DEFAULT_LOCALE="zh_Hans_CN",
    )
    db: Any = SQLAlchemy(metadata=Base.metadata, disable_autonaming=True)
    db.init_app(app)
    Babel(app)
    Admin(app, name="stock").add_view(Applications(CertificationApplication, db))
    return app

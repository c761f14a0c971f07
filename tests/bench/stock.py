"""A stock Flask-Admin view of the same table, as its documentation shows it."""

from __future__ import annotations

import os
from typing import Any

from flask import Flask
from flask_admin.base import Admin
from flask_admin.contrib.sqla.view import ModelView
from flask_babel import Babel
from flask_login import LoginManager, UserMixin, current_user, login_user
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select

from models.accounts.tables import UserAccount
from models.base.engine import engine_options
from models.base.orm import Base
from models.certification.tables import CertificationApplication

#: What is filtered in our list too, as far as stock knows filters for it.
FILTERS = (
    "status", "apply_no", "name", "id_no", "mobile", "qualification_type", "id_type", "sex",
    "exam_channel", "is_fresh_graduate", "data_source", "birth_date", "graduated_on",
)  # fmt: skip
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
    """The columns of our list, its order, search and filters; exports; for who has signed in."""

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
    column_filters = FILTERS
    column_searchable_list = ("apply_no", "name", "id_no", "mobile")
    column_sortable_list = ("apply_no", "name", "status", "submitted_at")
    column_default_sort = ("submitted_at", True)

    def is_accessible(self) -> bool:
        """Let in who has signed in, as Flask-Admin's documentation has it."""
        return bool(current_user.is_authenticated)


class Clerk(UserMixin):  # type: ignore[misc]  # Flask-Login is untyped
    """Who has signed in: the account, read for each request."""

    def __init__(self, account: UserAccount) -> None:
        self.id = account.id


def _sign_in(app: Flask, db: Any) -> None:
    """Add Flask-Login as its documentation has it, and an address that signs in."""
    manager = LoginManager(app)

    @manager.user_loader  # type: ignore[untyped-decorator]  # Flask-Login is untyped
    def load(key: str) -> Clerk | None:
        account = db.session.get(UserAccount, int(key))
        return Clerk(account) if account else None

    @app.get("/login")
    def login() -> str:
        account = db.session.scalars(select(UserAccount).filter_by(username="authority")).one()
        login_user(Clerk(account))
        return "signed in"


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
    _sign_in(app, db)
    Admin(app, name="stock").add_view(Applications(CertificationApplication, db))
    return app

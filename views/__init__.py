"""The pages of the panel: one declared grid per table."""

from __future__ import annotations

from typing import Any

from flask import current_app
from flask_admin.base import Admin

from views import me
from views.accounts import matrix_pages, passwords
from views.accounts.grids import GRIDS as ACCOUNTS
from views.audit.grids import GRIDS as AUDIT
from views.base import checks, draft, palette, shell
from views.base import help as help_
from views.base.grid import Grid
from views.batch import pages as batch_pages
from views.batch.grids import GRIDS as BATCH
from views.certification.grids import GRIDS as CERTIFICATION
from views.files.grids import GRIDS as FILES
from views.messaging.grids import GRIDS as MESSAGING
from views.papers.grids import GRIDS as PAPERS
from views.people.grids import GRIDS as PEOPLE
from views.planning.grids import GRIDS as PLANNING
from views.reference.grids import GRIDS as REFERENCE
from views.restriction.grids import GRIDS as RESTRICTION
from views.transfer import exports as export_pages
from views.transfer import pages as import_pages
from views.workflow.grids import GRIDS as WORKFLOW

#: Every declared grid, in the order of the sidebar.
GRIDS: tuple[type[Grid[Any]], ...] = (
    *CERTIFICATION,
    *PLANNING,
    *PEOPLE,
    *RESTRICTION,
    *MESSAGING,
    *BATCH,
    *REFERENCE,
    *ACCOUNTS,
    *FILES,
    *WORKFLOW,
    *PAPERS,
    *AUDIT,
)


def register(admin: Admin) -> None:
    """Give an admin new instances of every grid, once their declarations have been checked.

    :raises views.base.checks.BadGrid: when one of them is wrong.
    """
    app = admin.app or current_app
    db = app.extensions["sqlalchemy"]
    made = [declared(db) for declared in GRIDS]
    checks.run(made)
    admin.add_views(*made)
    shell.install(app)
    draft.install(app)
    app.register_blueprint(help_.pages)
    app.register_blueprint(palette.pages)
    app.register_blueprint(batch_pages.pages)
    app.register_blueprint(import_pages.pages)
    app.register_blueprint(export_pages.pages)
    app.register_blueprint(passwords.pages)
    app.register_blueprint(me.pages)
    app.register_blueprint(matrix_pages.pages)

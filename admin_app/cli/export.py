"""``flask export``: a list as it stands, written to a file; the same rows, the same trail."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from admin_app.cli.transfer import acting_as, in_chinese
from admin_app.cli.written import whole_file, writing
from models.errors import Refusal
from views.base.export import MEDIA, export_rows
from views.base.exported import Export
from views.base.liststate import ListState
from views.base.request import session
from views.base.shell import panel_views

REFUSED = 2


def init_app(app: Flask) -> None:
    """Register the command."""
    app.cli.add_command(export_list)


@click.command("export")
@click.argument("grid")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--as", "username", help="Act as this user, within his scope; default: the system.")
@click.option("--query", default="", help="The list's own address query: q, filter, sort, cols.")
@with_appcontext
def export_list(grid: str, file: Path, username: str | None, query: str) -> None:
    """Write the list GRID to FILE, .csv or .xlsx by its ending; personal data stay masked."""
    kind = file.suffix.lower().lstrip(".")
    views = {view.endpoint: view for view in panel_views() if hasattr(view, "mapped")}
    if kind not in MEDIA or grid not in views:
        known = ", ".join(sorted(views))
        raise click.UsageError(f"FILE ends in .csv or .xlsx, GRID is one of {known}.")
    with current_app.test_request_context(f"/admin/{grid}/"):
        try:
            who = acting_as(username, "export")
            who.require(views[grid].permission("export"))
            session().act_as(who)
            asked = ListState.from_query(views[grid], query)
            with whole_file(file) as target, writing(file):  # before the trail says that it went
                target.writelines(export_rows(Export(asked, kind)))
        except Refusal as refusal:
            click.echo(in_chinese(refusal.message), err=True)
            sys.exit(REFUSED)

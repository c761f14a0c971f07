"""``flask db``: the schema, kept by Alembic in ``models/migrations``."""

from __future__ import annotations

import click
from flask import Flask
from flask.cli import AppGroup

from admin_app.extensions import db
from models.migrations import schema

group = AppGroup("db", short_help="Migrate and check the database.")


def init_app(app: Flask) -> None:
    """Register the group."""
    app.cli.add_command(group)


@group.command()
def upgrade() -> None:
    """Bring the database to the newest schema."""
    schema.upgrade(db.engine)
    click.echo("The database is up to date.")


@group.command()
def check() -> None:
    """Say whether the database has the newest schema; exit 1 if not."""
    if not schema.is_current(db.engine):
        raise click.ClickException(
            "The database is not up to date: flask --app admin_app db upgrade"
        )
    click.echo("The database is up to date.")

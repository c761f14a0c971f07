"""``flask batch``: housekeeping of the ledger."""

from __future__ import annotations

import click
from flask import Flask
from flask.cli import AppGroup

from admin_app.cli.actor import command_actor
from admin_app.extensions import short_reading, short_session
from models.batch import expiry
from models.files import sweeping
from models.transfer import exporting, forgetting
from views.base.attaching import storage

group = AppGroup("batch", short_help="Keep the ledger of batches small.")


def init_app(app: Flask) -> None:
    """Register the group."""
    app.cli.add_command(group)


@group.command()
def expire() -> None:
    """Close selections that nobody carried out in time, and forget how rows were before a batch of
    more than 90 days ago, and files of imports and exports whose time is over; remove files that
    no record names. Run it daily.
    """
    with short_session(command_actor("batch expire")) as session:
        done = expiry.expire(session)
        files = forgetting.forget_files(session)
        made = exporting.forget_files(session, storage())
    with short_reading(command_actor("batch expire")) as session:  # long, and locks nobody out
        orphans = sweeping.sweep(session, storage())
    click.echo(
        f"{done.selections} selections closed; before-images of {done.rows} rows"
        f" and {done.parts} parts forgotten;"
        f" {files} files of imports forgotten, {made} of exports;"
        f" {orphans} files removed that no record names."
    )

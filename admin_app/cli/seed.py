"""``flask seed``: reference data, the demo office, and a workbook to import."""

from __future__ import annotations

from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from admin_app.cli.actor import command_actor
from admin_app.extensions import db, short_reading, short_session
from admin_app.production import DEMO_LOADED
from models.audit.recorder import record
from models.base.engine import refresh_statistics

group = AppGroup("seed", short_help="Load reference and demo data.")


def init_app(app: Flask) -> None:
    """Register the group."""
    app.cli.add_command(group)


def load_reference() -> None:
    """Load regions, code sets, subjects and rules; loading again only adds what is missing."""
    from seed.reference.load import load

    with short_session(command_actor("seed reference")) as session:
        load(session)
    refresh_statistics(db.engine)


def load_demo() -> bool:
    """Load the demo office into a database that does not have it; return whether that was done."""
    from seed.demo.load import load

    with short_session(command_actor("seed demo")) as session:
        is_new = bool(load(session))
        if is_new:
            record(session, DEMO_LOADED)
    if is_new:
        refresh_statistics(db.engine)
    return is_new


@group.command()
def reference() -> None:
    """Load the reference data."""
    load_reference()
    click.echo("The reference data is loaded.")


def refuse_production() -> None:
    """Keep well-known passwords away from real offices.

    :raises click.ClickException: in production.
    """
    if current_app.config["ENV"] == "production":
        raise click.ClickException(
            "Demo data is refused in production: it has well-known passwords."
        )


@group.command()
def demo() -> None:
    """Load the demo office with its accounts. Refused in production."""
    refuse_production()
    done = load_demo()
    click.echo("The demo data is loaded." if done else "The demo data was there already.")


@group.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--rows", default=2000, show_default=True, type=click.IntRange(0, 1_000_000))
@click.option("--bad", default=40, show_default=True, type=click.IntRange(0, 1_000_000))
def workbook(file: Path, rows: int, bad: int) -> None:
    """Write a workbook of online applications, some of them deliberately bad."""
    from seed.workbook.rows import NoOpenPlan
    from seed.workbook.write import write_workbook

    refuse_production()
    with short_reading(command_actor("seed workbook")) as session:
        try:
            write_workbook(session, file, rows=rows, bad=bad)
        except NoOpenPlan as error:
            raise click.ClickException(
                "No plan of the demo office takes applications today. Load it first: seed demo"
            ) from error
    click.echo(f"{file}: {rows} applications and {bad} bad rows.")

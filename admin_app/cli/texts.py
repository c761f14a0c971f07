"""``flask texts``: the catalogue of translations."""

from __future__ import annotations

import click
from flask import Flask
from flask.cli import AppGroup

from admin_app import catalogue

group = AppGroup("texts", short_help="Extract and compile the translations.")


def init_app(app: Flask) -> None:
    """Register the group."""
    app.cli.add_command(group)


@group.command()
def extract() -> None:
    """Bring the catalogue up to date with the code."""
    missing = catalogue.update()
    click.echo(f"{catalogue.PO_FILE.name}: {missing} without a translation.")


@group.command("compile")
def compile_() -> None:
    """Compile the catalogue for the app."""
    catalogue.compile_catalogue()

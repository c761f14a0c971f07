"""``flask certificates``: proof that the numbers are what the rules promise."""

from __future__ import annotations

import click
from flask import Flask
from flask.cli import AppGroup

from admin_app.cli.actor import command_actor
from admin_app.extensions import short_reading
from models.certification.verify import Finding, Report, verify_certificates

group = AppGroup("certificates", short_help="Verify the certificate numbers.")


def init_app(app: Flask) -> None:
    """Register the group."""
    app.cli.add_command(group)


@group.command()
def verify() -> None:
    """Check every certificate: no duplicate, no gap, the right order, the right parts, its
    numbering on record, its application and its counter in agreement.

    Prints the first counter-examples and exits with 1 when a property is violated.
    """
    actor = command_actor("certificates verify")
    with short_reading(actor) as session:
        report = verify_certificates(session, actor)
    for finding in report.findings:
        _tell(finding)
    if not report.holds:
        raise click.ClickException("The certificate numbers are not what the rules promise.")
    click.echo(_conclusion(report))


def _tell(finding: Finding) -> None:
    click.echo(f"{finding.label}: {finding.count or 'holds'}")
    for example in finding.examples:
        click.echo(f"  {example.message}")


def _conclusion(report: Report) -> str:
    found = f"{report.certificates} certificates: every property holds."
    if report.archived_until is None:
        return found
    return f"{found} History up to {report.archived_until:%Y-%m-%d} lies in an archive."

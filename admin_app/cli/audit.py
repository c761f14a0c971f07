"""``flask audit``: seal the trail, verify it, hand it out, and move its oldest part to a file."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from admin_app.cli.actor import command_actor
from admin_app.extensions import short_reading, short_session
from admin_app.production import DEMO_LOADED, has_demo_data
from models import clock
from models.audit.archive import archive_logs
from models.audit.export import EXPORTED, export_lines
from models.audit.grants import grant_statements
from models.audit.recorder import record
from models.audit.seal import last_seal, seal_logs
from models.audit.triggers import LOGS
from models.audit.verify import Report, take_snapshot, verify_logs
from models.errors import Refusal

group = AppGroup("audit", short_help="Seal, verify, export and archive the audit trail.")
DAY = click.DateTime(["%Y-%m-%d"])
NEW_FILE = click.Path(dir_okay=False, path_type=Path)


def init_app(app: Flask) -> None:
    """Register the group."""
    app.cli.add_command(group)


@contextmanager
def _told() -> Iterator[None]:
    """Show a refusal as a sentence."""
    try:
        yield
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from refusal


@contextmanager
def _new_file(path: Path, gone_after: type[BaseException]) -> Iterator[BinaryIO]:
    """Write a new file that only its owner may read; remove it after ``gone_after`` alone: rows
    that may have left the database must not be lost with the file.

    :raises click.ClickException: when the file is there already or cannot be made.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise click.ClickException(f"{path}: {error.strerror}. Choose another name.") from error
    try:
        with open(descriptor, "wb") as file:
            yield file
    except gone_after:
        path.unlink()
        raise


def _keep(file: BinaryIO) -> None:
    """Bring what was written to the disk."""
    file.flush()
    os.fsync(file.fileno())


def _counts(rows: dict[str, int]) -> str:
    return ", ".join(f"{log} {count}" for log, count in rows.items())


@group.command("seal")
def seal_() -> None:
    """Seal what was logged since the last seal, and print the head to be kept elsewhere.

    On PostgreSQL this needs the role that owns the tables.
    """
    with _told(), short_session(command_actor("audit seal")) as session:
        made = seal_logs(session)
        known = made or last_seal(session)
        rows = (made.audit_row_count, made.workflow_row_count) if made else (0, 0)
        number, head = (known.id, known.head) if known else (0, "")
    if not head:
        click.echo("Nothing is logged yet.")
        return
    new = dict(zip(LOGS, rows, strict=True))
    click.echo(f"Seal {number}: {_counts(new)} new rows. Keep this head in another place:")
    click.echo(head)


@group.command()
@click.option("--head", metavar="HEX", help="A head printed by an earlier seal.")
@click.option(
    "--archive",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file of archived rows, which must be the one that the trail vouches for.",
)
def verify(head: str | None, file: Path | None) -> None:
    """Check both logs against their seals; name the first row that does not fit and exit 1."""
    digest = _digest(file) if file else None
    with short_reading(command_actor("audit verify")) as session:
        report = verify_logs(session, head=head, file_digest=digest)
    if report.flaw:
        raise click.ClickException(str(report.flaw))
    if not report.seals:
        raise click.ClickException("Nothing is sealed yet: flask --app admin_app audit seal")
    _tell(report)


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _tell(report: Report) -> None:
    click.echo(f"The trail fits its {report.seals} seals: {_counts(report.rows)} rows.")
    if report.archived_upto is not None:
        click.echo(f"Rows up to seal {report.archived_upto} are archived.")
    if any(report.unsealed.values()):
        click.echo(f"Not sealed yet: {_counts(report.unsealed)} rows.")
    click.echo(f"Head: {report.head}")


@group.command()
@click.argument("file", type=NEW_FILE)
@click.option("--since", type=DAY, help="First day, in Shanghai.")
@click.option("--until", type=DAY, help="Last day, in Shanghai.")
def export(file: Path, since: datetime | None, until: datetime | None) -> None:
    """Write both logs to FILE as JSON lines. The export is itself on record."""
    actor = command_actor("audit export")
    first = clock.day_start(since.date()) if since else None
    end = clock.day_end(until.date()) if until else None
    counts = dict.fromkeys(LOGS, 0)
    with _new_file(file, BaseException) as stream:
        with short_reading(actor) as session:
            take_snapshot(session)
            for log, line in export_lines(session, first, end):
                stream.write(f"{line}\n".encode())
                counts[log] += 1
        _keep(stream)
        told = {"file": file.name, "since": _day(since), "until": _day(until), **counts}
        with short_session(actor) as session:
            record(session, EXPORTED, changes={key: [None, value] for key, value in told.items()})
    click.echo(f"{file}: {_counts(counts)} rows.")


def _day(value: datetime | None) -> str | None:
    return value.date().isoformat() if value else None


@group.command()
@click.argument("file", type=NEW_FILE)
@click.option("--before", type=DAY, required=True, help="First day that stays, in Shanghai.")
def archive(file: Path, before: datetime) -> None:
    """Move sealed rows from before a day out of the database into FILE.

    Refused for rows that are not sealed and for the years that ADMIN_APP_AUDIT_KEEP_YEARS keeps.
    Nobody can write meanwhile; on PostgreSQL this needs the role that owns the tables.
    """
    is_demo = has_demo_data()
    with (
        _told(),
        _new_file(file, Refusal) as stream,
        short_session(command_actor("audit archive")) as session,
    ):
        if is_demo:  # its mark must outlive the rows that are moved away
            record(session, DEMO_LOADED)
        years = current_app.config["AUDIT_KEEP_YEARS"]
        done = archive_logs(session, before.date(), stream.write, keep_years=years, name=file.name)
        _keep(stream)
    click.echo(
        f"{file}: {_counts(done.rows)} rows, up to seal {done.seal_id}. SHA-256 {done.sha256}"
    )
    click.echo("Keep the file, and this head in another place:")
    click.echo(done.head)


@group.command()
@click.argument("role")
def grants(role: str) -> None:
    """Print the SQL that lets a PostgreSQL ROLE run the panel without rewriting the trail.

    The role must not own the tables. Run the SQL as their owner, after each upgrade.
    """
    for statement in grant_statements(role):
        click.echo(statement)

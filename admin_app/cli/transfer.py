"""``flask import``: workbooks into a grid, for one day's work or a script's."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from admin_app.cli.actor import command_actor
from admin_app.cli.passwords import hand_over, write_slips
from admin_app.extensions import db, short_reading, short_session
from admin_app.i18n import DEFAULT
from models.accounts.queries import actor_named
from models.accounts.tables import UserAccount
from models.base.actor import Actor
from models.base.engine import refresh_statistics
from models.errors import BadInput, Refusal
from models.files.operations import plain_file_name
from models.text import Message, msg
from models.transfer.declaring import importers, renamed
from models.transfer.importing import CHANGED, NEW, UNCHANGED, Report, write_returned
from models.transfer.readers import Row, Sheet, open_sheet
from views.base.request import speaking, translate

ACCOUNTS = UserAccount.__tablename__
ALL_GOOD, FILE_REFUSED, SOME_REFUSED = 0, 2, 3
SHOWN_REASONS = 20
OUTCOMES = {NEW: "新增", CHANGED: "修改", UNCHANGED: "不变"}
TOLD_ROWS = 2_000


def init_app(app: Flask) -> None:
    """Register the commands."""
    app.cli.add_command(import_workbook)


def in_chinese(message: Message) -> str:
    """Return a message in Chinese, whatever the terminal speaks."""
    with speaking(DEFAULT):
        return translate(message)


def acting_as(username: str | None, command: str) -> Actor:
    """Return the named user's actor, or the system's when nobody is named.

    :raises NotFound: when there is no such enabled user.
    """
    if username is None:
        return command_actor(command)
    with short_reading(command_actor(command)) as session:
        return actor_named(session, username, os_user=command_actor(command).os_user)


@click.command("import")
@click.argument("grid", type=click.Choice(list(importers())))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--as", "username", help="Act as this user, within his scope; default: the system.")
@click.option("--dry-run", is_flag=True, help="Judge every row, save nothing.")
@click.option("--out", type=click.Path(path_type=Path), help="Where refused rows are returned.")
@with_appcontext
def import_workbook(
    grid: str, file: Path, username: str | None, dry_run: bool, out: Path | None
) -> None:
    """Import FILE into GRID. Exit 0 all good, 3 some rows refused (returned), 2 file refused.

    Initial passwords of accounts are handed over once: to USER on the page of the batch, else in a
    workbook beside the file that its owner alone may read.
    """
    target = out or file.with_name(f"{file.stem}-原因.xlsx")
    limits = importers()[grid].within(current_app.config["IMPORT_LIMITS"])
    try:
        with open_sheet(file, limits) as sheet:
            _need_place(target, file)
            report = _run(
                grid, sheet, plain_file_name(file.name), acting_as(username, "import"), dry_run
            )
    except Refusal as refusal:
        click.echo(in_chinese(refusal.message), err=True)
        sys.exit(FILE_REFUSED)
    if report.saved and not dry_run:
        refresh_statistics(db.engine)
    count = write_returned(target, report, in_chinese) if report.problems else 0
    _tell(report)
    if grid == ACCOUNTS and report.batch_id:
        _tell_passwords(report.batch_id, file.with_name(f"{file.stem}-初始密码.xlsx"), username)
    if not report.problems:
        sys.exit(ALL_GOOD)
    click.echo(f"{count} 行未导入，原因见 {target}")
    sys.exit(SOME_REFUSED)


def _need_place(target: Path, source: Path) -> None:
    """Refuse before anything is saved, so that no reason gets lost afterwards.

    :raises BadInput: when the refused rows could not be written there.
    """
    place = target if target.exists() else target.parent
    is_source = target.resolve() == source.resolve()
    if target.is_dir() or is_source or not os.access(place, os.W_OK):
        raise BadInput(
            msg("Refused rows cannot be written to %(path)s. Name another file.", path=target)
        )


def _run(grid: str, sheet: Sheet, file_name: str, actor: Actor, dry_run: bool) -> Report:
    importer = importers()[grid]
    named = renamed(importer, sheet)
    watched = Sheet(named.headings, _counted(named.rows))
    with short_session(actor) as session:
        return importer.run(session, actor, watched, file_name=file_name, dry_run=dry_run)


def _counted(rows: Iterator[Row]) -> Iterator[Row]:
    """Tell from time to time how many rows have been read."""
    for number, row in enumerate(rows, 1):
        if number % TOLD_ROWS == 0:
            click.echo(f"已读取 {number} 行……", err=True)
        yield row


def _tell_passwords(batch_id: int, target: Path, username: str | None) -> None:
    """Say where the initial passwords of an import of accounts are found, once."""
    if username:
        page = f"/admin/batch/{batch_id}/"
        click.echo(f"初始密码：{username} 登录后在 {page} 查看，24 小时内，仅一次。")
        return
    slips = hand_over(batch_id, "import")
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.fchmod(descriptor, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        write_slips(file, slips)
    click.echo(f"初始密码在 {target}，仅此一份：发放后请删除。")


def _tell(report: Report) -> None:
    verb = "可以导入" if report.dry_run else "已导入"
    click.echo(f"共 {report.total} 行：{verb} {report.saved} 行，不能导入 {report.refused} 行。")
    if report.outcomes:
        told = (f"{OUTCOMES[name]} {count} 行" for name, count in sorted(report.outcomes.items()))
        click.echo(f"其中{'，'.join(told)}。")
    for heading, message, rows in report.by_reason()[:SHOWN_REASONS]:
        click.echo(f"  {rows:>6}  {heading + '：' if heading else ''}{in_chinese(message)}")

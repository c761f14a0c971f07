"""``flask import``: workbooks into a grid, for one day's work or a script's."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import IO

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from admin_app.cli.actor import command_actor
from admin_app.cli.passwords import hand_over, write_slips
from admin_app.cli.written import whole_file
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
from models.transfer.templates import outfit_of
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
@click.option("--all-or-nothing", is_flag=True, help="Save nothing unless every row passes.")
@click.option("--out", type=click.Path(path_type=Path), help="Where refused rows are returned.")
@with_appcontext
def import_workbook(
    grid: str, file: Path, username: str | None, out: Path | None, **how: bool
) -> None:
    """Import FILE into GRID. Exit 0 all good, 3 some rows refused (returned), 2 file refused.

    Initial passwords of accounts are handed over once: to USER on the page of the batch, else in a
    workbook beside the file that its owner alone may read.
    """
    target = out or file.with_name(f"{file.stem}-原因.xlsx")
    try:
        report = _imported(grid, file, target, acting_as(username, "import"), **how)
    except Refusal as refusal:
        click.echo(in_chinese(refusal.message), err=True)
        sys.exit(FILE_REFUSED)
    _tell(report)
    if report.saved and not how["dry_run"]:
        refresh_statistics(db.engine)
    if report.batch_id and grid == ACCOUNTS:
        _tell_passwords(report.batch_id, _slips_of(file), username)
    if not report.problems:
        sys.exit(ALL_GOOD)
    click.echo(f"{report.refused} 行未导入，原因见 {target}")
    sys.exit(SOME_REFUSED)


def _imported(grid: str, file: Path, target: Path, actor: Actor, **how: bool) -> Report:
    """Import a file, and write what is returned; every place is judged before anything is saved.

    :raises Refusal: when the file is refused, or nothing can be written there.
    """
    limits = importers()[grid].within(current_app.config["IMPORT_LIMITS"])
    _need_other(target, file)
    with open_sheet(file, limits) as sheet, whole_file(target) as reasons:
        with _slips(grid, file, actor, **how) as slips:
            report = _run(grid, sheet, plain_file_name(file.name), actor, **how)
            untold = slips is not None and bool(report.batch_id) and not _hand_over(report, slips)
        if report.problems:
            _return_rows(grid, report, reasons, actor)
    if untold:
        _tell(report)
        raise click.ClickException(
            "初始密码未能写入（磁盘或文件夹不可写）。账号已建立，请腾出空间后重置这些账号的密码。"
        )
    return report


def _return_rows(grid: str, report: Report, target: IO[bytes], actor: Actor) -> None:
    """Write what is returned.

    :raises Unreturned: when it cannot be written; what was saved stays saved.
    """
    with short_reading(actor) as session:
        headings, count = report.headings, len(report.rows)
        outfit = outfit_of(session, importers()[grid], headings, count, lambda label: label.zh)
    try:
        write_returned(target, report, in_chinese, outfit)
        target.flush()
    except OSError as error:
        _tell(report)
        raise Unreturned(
            f"{report.refused} 行未导入；原因未能写入（磁盘或文件夹不可写）。请腾出空间后，"
            "只把这些行再导入一次。"
        ) from error


class Unreturned(click.ClickException):
    """Rows were saved, and why others were not could not be written."""

    exit_code = SOME_REFUSED


def _slips(
    grid: str, file: Path, actor: Actor, *, dry_run: bool, **_how: bool
) -> AbstractContextManager[IO[bytes] | None]:
    """Open the file of initial passwords, where the command is to write one: they can be had only
    once, so it replaces none.
    """
    if grid != ACCOUNTS or actor.user_id is not None or dry_run:
        return nullcontext()
    return whole_file(_slips_of(file), replaces=False)


def _slips_of(file: Path) -> Path:
    return file.with_name(f"{file.stem}-初始密码.xlsx")


def _hand_over(report: Report, slips: IO[bytes]) -> bool:
    """Write the initial passwords, and say whether that was possible: the accounts are there."""
    try:
        hand_over(report.batch_id or 0, "import", lambda found: write_slips(slips, found))
    except OSError:
        return False
    return True


def _need_other(target: Path, source: Path) -> None:
    """Refuse to write over the file that is read.

    :raises BadInput: naming it.
    """
    if target.resolve() == source.resolve():
        raise BadInput(msg("%(path)s cannot be written. Name another file.", path=target))


def _run(grid: str, sheet: Sheet, file_name: str, actor: Actor, **how: bool) -> Report:
    importer = importers()[grid]
    named = renamed(importer, sheet)
    watched = Sheet(named.headings, _counted(named.rows))
    with short_session(actor) as session:
        return importer.run(
            session,
            actor,
            watched,
            file_name=file_name,
            dry_run=how["dry_run"],
            all_or_nothing=how["all_or_nothing"],
        )


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
    else:
        click.echo(f"初始密码在 {target}，仅此一份：发放后请删除。")


def _tell(report: Report) -> None:
    verb = "可以导入" if report.dry_run else "已导入"
    click.echo(f"共 {report.total} 行：{verb} {report.saved} 行，不能导入 {report.refused} 行。")
    if report.outcomes:
        told = (f"{OUTCOMES[name]} {count} 行" for name, count in sorted(report.outcomes.items()))
        click.echo(f"其中{'，'.join(told)}。")
    for heading, message, rows in report.by_reason()[:SHOWN_REASONS]:
        click.echo(f"  {rows:>6}  {heading + '：' if heading else ''}{in_chinese(message)}")

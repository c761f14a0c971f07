"""``flask export``: the rows of a list in a file, in the scope of whoever is named."""

from __future__ import annotations

import csv
import errno
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select

from models.audit.tables import AuditLog
from models.base.session import ActorSession
from tests.factories.certification import World, make_application
from tests.support.certifying import status
from tests.support.desk import Desk

GRID = "certification_application"


def run(app: Flask, system: ActorSession, *words: object) -> tuple[int, str]:
    """Run the command; the test's own session lets go of the database first."""
    system.commit()
    system.close()
    result = app.test_cli_runner().invoke(args=["export", *map(str, words)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def test_a_user_exports_the_filtered_rows_of_his_office_masked_and_on_record(
    app: Flask, desk: Desk, world: World, system: ActorSession, tmp_path: Path
) -> None:
    mine = make_application(system, world.here, "submitted")
    make_application(system, world.here, "confirmed")
    make_application(system, world.there, "submitted")
    desk(world.here.authority)
    number, id_no, who = mine.apply_no, mine.id_no, world.here.authority.username
    file = tmp_path / "list.csv"
    query = "filter=status:eq:submitted&cols=apply_no,id_no"
    assert run(app, system, GRID, file, "--as", who, "--query", query)[0] == 0
    rows = list(csv.reader(file.read_text("utf-8-sig").splitlines()))
    assert [row[0] for row in rows] == ["报名号", number]
    assert rows[1][1] != id_no
    assert "*" in rows[1][1]
    event = f"certification:{GRID}:export"
    assert system.scalars(select(AuditLog.username).where(AuditLog.event == event)).all() == [who]
    system.rollback()
    assert status(system, mine) == "submitted"


def test_the_system_exports_everything_as_a_workbook(
    app: Flask, world: World, system: ActorSession, tmp_path: Path
) -> None:
    for office in (world.here, world.there):
        make_application(system, office, "submitted")
    file = tmp_path / "list.xlsx"
    assert run(app, system, GRID, file)[0] == 0
    sheet = load_workbook(file).active
    assert sheet is not None
    assert sheet.max_row == 3


def test_what_cannot_be_read_or_done_is_refused_in_words_and_writes_nothing(
    app: Flask, desk: Desk, world: World, system: ActorSession, tmp_path: Path
) -> None:
    desk(world.here.authority)
    who = world.here.authority.username
    file = tmp_path / "list.csv"
    for words in (
        (GRID, file, "--query", "filter=status:eq:junk"),
        ("user_session", file, "--as", who),
        (GRID, file, "--as", "nobody"),
        (GRID, tmp_path / "list.pdf"),
        ("no_such_grid", file),
    ):
        code, output = run(app, system, *words)
        assert code == 2, words
        assert "Traceback" not in output
    assert not file.exists()


def test_a_file_that_cannot_be_written_is_told_and_no_export_is_on_record(
    app: Flask, world: World, system: ActorSession, tmp_path: Path
) -> None:
    assert world
    code, output = run(app, system, GRID, tmp_path / "nowhere" / "list.csv")
    assert (code, "无法写入" in output) == (2, True), output
    event = f"certification:{GRID}:export"
    assert system.scalars(select(AuditLog).where(AuditLog.event == event)).all() == []
    system.rollback()


def test_nothing_stays_of_a_file_that_breaks_off(
    app: Flask, world: World, system: ActorSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert world
    file = tmp_path / "list.csv"
    file.write_text("of yesterday", "utf-8")

    def breaking(_asked: object) -> Iterator[bytes]:
        yield b"half"
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("admin_app.cli.export.export_rows", breaking)
    code, output = run(app, system, GRID, file)
    assert (code, "无法写入" in output) == (2, True), output
    assert [each.name for each in tmp_path.iterdir()] == ["list.csv"]
    assert file.read_text("utf-8") == "of yesterday"

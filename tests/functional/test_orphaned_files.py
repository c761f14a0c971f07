"""Files that no record names are removed after a day, and no others."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from models import clock
from models.base.session import ActorSession
from models.batch.tables import Batch
from models.files.storage import Folder
from models.files.sweeping import naming_tables, sweep
from models.files.tables import Attachment
from models.transfer.tables import ExportFile
from tests.factories.records import House

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "files")


def aged(folder: Folder, name: str, age: timedelta) -> str:
    """Let a file be so old."""
    then = (clock.now() - age).timestamp()
    os.utime(folder.root / name, (then, then))
    return name


def attached(work: ActorSession, name: str) -> None:
    """Let an attachment name a file."""
    work.add(
        Attachment(
            file_name="a.jpg",
            kind="photo",
            mime="image/jpeg",
            size_bytes=1,
            sha256="0" * 64,
            storage_path=name,
        )
    )
    work.commit()


def exported(work: ActorSession, name: str) -> None:
    """Let an export name a file."""
    batch = Batch(
        label="导出",
        kind="export",
        entity="person",
        action="export",
        username="test",
        pinned_at=clock.now(),
    )
    work.add(batch)
    work.flush()
    work.add(
        ExportFile(
            batch_id=batch.id, kind="csv", is_full=False, is_coded=False, language="zh_Hans_CN",
            storage_path=name,
        )
    )  # fmt: skip
    work.commit()


def test_what_no_record_names_goes_after_a_day(work: ActorSession, folder: Folder) -> None:
    named, sent, orphan, young = (folder.keep(b"x") for _each in range(4))
    attached(work, aged(folder, named, 9 * DAY))
    exported(work, aged(folder, sent, 9 * DAY))
    aged(folder, orphan, DAY + SECOND)
    aged(folder, young, DAY - 60 * SECOND)
    assert sweep(work, folder) == 1
    assert [folder.has(name) for name in (named, sent, orphan, young)] == [True, True, False, True]
    assert sweep(work, folder) == 0


def test_what_broke_off_half_written_goes_too(work: ActorSession, folder: Folder) -> None:
    name = folder.keep(b"x")
    halves = [folder.root / name[:2] / f"{letter * 38}.part" for letter in "ab"]
    for half in halves:
        half.write_bytes(b"y")
    aged(folder, f"{name[:2]}/{halves[0].name}", 2 * DAY)
    assert sweep(work, folder) == 1
    assert [half.exists() for half in halves] == [False, True]
    assert folder.has(name)


def test_what_is_no_file_of_ours_stays(work: ActorSession, folder: Folder) -> None:
    folder.keep(b"x")
    foreign = folder.root / "ab"
    foreign.mkdir(exist_ok=True)
    (foreign / "readme.txt").write_text("x")
    aged(folder, "ab/readme.txt", 9 * DAY)
    assert sweep(work, folder) == 0
    assert (foreign / "readme.txt").exists()


@pytest.mark.one_database("sqlite")
def test_every_column_that_names_a_file_is_asked() -> None:
    assert {table.name for table in naming_tables()} == {
        Attachment.__tablename__,
        ExportFile.__tablename__,
    }


def test_the_command_says_how_many(app: Flask, house: House) -> None:
    assert house
    folder = Folder(Path(app.config["FILES"]))
    for _each in range(2):
        aged(folder, folder.keep(b"x"), 2 * DAY)
    told = app.test_cli_runner().invoke(args=["batch", "expire"])
    assert told.exit_code == 0, told.output
    assert "2 files removed that no record names." in told.output

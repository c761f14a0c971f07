"""CSV files that PostgreSQL writes by itself say the same as those that Python writes."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

import views
from models.base import copying
from models.base.session import ActorSession
from models.certification.tables import CertificationApplication
from models.errors import UnscopedStatement
from models.reference.tables import Region
from tests.support.http import Client
from tests.support.record_pages import SignIn
from views.base import exported
from views.base.grid import Grid
from views.certification.applications import Applications
from views.reference.grids import Regions

pytestmark = pytest.mark.one_database("postgresql")

#: The requests of the test itself write here.
CHANGING = ("audit_log", "user_session")
NASTY = (
    "=1+1", "\t=1", " \u3000=1", "\x0b-1", "＝1", "@x", "-", "+8", "a,b", 'a"b', "a\nb", "a\r\nb",
    "\r", " a ", "\\.", "\\N", "NULL", "%s", "%(x)s", "%%", ":x", "张\U0001f600", "\x1f=", "'x'",
)  # fmt: skip


@pytest.fixture
def centre(staff: SignIn, work: ActorSession) -> Client:
    """Return whoever sees everything, and may export most of it; texts that are easily spoilt."""
    for number, value in enumerate(NASTY):
        work.add(Region(code=f"{number:04d}y", name=value, level=3, province_code="99"))
    applications = list(work.scalars(select(CertificationApplication).limit(40)))
    for number, application in enumerate(applications):
        value = NASTY[number % len(NASTY)]
        application.status_note = application.school_name = value
        application.email = ("a@b.cn", "@b", "no", "=a@b.cn", "", None)[number % 6]
        application.address = ("广东省广州市天河区", "短", "=长长长长长长长", "", None)[number % 5]
    work.commit()
    return staff("centre")


def exported_rows(client: Client, grid: type[Grid[Any]], full: bool) -> list[list[str]] | int:
    path = f"/admin/{grid.mapped.__tablename__}/"
    sent = {"query": "", **({"full": "1", "purpose": "核对"} if full else {})}
    sent["query"] = "cols=" + ",".join(_all_columns(client, grid))
    answer = client.post(f"{path}export/csv/", sent, page=path)
    if answer.status_code != 200:
        return answer.status_code
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))


def differences(fast: object, slow: object) -> list[tuple[str, str, str]]:
    """Return heading and both texts of the cells that differ."""
    if not isinstance(fast, list) or not isinstance(slow, list):
        return [] if fast == slow else [("", str(fast), str(slow))]
    assert len(fast) == len(slow)
    cells = (zip(fast[0], *rows, strict=True) for rows in zip(fast, slow, strict=True))
    return [cell for row in cells for cell in row if cell[1] != cell[2]]


def _all_columns(client: Client, grid: type[Grid[Any]]) -> tuple[str, ...]:
    app = client.http.application
    (view,) = (v for v in app.extensions["admin"][0]._views if isinstance(v, grid))
    return tuple(view.listable)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what COPY was asked for."""
    seen: list[str] = []
    copied: Callable[..., object] = copying.copied_rows

    def spy(session: ActorSession, statement: object, hear: object) -> object:
        seen.append(str(statement))
        return copied(session, statement, hear)

    monkeypatch.setattr(exported, "copied_rows", spy)
    return seen


def test_every_list_leaves_alike_both_ways(
    centre: Client, counted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    grids = [grid for grid in views.GRIDS if grid.mapped.__tablename__ not in CHANGING]
    asked: list[tuple[Any, bool]] = [*((grid, False) for grid in grids), (Applications, True)]
    fast = {(grid, full): exported_rows(centre, grid, full) for grid, full in asked}
    assert len(counted) > len(grids) // 2
    monkeypatch.setattr(exported, "can_copy", lambda _session: False)
    for grid, full in asked:
        slow = exported_rows(centre, grid, full)
        assert differences(fast[grid, full], slow) == [], (grid, full)
    regions = fast[Regions, False]
    assert isinstance(regions, list)
    assert {row[regions[0].index("名称")].removeprefix("\t") for row in regions} >= {"=1+1", "a\nb"}


def test_copy_is_narrowed_and_judged_like_any_statement(work: ActorSession, house: object) -> None:
    assert house
    table, applications = CertificationApplication.__table__, select(CertificationApplication.id)
    heard: list[int] = []
    with pytest.raises(UnscopedStatement):
        list(copying.copied_rows(work, select(table.c.id), heard.append))
    everything = b"".join(copying.copied_rows(work, applications, heard.append))
    assert everything.count(b"\r\n") == heard[-1] > 1
    with ActorSession(bind=work.get_bind()) as nobody:
        assert list(copying.copied_rows(nobody, applications, heard.append)) == []

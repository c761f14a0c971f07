"""An export too long to be counted first is in the trail before it begins, and again at its end."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from models.audit.tables import AuditLog
from models.base.session import ActorSession
from tests.factories.lists import COUNT
from tests.support.http import Client
from tests.support.lists import LIST, OWN

CONFIRMED = "filter=status:eq:confirmed"
AREA = "certification:certification_application"
CAP = COUNT // 3 - 1


@pytest.fixture
def capped(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Count no further than to one row less than there are."""
    monkeypatch.setitem(app.config, "COUNT_CAP", CAP)


def told(work: ActorSession) -> list[tuple[str, dict[str, Any]]]:
    """Return the acts of exports in the trail, with what they say."""
    wanted = select(AuditLog).where(AuditLog.event.startswith(f"{AREA}:export"))
    found = work.scalars(wanted.order_by(AuditLog.id)).all()
    said = [
        (each.event.rpartition(":")[2], {k: v[1] for k, v in (each.changes or {}).items()})
        for each in found
    ]
    work.rollback()
    return said


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_number_of_a_long_export_follows_its_last_row(
    capped: None, clerk: Client, work: ActorSession, kind: str
) -> None:
    answer = clerk.get(f"{LIST}export/{kind}/?{CONFIRMED}&cols=name")
    assert answer.status_code == 200
    (begun, start), (ended, end) = told(work)
    assert (begun, start["rows"], start["conditions"]) == (
        "export",
        f"{CAP}+",
        f"{CONFIRMED}&cols=name",
    )
    assert (ended, end) == ("export_end", {"format": kind, "rows": COUNT // 3, "whole": True})


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_reader_who_goes_away_is_told_of_too(
    capped: None, clerk: Client, work: ActorSession, kind: str
) -> None:
    answer = clerk.http.get(f"{LIST}export/{kind}/")
    next(iter(answer.response))
    assert [act for act, _said in told(work)] == ["export"]
    answer.close()
    (_begun, _start), (ended, end) = told(work)
    assert (ended, end["whole"]) == ("export_end", False)
    assert end["rows"] in range(OWN + 1)


def test_a_short_export_is_told_of_once(clerk: Client, work: ActorSession) -> None:
    assert clerk.get(f"{LIST}export/csv/?{CONFIRMED}").status_code == 200
    assert [(act, said["rows"]) for act, said in told(work)] == [("export", COUNT // 3)]

"""Warnings that an installation turns into refusals (reading 18)."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from admin_app import config
from models.base.session import ActorSession
from models.batch.tables import BatchRow
from models.certification.tables import CertificationApplication
from tests.factories.records import House
from tests.support.record_pages import Ask, SignIn

A = CertificationApplication
SECRET = "a key for tests only"


def settings(folder: Path, strict: str) -> dict[str, object]:
    names = {"ENV": "testing", "SECRET_KEY": SECRET, "STRICT": strict}
    return config.load({"INSTANCE": str(folder)}, {f"ADMIN_APP_{n}": v for n, v in names.items()})


def test_nothing_is_strict_unless_named(tmp_path: Path) -> None:
    assert settings(tmp_path, "")["STRICT"] == frozenset()
    wanted = settings(tmp_path, " elsewhere_this_year ,")["STRICT"]
    assert wanted == frozenset({"elsewhere_this_year"})


def test_a_warning_that_nobody_knows_keeps_the_app_from_starting(tmp_path: Path) -> None:
    with pytest.raises(config.BadSetting, match=r"no warning elsewhere; there is elsewhere_this_"):
        settings(tmp_path, "elsewhere,elsewhere_this_year")


@pytest.mark.parametrize(("strict", "outcome"), [("", "ready"), ("elsewhere_this_year", "refused")])
def test_another_application_in_the_year_is_judged_as_configured(
    strict: str,
    outcome: str,
    app: Flask,
    house: House,
    work: ActorSession,
    sign_in: SignIn,
    ask: Ask,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own, other = (work.get_one(A, each.application) for each in (house.own, house.other))
    other.id_no = own.id_no
    work.commit()
    monkeypatch.setitem(app.config, "STRICT", settings(tmp_path, strict)["STRICT"])
    clerk = sign_in("authority")
    fields = {"action": "confirm", "rowid": str(house.own.application)}
    answer = clerk.post("/admin/certification_application/action/", fields)
    assert answer.status_code == 303
    assert ask(select(BatchRow.outcome)) == outcome
    assert ask(select(BatchRow.reason)) == "elsewhere_this_year"
    assert "申请人本年度已有其他申请。" in clerk.get(answer.location).text
    clerk.post(f"{answer.location}commit", page=answer.location)
    expected = "confirmed" if outcome == "ready" else "submitted"
    assert ask(select(A.status).where(A.id == house.own.application)) == expected

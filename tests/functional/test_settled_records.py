"""What was reviewed or verified is settled: its form is read only and says why, over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from models import clock
from models.base.session import ActorSession
from models.certification.tables import CertificationApplication
from models.people.rules import make_id_no
from models.people.tables import PersonCredential
from models.restriction.tables import RestrictionEntry
from tests.factories.records import House
from tests.support.record_pages import Ask, SignIn

#: Review state → what the table's checks want with it, and its name on the page.
REVIEWED: dict[str, tuple[dict[str, Any], str]] = {
    "reviewed": ({"reviewed_at": clock.now()}, "已审核"),
    "rejected": ({"reviewed_at": clock.now()}, "未通过"),
    "lifted": ({"reviewed_at": clock.now(), "lifted_at": clock.now()}, "已解除"),
}


def make_entry(work: ActorSession, house: House, **values: Any) -> int:
    entry = RestrictionEntry(
        id_type="1",
        id_no=make_id_no("110101", date(1990, 1, 1), 1),
        name="某人",
        type="exam_cheat",
        effective_from=date(2026, 1, 1),
        effective_to=date(2028, 12, 31),
        org_id=house.own.authority,
        **values,
    )
    work.add(entry)
    work.flush()
    id_ = entry.id
    work.commit()
    return id_


def make_credential(work: ActorSession, house: House, **values: Any) -> int:
    application = work.get_one(CertificationApplication, house.own.application)
    usual = {"kind": "putonghua", "number": "3700001", "mode": "verified", "level_code": "2A"}
    credential = PersonCredential(person_id=application.person_id, **(usual | values))
    work.add(credential)
    work.flush()
    id_ = credential.id
    work.commit()
    return id_


def test_an_entry_is_free_until_it_is_reviewed(
    sign_in: SignIn, house: House, work: ActorSession, ask: Ask
) -> None:
    path = f"/admin/restriction_entry/edit/?id={make_entry(work, house)}"
    client = sign_in("centre")
    assert client.send(path, basis="决定书一号", effective_to="2029-12-31").status_code == 303
    assert ask(select(RestrictionEntry.effective_to)) == date(2029, 12, 31)


@pytest.mark.parametrize("state", REVIEWED)
def test_a_reviewed_entry_is_moved_by_its_transitions_alone(
    sign_in: SignIn, house: House, work: ActorSession, ask: Ask, state: str
) -> None:
    marks, name = REVIEWED[state]
    id_ = make_entry(work, house, review_state=state, **marks)
    path = f"/admin/restriction_entry/edit/?id={id_}"
    client = sign_in("centre")
    page = client.get(path).text
    assert f"限制记录为“{name}”" in page
    assert 'name="effective_to"' not in page
    assert f"限制记录为“{name}”" in client.get(path.replace("edit", "details")).text
    changed = {"row_version": "1", "name": "别人", "effective_to": "2026-01-02"}
    assert client.post(path, changed).status_code == 403
    entry = ask(select(RestrictionEntry))
    assert (entry.name, entry.effective_to, entry.version) == ("某人", date(2028, 12, 31), 1)


def test_a_form_opened_before_the_review_changes_nothing_after_it(
    sign_in: SignIn, house: House, work: ActorSession, ask: Ask
) -> None:
    id_ = make_entry(work, house)
    path = f"/admin/restriction_entry/edit/?id={id_}"
    client = sign_in("centre")
    opened = client.form(path)
    entry = work.get_one(RestrictionEntry, id_)
    entry.review_state, entry.reviewed_at = "reviewed", clock.now()
    work.commit()
    answer = client.http.post(path, data=opened | {"effective_to": "2026-01-02"})
    assert answer.status_code == 403
    assert ask(select(RestrictionEntry.effective_to)) == date(2028, 12, 31)


@pytest.mark.parametrize("status", ["pending", "not_required"])
def test_a_credential_that_nobody_checked_is_free_but_for_its_person(
    sign_in: SignIn, house: House, work: ActorSession, ask: Ask, status: str
) -> None:
    path = f"/admin/person_credential/edit/?id={make_credential(work, house, verify_status=status)}"
    person = ask(select(PersonCredential.person_id))
    other = ask(
        select(CertificationApplication.person_id).where(
            CertificationApplication.id == house.other.application
        )
    )
    for user in ("authority", "centre"):
        client = sign_in(user)
        assert "person_id" not in client.form(path)
        sent = {"number": f"37-{user}", "person_id": str(other)}
        assert client.send(path, **sent).status_code == 303
        found = ask(select(PersonCredential))
        assert (found.number, found.person_id) == (f"37-{user}", person)


@pytest.mark.parametrize(("status", "name"), [("passed", "核验通过"), ("rejected", "核验未通过")])
def test_a_checked_credential_is_settled(
    sign_in: SignIn, house: House, work: ActorSession, ask: Ask, status: str, name: str
) -> None:
    path = f"/admin/person_credential/edit/?id={make_credential(work, house, verify_status=status)}"
    for user in ("authority", "centre"):
        client = sign_in(user)
        page = client.get(path).text
        assert f"证明信息为“{name}”" in page
        assert 'name="number"' not in page
        changed = {"row_version": "1", "number": "1", "kind": "degree", "valid_until": "2030-01-01"}
        assert client.post(path, changed).status_code == 403
    found = ask(select(PersonCredential))
    assert (found.number, found.kind, found.valid_until) == ("3700001", "putonghua", None)
    assert found.version == 1

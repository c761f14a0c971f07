"""A restriction bites however its numbers were typed, and junk is refused where it is typed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from models.base.session import ActorSession
from models.certification.tables_certificate import Certificate
from models.people.rules import make_id_no
from models.restriction.tables import RestrictionEntry
from tests.factories.certification import AT, World, make_application, make_person
from tests.factories.records import House
from tests.support.certifying import reasons
from tests.support.databases import SessionOf
from tests.support.record_pages import Ask, SignIn

RESTRICTED = "The person stands in the restriction library and may not be certified at present."
FULL_WIDTH = str.maketrans("0123456789Xx", "０１２３４５６７８９Ｘｘ")
#: Numbers whose check digit is X.
WITH_X = next(
    number
    for order in range(999)
    if (number := make_id_no("370102", date(1991, 2, 3), order)).endswith("X")
)


def make_entry(session: ActorSession, world: World, **values: Any) -> RestrictionEntry:
    """Store an entry of the other office, in force since long ago."""
    reviewed = {"review_state": "reviewed", "reviewed_at": AT, "org": world.there.org}
    since = {"type": "exam_cheat", "effective_from": date(2020, 1, 1), "name": "某人"}
    entry = RestrictionEntry(**(reviewed | since | values))
    session.add(entry)
    session.commit()
    return entry


@pytest.mark.parametrize("typed", [WITH_X.lower(), f" {WITH_X}　", WITH_X.translate(FULL_WIDTH)])
@pytest.mark.parametrize("whose", ["entry", "person"])
def test_a_document_is_found_in_any_spelling(
    whose: str, typed: str, world: World, system: ActorSession, session_of: SessionOf
) -> None:
    of_entry, of_person = (typed, WITH_X) if whose == "entry" else (WITH_X, typed)
    person = make_person(system, id_no=of_person)
    record = make_application(system, world.here, "confirmed", person=person, id_no=of_person)
    entry = make_entry(system, world, id_no=of_entry)
    assert (entry.id_no, person.id_no, record.id_no) == (WITH_X, WITH_X, WITH_X)
    actor = world.here.authority
    assert reasons(session_of(actor), actor, record)["approve"] == RESTRICTED


@pytest.mark.parametrize("typed", ["963701023100057", "１９９６３７０１０２３１０００５７"])
def test_a_certificate_is_found_in_either_layout(
    typed: str, world: World, system: ActorSession, session_of: SessionOf
) -> None:
    record = make_application(system, world.here, "confirmed")
    names = ("name", "id_type", "id_no", "sex", "birth_date", "qualification_type")
    held = Certificate(
        cert_no="19963701023100057",
        cert_no_raw="963701023100057",
        layout="v15",
        subject_name="语文",
        org_name="乙市教育局",
        issued_on=date(1996, 7, 1),
        source="history",
        **{name: getattr(record, name) for name in names},
    )
    system.add(held)
    entry = make_entry(system, world, id_type="A", id_no="E0000001", cert_no=typed)
    assert entry.cert_no == held.cert_no
    actor = world.here.authority
    assert reasons(session_of(actor), actor, record)["approve"] == RESTRICTED


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"id_no": "370102199102030000"}, "id_no"),
        ({"id_no": "3701021991020"}, "id_no"),
        ({"id_type": "A", "id_no": "护照一号"}, "id_no"),
        ({"cert_no": "1234567"}, "cert_no"),
        ({"cert_no": "20203714192000057"}, "cert_no"),
        ({"id_no": WITH_X.lower(), "cert_no": "963701023100057"}, None),
    ],
)
def test_the_form_refuses_numbers_that_could_match_nobody(
    sign_in: SignIn, house: House, ask: Ask, typed: dict[str, str], wrong: str | None
) -> None:
    entry = {
        "name": "某人",
        "id_type": "1",
        "id_no": WITH_X,
        "type": "exam_cheat",
        "effective_from": "2026-01-01",
        "org_id": str(house.own.authority),
    }
    answer = sign_in("centre").send("/admin/restriction_entry/new/", **(entry | typed))
    stored = ask(select(func.count()).select_from(RestrictionEntry))
    if wrong:
        assert (answer.status_code, stored) == (400, 0)
        assert f'id="{wrong}-wrong"' in answer.text
        return
    assert (answer.status_code, stored) == (303, 1)
    found = ask(select(RestrictionEntry))
    assert (found.id_no, found.cert_no) == (WITH_X, "19963701023100057")

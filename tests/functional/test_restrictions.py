"""The restriction library bites, whoever entered it, and names nobody (readings 1 and 17)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from models import clock
from models.base.session import ActorSession
from models.certification.tables import CertificationApplication
from models.certification.tables_certificate import Certificate
from models.reference.tables import Org
from models.restriction.tables import RestrictionEntry
from tests.factories.certification import AT, World, make_application
from tests.support.certifying import act, outcomes, reasons
from tests.support.databases import SessionOf

TODAY = date(2026, 11, 23)
DAY = timedelta(days=1)
RESTRICTED = "The person stands in the restriction library and may not be certified at present."


def make_entry(
    session: ActorSession, office: Org, record: CertificationApplication, **traits: Any
) -> RestrictionEntry:
    """Store a reviewed entry about the applicant, in force since yesterday for a year."""
    values: dict[str, Any] = {
        "name": record.name,
        "id_type": record.id_type,
        "id_no": record.id_no,
        "type": "exam_cheat",
        "effective_from": TODAY - DAY,
        "effective_to": TODAY + 365 * DAY,
        "review_state": "reviewed",
        "reviewed_at": AT,
        "org": office,
    }
    entry = RestrictionEntry(**(values | traits))
    session.add(entry)
    session.flush()
    return entry


@pytest.mark.parametrize(
    ("action", "state"),
    [
        ("submit", "draft"),
        ("approve", "confirmed"),
        ("assign_numbers", "approved_unnumbered"),
    ],
)
def test_an_entry_of_another_office_bites_and_names_nobody(
    action: str, state: str, world: World, system: ActorSession, session_of: SessionOf
) -> None:
    record = make_application(system, world.here, state)
    make_entry(system, world.there.org, record, basis="乙市教育局决定书")
    system.commit()
    actor = world.here.authority
    session = session_of(actor)
    assert reasons(session, actor, record)[action] == RESTRICTED
    assert outcomes(session, act(session, actor, action, record)) == {record.id: "restricted"}


@pytest.mark.parametrize(
    ("traits", "restricts"),
    [
        ({"effective_from": TODAY}, True),
        ({"effective_from": TODAY + DAY}, False),
        ({"effective_to": TODAY}, True),
        ({"effective_from": TODAY - 9 * DAY, "effective_to": TODAY - DAY}, False),
        ({"effective_to": None, "type": "forfeited"}, True),
        ({"review_state": "pending"}, False),
        ({"review_state": "rejected"}, False),
        ({"review_state": "lifted", "lifted_at": AT}, False),
        ({"id_type": "A"}, False),
    ],
)
def test_only_reviewed_entries_restrict_and_only_in_their_days(
    traits: dict[str, Any],
    restricts: bool,
    world: World,
    system: ActorSession,
    session_of: SessionOf,
) -> None:
    record = make_application(system, world.here, "confirmed")
    make_entry(system, world.there.org, record, **traits)
    system.commit()
    actor = world.here.authority
    reason = reasons(session_of(actor), actor, record)["approve"]
    assert reason == (RESTRICTED if restricts else None)


def test_the_day_of_a_restriction_is_the_day_in_shanghai(
    world: World, system: ActorSession, session_of: SessionOf
) -> None:
    record = make_application(system, world.here, "confirmed")
    make_entry(system, world.there.org, record, effective_to=TODAY)
    system.commit()
    actor, midnight = world.here.authority, clock.day_end(TODAY)
    session = session_of(actor)
    before = reasons(session, actor, record, midnight - timedelta(microseconds=1))
    assert before["approve"] == RESTRICTED
    assert reasons(session, actor, record, midnight)["approve"] is None


def test_an_entry_about_a_certificate_that_the_person_holds_bites(
    world: World, system: ActorSession, session_of: SessionOf
) -> None:
    record = make_application(system, world.here, "confirmed")
    copied = ("name", "id_type", "id_no", "sex", "birth_date", "qualification_type")
    held = {name: getattr(record, name) for name in copied}
    number = "20203714132000057"
    system.add(
        Certificate(
            cert_no=number,
            cert_no_raw=number,
            subject_name="语文",
            org_name="乙市教育局",
            issued_on=date(2020, 7, 1),
            source="history",
            **held,
        )
    )
    make_entry(system, world.there.org, record, id_no="E0000001", id_type="A", cert_no=number)
    system.commit()
    actor = world.here.authority
    assert reasons(session_of(actor), actor, record)["approve"] == RESTRICTED

"""The database itself refuses impossible rows, and persons are seen through applications."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from models.base.actor import Actor, system_actor
from models.base.session import ActorSession
from models.certification.tables import CertificationApplication
from models.certification.tables_certificate import Certificate
from models.certification.tables_parts import ApplicationMaterial, ApplicationResume
from models.errors import ScopeBreach
from models.people.scope import MAKES_PERSONS
from models.people.tables import Person, PersonCredential
from models.planning.tables import SiteArrangement
from models.restriction.tables import RestrictionEntry
from tests.support.office import START, Office, make_offices, make_person, make_plan

SessionOf = Callable[[Actor], ActorSession]
SUBMITTED = {"status": "submitted", "apply_no": "B20261110001000001", "submitted_at": START}
DAY = timedelta(days=1)


@pytest.fixture
def session(session_of: SessionOf) -> ActorSession:
    made = session_of(system_actor("test"))
    made.expire_on_commit = False  # else reading an attribute later would lock SQLite
    return made


@pytest.fixture
def offices(session: ActorSession) -> tuple[Office, Office]:
    made = make_offices(session)
    session.commit()
    return made


def _refused(session: ActorSession, row: Any, constraint: str) -> None:
    session.add(row)
    with pytest.raises(IntegrityError, match=constraint):
        session.flush()
    session.rollback()


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"status": "submitted"}, "submitted_is_complete"),
        (SUBMITTED | {"arrangement": None}, "submitted_is_complete"),
        (SUBMITTED | {"status": "materials_incomplete"}, "incomplete_is_explained"),
        (SUBMITTED | {"status": "approved_unnumbered"}, "approval_is_dated"),
        (SUBMITTED | {"status": "approved_numbered", "reviewed_at": START}, "number_is_dated"),
        (SUBMITTED | {"status": "approved"}, "status_known"),
        ({"sex": "3"}, "sex_known"),
        ({"qualification_type": 8}, "qualification_type_known"),
    ],
)
def test_application_is_refused(
    session: ActorSession, offices: tuple[Office, Office], values: dict[str, Any], constraint: str
) -> None:
    _refused(session, offices[0].application(**values), constraint)


def test_site_without_arrangement_is_refused(
    session: ActorSession, offices: tuple[Office, Office]
) -> None:
    row = offices[0].application(arrangement=None)
    row.site_id = offices[0].site.id
    _refused(session, row, "site_with_arrangement")


def test_one_application_per_person_and_plan(
    session: ActorSession, offices: tuple[Office, Office]
) -> None:
    first = offices[0].application()
    session.add(first)
    session.commit()
    again = offices[0].application(person=first.person)
    _refused(session, again, r"plan_id_id_type_id_no|plan_id, .*id_type, .*id_no")
    session.add(offices[1].application(person=first.person))
    session.flush()


def test_drafts_have_no_number_and_numbers_are_unique(
    session: ActorSession, offices: tuple[Office, Office]
) -> None:
    session.add_all([offices[0].application() for _ in range(2)])
    session.add(offices[0].application(**SUBMITTED))
    session.commit()
    _refused(session, offices[0].application(**SUBMITTED), "apply_no")


def test_deleting_a_draft_takes_its_parts_along(
    session: ActorSession, offices: tuple[Office, Office]
) -> None:
    draft = offices[0].application(
        resumes=[ApplicationResume(start_month=date(2020, 1, 1), unit="某中学")],
        materials=[ApplicationMaterial(material_code="ID")],
    )
    session.add(draft)
    session.commit()
    session.delete(draft)
    session.commit()
    for part in (ApplicationResume, ApplicationMaterial):
        assert session.scalar(select(func.count()).select_from(part)) == 0


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"apply_end": START}, "apply_ordered"),
        ({"apply_start": START + 15 * DAY, "apply_end": START + 16 * DAY}, "starts_after_apply"),
        ({"apply_end": START + 35 * DAY}, "confirm_ends_after_apply"),
        ({"decide_start": START + 5 * DAY}, "decide_starts_after_confirm"),
        ({"confirm_end": START + 55 * DAY}, "decide_ends_after_confirm"),
        ({"material_deadline": START}, "deadline_after_confirm"),
        ({"kind": "other"}, "kind_known"),
        ({"batch_no": 0}, "batch_no_two_digits"),
    ],
)
def test_plan_is_refused(
    session: ActorSession, offices: tuple[Office, Office], values: dict[str, Any], constraint: str
) -> None:
    plan = make_plan(offices[0].authority, **({"batch_no": 2} | values))
    _refused(session, plan, constraint)


def test_half_a_site_window_is_refused(
    session: ActorSession, offices: tuple[Office, Office]
) -> None:
    row = SiteArrangement(plan=offices[0].plan, site=offices[1].site, confirm_start=START)
    _refused(session, row, "confirm_both_or_neither")


def _credential(person: Person, **values: Any) -> PersonCredential:
    base = {"kind": "putonghua", "number": "P1", "mode": "verified", "verify_status": "passed"}
    return PersonCredential(person=person, **(base | values))


def test_manual_credential_needs_a_picture_unless_pending_or_fresh_graduate(
    session: ActorSession,
) -> None:
    person = make_person()
    manual = {"mode": "manual", "number": None}
    session.add(_credential(person, **manual, verify_status="pending"))
    session.add(_credential(person, **manual, is_fresh_graduate=True))
    session.commit()
    _refused(session, _credential(person, **manual), "manual_has_picture")


def test_only_verified_credentials_are_unique(session: ActorSession) -> None:
    session.add_all([_credential(make_person(), verify_status="pending") for _ in range(2)])
    session.add(_credential(make_person()))
    session.commit()
    _refused(session, _credential(make_person()), r"verified|kind, .*number")


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"effective_to": date(2025, 1, 1)}, "period_ordered"),
        ({"type": "forfeited", "effective_to": date(2030, 1, 1)}, "forfeited_is_for_life"),
        ({"review_state": "reviewed"}, "review_is_dated"),
        ({"review_state": "lifted"}, "lift_is_dated"),
    ],
)
def test_restriction_is_refused(
    session: ActorSession, offices: tuple[Office, Office], values: dict[str, Any], constraint: str
) -> None:
    base = {"name": "某", "id_no": "E1", "type": "exam_cheat", "effective_from": date(2026, 1, 1)}
    _refused(session, RestrictionEntry(org=offices[0].authority, **(base | values)), constraint)


def test_certificate_issued_here_needs_its_application(
    session: ActorSession, offices: tuple[Office, Office]
) -> None:
    person = make_person()
    row = Certificate(
        cert_no="20261100131000001",
        cert_no_raw="20261100131000001",
        person=person,
        org=offices[0].authority,
        name=person.name,
        id_type=person.id_type,
        id_no=person.id_no,
        sex="1",
        birth_date=person.birth_date,
        qualification_type=3,
        subject_name="语文",
        org_name="某局",
        issued_on=date(2026, 6, 1),
    )
    _refused(session, row, "issued_here_is_complete")


@pytest.fixture
def applied(session: ActorSession, offices: tuple[Office, Office]) -> CertificationApplication:
    """Return an application at the first office, with a credential of its person."""
    row = offices[0].application()
    session.add_all([row, _credential(row.person)])
    session.commit()
    return row


def _sees(session: ActorSession, cls: type[Any]) -> int:
    found = session.scalar(select(func.count()).select_from(cls)) or 0
    session.rollback()
    return found


@pytest.mark.usefixtures("applied")
@pytest.mark.parametrize("cls", [CertificationApplication, Person, PersonCredential])
def test_persons_and_credentials_are_seen_where_the_application_is(
    session_of: SessionOf, offices: tuple[Office, Office], cls: type[Any]
) -> None:
    here, elsewhere = offices
    assert _sees(session_of(here.actor()), cls) == 1
    assert _sees(session_of(here.site_actor()), cls) == 1
    assert _sees(session_of(elsewhere.actor()), cls) == 0
    assert _sees(session_of(elsewhere.site_actor()), cls) == 0


def test_person_made_by_staff_needs_the_right_to_make_applications(
    session_of: SessionOf, offices: tuple[Office, Office]
) -> None:
    allowed = session_of(offices[0].actor(MAKES_PERSONS))
    allowed.add(make_person())
    allowed.flush()
    allowed.rollback()
    refused = session_of(offices[0].actor())
    refused.add(make_person())
    with pytest.raises(ScopeBreach, match="another organisation"):
        refused.flush()


@pytest.mark.parametrize("cls", [Person, PersonCredential])
@pytest.mark.parametrize(
    ("who", "sees", "changes"),
    [
        ("own authority", True, True),
        ("own site", True, True),
        ("province", True, False),
        ("centre of the province", True, True),
        ("other authority", False, False),
        ("other site", False, False),
    ],
)
def test_the_truth_table_of_persons_and_credentials(
    session_of: SessionOf,
    offices: tuple[Office, Office],
    applied: CertificationApplication,
    cls: type[Any],
    who: str,
    sees: bool,
    changes: bool,
) -> None:
    """Reading reaches the branch, writing one's own office only (reading 3)."""
    staff = session_of(_staff(who, *offices))
    key = applied.person_id if cls is Person else 1
    assert (staff.get(cls, key) is not None) is sees
    row = staff.get_one(cls, key, execution_options={"unscoped": "test"})
    if cls is Person:
        row.phone = "010"
    else:
        row.institution = "某大学"
    if changes:
        staff.flush()
    else:
        with pytest.raises(ScopeBreach, match="another organisation"):
            staff.flush()
    staff.rollback()


def _staff(who: str, here: Office, elsewhere: Office) -> Actor:
    province = here.authority.parent
    assert province is not None
    above = Actor("above", org_id=province.id, org_path=province.path, authority_id=province.id)
    return {
        "own authority": here.actor(),
        "own site": here.site_actor(),
        "province": above,
        "centre of the province": replace(above, acts_in_subtree=True),
        "other authority": elsewhere.actor(),
        "other site": elsewhere.site_actor(),
    }[who]

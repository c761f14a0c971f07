"""Facts that keep an application where it is, one by one (schema §3.1, reading 18)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from models.base.session import ActorSession
from models.batch.operations import commit, pin_ids, preview
from models.certification.tables import CertificationApplication
from models.people.tables import PersonCredential
from models.planning.tables import WorkPlan
from models.reference.tables import Org
from tests.factories.accounts import make_actor
from tests.factories.certification import World, make_application, make_person
from tests.support.certifying import act, outcomes, reasons
from tests.support.databases import SessionOf


@pytest.mark.parametrize(
    ("verify_status", "is_settled"),
    [("passed", True), ("not_required", True), ("pending", False), ("rejected", False)],
)
def test_credentials_must_be_settled(
    verify_status: str,
    is_settled: bool,
    world: World,
    system: ActorSession,
    session_of: SessionOf,
) -> None:
    record = make_application(system, world.here, "submitted")
    approvable = make_application(system, world.here, "confirmed")
    for each in (record, approvable):
        system.add(
            PersonCredential(
                person_id=each.person_id,
                kind="putonghua",
                mode="verified",
                verify_status=verify_status,
            )
        )
    system.commit()
    actor = world.here.authority
    session = session_of(actor)
    judged = (
        reasons(session, actor, record)["confirm"],
        reasons(session, actor, approvable)["approve"],
    )
    expected = "A credential of the person is not verified, or was rejected. Verify it first."
    assert judged == ((None, None) if is_settled else (expected, expected))


@pytest.mark.parametrize(
    ("change", "action", "state", "code"),
    [
        ({"status": "draft"}, "submit", "draft", "plan_open"),
        ({"status": "closed"}, "submit", "draft", "plan_open"),
        ({"join_in": False}, "submit", "draft", "plan_open"),
        ({"is_open": False}, "submit", "draft", "plan_open"),
        ({"is_open": False}, "confirm", "submitted", "done"),
        ({"status": "closed"}, "confirm", "submitted", "plan"),
        ({"status": "closed"}, "approve", "confirmed", "plan"),
        ({"status": "closed"}, "assign_numbers", "approved_unnumbered", "done"),
        ({"status": "archived"}, "assign_numbers", "approved_unnumbered", "plan"),
    ],
)
def test_the_plan_must_be_in_the_right_state(
    change: dict[str, Any],
    action: str,
    state: str,
    code: str,
    world: World,
    system: ActorSession,
    session_of: SessionOf,
) -> None:
    record = make_application(system, world.here, state)
    own = update(WorkPlan).where(WorkPlan.id == world.here.plan.id)
    system.execute(own.values(change), execution_options={"set_wise": "test"})
    system.commit()
    actor = world.here.authority
    session = session_of(actor)
    assert outcomes(session, act(session, actor, action, record)) == {record.id: code}


@pytest.mark.parametrize(
    ("action", "state", "traits", "code"),
    [
        ("submit", "draft", {"mobile": ""}, "incomplete"),
        ("submit", "draft", {"edu_level_code": None}, "incomplete"),
        ("submit", "draft", {"qualification_type": 7}, "type"),
        ("approve", "confirmed", {"qualification_type": 7}, "type"),
        ("assign_numbers", "approved_unnumbered", {"qualification_type": 7}, "done"),
        ("assign_numbers", "approved_unnumbered", {"sex": "9"}, "sex"),
        ("assign_numbers", "approved_unnumbered", {"sex": "0"}, "sex"),
        ("assign_numbers", "approved_unnumbered", {"sex": "2"}, "done"),
    ],
)
def test_what_the_row_itself_lacks_is_named(
    action: str,
    state: str,
    traits: dict[str, Any],
    code: str,
    world: World,
    system: ActorSession,
    session_of: SessionOf,
) -> None:
    record = make_application(system, world.here, state, **traits)
    system.commit()
    actor = world.here.authority
    session = session_of(actor)
    assert outcomes(session, act(session, actor, action, record)) == {record.id: code}


def test_the_plan_must_be_the_authoritys_own(
    world: World, system: ActorSession, session_of: SessionOf
) -> None:
    there = world.there
    elsewhere: dict[str, Any] = {"arrangement_id": there.arrangement.id, "site_id": there.site.id}
    other_plan = make_application(system, world.here, plan_id=there.plan.id, **elsewhere)
    system.commit()
    actor = world.here.authority
    session = session_of(actor)
    done = act(session, actor, "submit", other_plan)
    assert outcomes(session, done) == {other_plan.id: "plan_open"}


def test_a_site_that_takes_no_part_any_more_accepts_nobody(
    world: World, system: ActorSession, session_of: SessionOf
) -> None:
    record = make_application(system, world.here)
    world.here.arrangement.enabled = False
    system.commit()
    actor = world.here.authority
    session = session_of(actor)
    assert outcomes(session, act(session, actor, "submit", record)) == {record.id: "site"}


def test_numbers_need_the_authoritys_code(
    world: World, system: ActorSession, session_of: SessionOf
) -> None:
    record = make_application(system, world.here, "approved_unnumbered")
    world.here.org.is_certifying = False
    system.commit()
    actor = world.here.authority
    session = session_of(actor)
    batch = act(session, actor, "assign_numbers", record)
    assert outcomes(session, batch) == {record.id: "authority_code"}


def test_a_second_application_in_the_year_is_a_warning_and_by_configuration_a_refusal(
    world: World, system: ActorSession, session_of: SessionOf
) -> None:
    person = make_person(system)
    make_application(system, world.there, "submitted", person=person)
    records = [make_application(system, world.here, "confirmed", person=person)]
    records.append(make_application(system, world.here, "confirmed"))
    system.commit()
    actor = world.here.authority
    strict = session_of(actor)
    strict.info["strict"] = frozenset({"elsewhere_this_year"})
    refused = outcomes(strict, act(strict, actor, "approve", *records))
    assert refused == {records[0].id: "elsewhere_this_year", records[1].id: "done"}
    session = session_of(actor)
    batch = pin_ids(session, actor, CertificationApplication, "approve", [records[0].id])
    shown = preview(session, batch)
    assert (shown.ready, shown.refused) == (1, ())
    assert [(group.code, group.count, str(group.reason)) for group in shown.warnings] == [
        ("elsewhere_this_year", 1, "The person has another application in the same year.")
    ]
    assert outcomes(session, commit(session, batch)) == {records[0].id: "done"}


def test_a_draft_elsewhere_or_another_year_is_no_second_application(
    world: World, system: ActorSession, session_of: SessionOf
) -> None:
    drafted, earlier = make_person(system), make_person(system)
    make_application(system, world.there, "draft", person=drafted)
    make_application(system, world.there, "submitted", person=earlier)
    world.there.plan.year = 2025
    records = [
        make_application(system, world.here, "confirmed", person=person)
        for person in (drafted, earlier)
    ]
    system.commit()
    actor = world.here.authority
    session = session_of(actor)
    session.info["strict"] = frozenset({"elsewhere_this_year"})
    assert set(outcomes(session, act(session, actor, "approve", *records)).values()) == {"done"}


def test_an_office_above_may_look_and_not_act(
    world: World, system: ActorSession, session_of: SessionOf
) -> None:
    record = make_application(system, world.here, "confirmed")
    above = make_actor(system, "authority", system.get_one(Org, world.here.org.parent_id))
    system.commit()
    session = session_of(above)
    look_only = "It belongs to another organisation: you may look at it only."
    assert reasons(session, above, record)["approve"] == look_only
    assert outcomes(session, act(session, above, "approve", record)) == {record.id: "elsewhere"}


def test_the_centre_acts_in_its_whole_branch(
    world: World, system: ActorSession, session_of: SessionOf
) -> None:
    records = [
        make_application(system, office, "confirmed") for office in (world.here, world.there)
    ]
    system.commit()
    session = session_of(world.centre)
    done = act(session, world.centre, "approve", *records)
    assert set(outcomes(session, done).values()) == {"done"}

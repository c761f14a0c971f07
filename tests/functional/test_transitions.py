"""The machine of applications, walked pair by pair on both databases (schema §3.1)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from models import clock
from models.audit.tables import AuditLog
from models.base.session import ActorSession
from models.certification.choices import CertStatus, MaterialState
from models.certification.states import MACHINE
from models.certification.tables import CertificationApplication
from models.certification.tables_certificate import Certificate
from models.certification.tables_parts import ApplicationMaterial
from models.errors import BadInput, Forbidden, NotFound
from models.messaging.tables import Message
from models.workflow.engine import judge_record
from models.workflow.tables import WorkflowLog
from tests.factories.certification import World, make_application, make_material
from tests.support.certifying import INPUTS, act, outcomes, reasons, status
from tests.support.databases import SessionOf

#: What the tables of the schema say, written down a second time on purpose.
MOVES: dict[str, dict[str, str]] = {
    "submit": {"draft": "submitted"},
    "confirm": dict.fromkeys(
        ("submitted", "materials_incomplete", "confirm_rejected"), "confirmed"
    ),
    "mark_incomplete": dict.fromkeys(("submitted", "confirmed"), "materials_incomplete"),
    "reject_confirmation": dict.fromkeys(("submitted", "materials_incomplete"), "confirm_rejected"),
    "reopen_confirmation": {"confirm_rejected": "submitted"},
    "approve": {"confirmed": "approved_unnumbered"},
    "refuse": {"confirmed": "review_rejected"},
    "assign_numbers": {"approved_unnumbered": "approved_numbered"},
    "withdraw_approval": {"approved_unnumbered": "confirmed"},
    "reopen_review": {"review_rejected": "confirmed"},
}
AT_SITE = ("confirm", "mark_incomplete", "reject_confirmation")


def test_the_table_names_every_transition() -> None:
    assert list(MOVES) == [transition.name for transition in MACHINE.transitions]


@pytest.mark.parametrize("action", MOVES)
def test_each_state_moves_as_the_schema_says_and_no_other(
    action: str, world: World, system: ActorSession, session_of: SessionOf
) -> None:
    by_state = {
        state.value: make_application(system, world.here, state.value) for state in CertStatus
    }
    system.commit()
    session = session_of(world.here.authority)
    batch = act(session, world.here.authority, action, *by_state.values())
    expected = {
        application.id: "done" if state in MOVES[action] else f"state:{state}"
        for state, application in by_state.items()
    }
    assert outcomes(session, batch) == expected
    for state, application in by_state.items():
        assert status(session, application) == MOVES[action].get(state, state)
    assert (batch.done_count, batch.refused_count) == (len(MOVES[action]), 8 - len(MOVES[action]))


@pytest.mark.parametrize("state", CertStatus)
def test_buttons_say_the_same_as_the_engine(
    state: CertStatus, world: World, system: ActorSession, session_of: SessionOf
) -> None:
    application = make_application(system, world.here, state.value)
    system.commit()
    actor = world.here.authority
    judged = reasons(session_of(actor), actor, application)
    in_words = f"Its state is “{state.label.en}”."
    assert judged == {
        action: None if state.value in moves else in_words for action, moves in MOVES.items()
    }


def test_a_site_has_three_buttons_and_none_on_a_draft(
    world: World, system: ActorSession, session_of: SessionOf
) -> None:
    draft = make_application(system, world.here)
    submitted = make_application(system, world.here, "submitted")
    system.commit()
    site, session = world.here.confirm, session_of(world.here.confirm)
    assert reasons(session, site, draft) == dict.fromkeys(AT_SITE, "Its state is “Not submitted”.")
    assert reasons(session, site, submitted) == dict.fromkeys(AT_SITE)


def test_another_offices_record_is_not_there(
    world: World, system: ActorSession, session_of: SessionOf
) -> None:
    foreign = make_application(system, world.there, "submitted")
    system.commit()
    with pytest.raises(NotFound, match="There is no such record"):
        judge_record(session_of(world.here.authority), MACHINE, world.here.authority, foreign.id)


@pytest.mark.parametrize("action", [name for name in MOVES if name not in AT_SITE])
def test_a_site_may_not_do_what_is_the_authoritys(
    action: str, world: World, system: ActorSession, session_of: SessionOf
) -> None:
    application = make_application(system, world.here, next(iter(MOVES[action])))
    system.commit()
    with pytest.raises(Forbidden, match="Your role may not do this"):
        act(session_of(world.here.confirm), world.here.confirm, action, application)


@pytest.mark.parametrize("action", [name for name in MOVES if name in INPUTS])
def test_what_a_transition_asks_for_is_needed(
    action: str, world: World, system: ActorSession, session_of: SessionOf
) -> None:
    application = make_application(system, world.here, next(iter(MOVES[action])))
    system.commit()
    session = session_of(world.here.authority)
    for name in INPUTS[action]:
        given = {key: value for key, value in INPUTS[action].items() if key != name}
        with pytest.raises(BadInput, match="is needed") as refused:
            act(session, world.here.authority, action, application, inputs=given | {"x": "1"})
        assert refused.value.field == name.removeprefix("input_")
        session.rollback()
    assert status(session, application) == next(iter(MOVES[action]))


def test_a_typed_last_day_ends_at_midnight_in_shanghai(
    world: World, system: ActorSession, session_of: SessionOf
) -> None:
    record = make_application(system, world.here, "submitted")
    make_material(system, record, "degree_certificate", required=False, state="pending")
    system.commit()
    session = session_of(world.here.confirm)
    inputs = INPUTS["mark_incomplete"] | {"input_missing": ["photo", "degree_certificate"]}
    act(session, world.here.confirm, "mark_incomplete", record, inputs=inputs)
    stored = session.get_one(CertificationApplication, record.id)
    assert stored.material_deadline == datetime.fromisoformat("2026-12-21T00:00:00+08:00")
    assert stored.status_note == "缺照片"
    states = select(ApplicationMaterial.material_code, ApplicationMaterial.state)
    found = dict(
        session.execute(states.where(ApplicationMaterial.application_id == record.id)).all()
    )
    assert found == {
        "id_document": "received",
        "photo": "missing",
        "degree_certificate": "missing",
    }
    letter = session.scalars(select(Message)).one()
    assert letter.recipient_person_id == record.person_id
    assert letter.subject == "申请材料不全"
    assert letter.body == "缺照片\n学位证书、照片\n2026-12-21 00:00"


@pytest.mark.parametrize(
    ("action", "state", "inputs", "note", "told"),
    [
        (
            "mark_incomplete",
            "submitted",
            INPUTS["mark_incomplete"] | {"input_missing": ["photo", "degree_certificate"]},
            "缺少的材料：学位证书、照片；补全截止日期：2026-12-20；缺照片",
            {"input_missing": [None, "学位证书、照片"], "input_deadline": [None, "2026-12-20"]},
        ),
        (
            "mark_incomplete",
            "submitted",
            INPUTS["mark_incomplete"] | {"input_reason": "缺" * 500},
            f"缺少的材料：照片；补全截止日期：2026-12-20；{'缺' * 500}"[:500],
            {"input_missing": [None, "照片"], "input_deadline": [None, "2026-12-20"]},
        ),
        ("refuse", "confirmed", {"input_reason": "学历不符"}, "学历不符", {}),
        (
            "approve",
            "confirmed",
            {"input_opinion": "同意"},
            "同意",
            {"input_opinion": [None, "同意"]},
        ),
        (
            "confirm",
            "submitted",
            {"input_complete": "1"},
            "材料齐全：是",
            {"input_complete": [None, "是"]},
        ),
        ("approve", "confirmed", {}, None, {}),
    ],
)
def test_history_and_trail_keep_what_was_typed(
    action: str,
    state: str,
    inputs: dict[str, Any],
    note: str | None,
    told: dict[str, list[str | None]],
    world: World,
    system: ActorSession,
    session_of: SessionOf,
) -> None:
    record = make_application(system, world.here, state)
    system.commit()
    actor = world.here.authority
    session = session_of(actor)
    batch = act(session, actor, action, record, inputs=inputs)
    logged = select(WorkflowLog.note).where(
        WorkflowLog.batch_id == batch.id, WorkflowLog.machine == MACHINE.name
    )
    assert session.scalars(logged).all() == [note]
    trail = session.scalars(select(AuditLog).where(AuditLog.batch_id == batch.id)).one()
    changes = trail.changes or {}
    assert {name: pair for name, pair in changes.items() if name.startswith("input_")} == told
    assert trail.reason == inputs.get("input_reason")


def test_a_missing_material_that_nobody_listed_is_put_on_the_list(
    world: World, system: ActorSession, session_of: SessionOf
) -> None:
    record = make_application(system, world.here, "submitted")
    system.commit()
    session = session_of(world.here.confirm)
    inputs = INPUTS["mark_incomplete"] | {"input_missing": ["degree_certificate"]}
    act(session, world.here.confirm, "mark_incomplete", record, inputs=inputs)
    added = session.scalars(
        select(ApplicationMaterial).where(ApplicationMaterial.material_code == "degree_certificate")
    ).one()
    assert (added.state, added.required) == (MaterialState.missing, True)


def test_submitting_makes_the_check_list_and_confirming_ticks_it(
    world: World, system: ActorSession, session_of: SessionOf
) -> None:
    record = make_application(system, world.here)
    system.commit()
    act(session_of(world.here.authority), world.here.authority, "submit", record)
    site = session_of(world.here.confirm)
    bare = act(site, world.here.confirm, "confirm", record)
    assert outcomes(site, bare) == {record.id: "materials:id_document"}
    done = act(site, world.here.confirm, "confirm", record, inputs={"input_complete": "1"})
    assert outcomes(site, done) == {record.id: "done"}
    listed = site.scalars(select(ApplicationMaterial).order_by(ApplicationMaterial.id)).all()
    assert [(each.material_code, each.required, each.state) for each in listed] == [
        ("degree_certificate", False, "received"),
        ("id_document", True, "received"),
        ("photo", True, "received"),
    ]
    assert all(each.checked_by == world.here.confirm.user_id for each in listed)


def test_a_missing_material_is_not_ticked_by_saying_that_all_are_there(
    world: World, system: ActorSession, session_of: SessionOf
) -> None:
    record = make_application(system, world.here, "submitted")
    make_material(system, record, "degree_certificate", state="missing")
    system.commit()
    session = session_of(world.here.confirm)
    batch = act(session, world.here.confirm, "confirm", record, inputs={"input_complete": "1"})
    assert outcomes(session, batch) == {record.id: "materials:degree_certificate"}


def test_a_whole_life_leaves_a_history_and_a_certificate(
    world: World, system: ActorSession, session_of: SessionOf
) -> None:
    record = make_application(system, world.here)
    system.commit()
    session, actor = session_of(world.here.authority), world.here.authority
    act(session, actor, "submit", record)
    act(session, actor, "confirm", record, inputs={"input_complete": "1"})
    for action in ("approve", "withdraw_approval", "approve", "assign_numbers"):
        act(session, actor, action, record)
    logs = select(WorkflowLog).where(WorkflowLog.machine == "certification")
    history = [
        (log.from_state, log.action, log.to_state)
        for log in session.scalars(logs.order_by(WorkflowLog.id))
    ]
    assert history == [
        ("draft", "submit", "submitted"),
        ("submitted", "confirm", "confirmed"),
        ("confirmed", "approve", "approved_unnumbered"),
        ("approved_unnumbered", "withdraw_approval", "confirmed"),
        ("confirmed", "approve", "approved_unnumbered"),
        ("approved_unnumbered", "assign_numbers", "approved_numbered"),
    ]
    certificate = session.scalars(select(Certificate)).one()
    code = world.here.org.cert_org_code
    assert certificate.cert_no == f"202637{code}31000001"
    assert certificate.issued_on == clock.today()
    stored = session.get_one(CertificationApplication, record.id)
    assert (stored.version, stored.updated_by) == (7, actor.user_id)
    assert stored.apply_no == f"B202637{code}01000001"
    assert stored.receipt_no == f"SL202637{code}000001"
    assert certificate.application_id == record.id

"""Undo: what a batch changed comes back, from its before-images, by who may, as long as nobody
has touched it since (reading 11).
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Select, func, select

from models import clock
from models.audit.tables import AuditLog
from models.base.actor import Actor
from models.base.session import UNDO_HOURS, ActorSession
from models.batch import undoing
from models.batch.operations import cancel, commit, preview
from models.batch.tables import Batch, BatchRow
from models.batch.undoing import undo
from models.certification.states import MACHINE
from models.certification.tables import CertificationApplication
from models.certification.tables_parts import ApplicationMaterial
from models.errors import Conflict
from models.messaging.tables import Message
from models.planning.tables import WorkPlan
from models.workflow.tables import WorkflowLog
from tests.factories.certification import AT, World, make_application, make_material
from tests.support.certifying import act, outcomes, status
from tests.support.databases import SessionOf
from tests.support.undoing import facts, offered, refused, stored, take_back

#: Every transition with a state that it starts from, and whether it can be undone; written down a
#: second time on purpose.
UNDOABLE = {
    "submit": ("draft", False),
    "confirm": ("submitted", True),
    "mark_incomplete": ("confirmed", True),
    "reject_confirmation": ("materials_incomplete", True),
    "reopen_confirmation": ("confirm_rejected", True),
    "approve": ("confirmed", True),
    "refuse": ("confirmed", True),
    "assign_numbers": ("approved_unnumbered", False),
    "withdraw_approval": ("approved_unnumbered", True),
    "reopen_review": ("review_rejected", True),
}
CAN = [name for name, (_state, can) in UNDOABLE.items() if can]
CANNOT = [name for name in UNDOABLE if name not in CAN]


@pytest.fixture
def actor(world: World) -> Actor:
    return world.here.authority


@pytest.fixture
def session(actor: Actor, session_of: SessionOf) -> ActorSession:
    return session_of(actor)


def make(
    system: ActorSession, world: World, state: str, count: int = 1
) -> list[CertificationApplication]:
    made = [make_application(system, world.here, state) for _ in range(count)]
    system.commit()
    return made


def told_of(session: ActorSession, batch: Batch) -> AuditLog:
    wanted = select(AuditLog).where(AuditLog.batch_id == batch.id)
    return session.scalars(wanted, execution_options={"unscoped": "test"}).one()


def material_of(record: CertificationApplication, code: str = "photo") -> Select[Any]:
    own = ApplicationMaterial.application_id == record.id
    return select(ApplicationMaterial).where(own, ApplicationMaterial.material_code == code)


def count(session: ActorSession, what: Any, *which: Any) -> int:
    found = session.scalar(
        select(func.count()).select_from(what).where(*which),
        execution_options={"unscoped": "test"},
    )
    session.rollback()
    return found or 0


def test_the_table_names_every_transition() -> None:
    assert {t.name: t.undoable for t in MACHINE.transitions} == {
        name: can for name, (_state, can) in UNDOABLE.items()
    }


@pytest.mark.parametrize("action", CAN)
def test_every_column_comes_back(
    action: str, world: World, system: ActorSession, session: ActorSession, actor: Actor
) -> None:
    (record,) = make(system, world, UNDOABLE[action][0])
    before = stored(session, record)
    done = act(session, actor, action, record)
    assert stored(session, record) != before
    undone = take_back(session, actor, done)
    assert outcomes(session, undone) == {record.id: "done"}
    after = stored(session, record)
    issued = {"receipt_no"} if action == "confirm" else set()  # never taken back
    assert {name for name in after if after[name] != before[name]} == issued
    assert facts(session, done) == ("undone", 1)


@pytest.mark.parametrize("action", CANNOT)
def test_what_is_not_declared_cannot_be_undone(
    action: str, world: World, system: ActorSession, session: ActorSession, actor: Actor
) -> None:
    (record,) = make(system, world, UNDOABLE[action][0])
    done = act(session, actor, action, record)
    assert done.done_count == 1
    assert offered(session, actor, done) is None
    assert re.search("This action cannot be undone", refused(session, actor, done))


def test_an_undo_is_a_batch_with_history_and_one_row_of_the_trail(
    world: World, system: ActorSession, session: ActorSession, actor: Actor
) -> None:
    records = make(system, world, "confirmed", 3)
    done = act(session, actor, "approve", *records)
    trail = count(session, AuditLog)
    undone = take_back(session, actor, done, inputs={"input_reason": "选错了"})
    assert (undone.kind, undone.action, undone.undo_of_id) == ("undo", "undo_approve", done.id)
    assert (undone.pinned_count, undone.done_count) == (3, 3)
    session.rollback()
    log = select(WorkflowLog).where(WorkflowLog.batch_id == undone.id)
    steps = session.scalars(log.order_by(WorkflowLog.entity_id)).all()
    assert [(s.entity_id, s.action, s.from_state, s.to_state, s.note) for s in steps] == [
        (record.id, "undo_approve", "approved_unnumbered", "confirmed", "选错了")
        for record in records
    ]
    session.rollback()
    assert count(session, AuditLog) == trail + 1
    row = told_of(session, undone)
    assert row.event == "certification:certification_application:undo_approve"
    assert (row.reason, row.changes) == ("选错了", {"undo_of": [None, done.id], "done": [None, 3]})


def test_the_trail_tells_of_one_record_what_it_was_and_is(
    world: World, system: ActorSession, session: ActorSession, actor: Actor
) -> None:
    (record,) = make(system, world, "confirmed")
    undone = take_back(session, actor, act(session, actor, "approve", record))
    row = told_of(session, undone)
    assert (row.entity_id, row.entity_text) == (record.id, f"{record.apply_no} {record.name}")
    assert row.changes
    assert row.changes["status"] == ["approved_unnumbered", "confirmed"]


def test_rows_that_moved_on_are_listed_and_left(
    world: World, system: ActorSession, session: ActorSession, actor: Actor
) -> None:
    still, moved, edited, gone_on = make(system, world, "confirmed", 4)
    done = act(session, actor, "approve", still, moved, edited, gone_on)
    act(session, actor, "assign_numbers", moved)
    act(session, actor, "withdraw_approval", gone_on)
    session.get_one(CertificationApplication, edited.id).address = "新地址"
    session.commit()
    shown = undo(session, actor, done.id)
    found = preview(session, shown)
    assert [(g.outcome, g.count) for g in found.groups] == [("ready", 1), ("changed", 3)]
    assert "changed after it was selected" in str(found.refused[0].reason)
    commit(session, shown)
    session.commit()
    states = [status(session, each) for each in (still, moved, edited, gone_on)]
    assert states == ["confirmed", "approved_numbered", "approved_unnumbered", "confirmed"]
    assert facts(session, done) == ("done", 1)


def test_a_change_between_preview_and_commit_is_seen(
    world: World, system: ActorSession, session: ActorSession, actor: Actor
) -> None:
    first, second = make(system, world, "confirmed", 2)
    done = act(session, actor, "approve", first, second)
    shown = undo(session, actor, done.id)
    assert preview(session, shown).ready == 2
    session.commit()
    act(session, actor, "withdraw_approval", first)
    commit(session, shown)
    session.commit()
    assert outcomes(session, shown) == {first.id: "changed", second.id: "done"}


def test_a_batch_is_undone_once(
    world: World, system: ActorSession, session: ActorSession, actor: Actor
) -> None:
    (record,) = make(system, world, "confirmed")
    done = act(session, actor, "approve", record)
    early = undo(session, actor, done.id)  # two were begun before either was carried out
    preview(session, early)
    session.commit()
    take_back(session, actor, done)
    with pytest.raises(Conflict, match="was undone already"):
        commit(session, early)
    session.rollback()
    assert re.search("was undone already", refused(session, actor, done))
    assert offered(session, actor, done) is None
    session.rollback()
    assert status(session, record) == "confirmed"


def test_pressing_an_undo_twice_shows_the_same_result(
    world: World, system: ActorSession, session: ActorSession, actor: Actor
) -> None:
    (record,) = make(system, world, "confirmed")
    undone = take_back(session, actor, act(session, actor, "approve", record))
    again = commit(session, undone)
    assert (again.id, again.state, again.done_count) == (undone.id, "done", 1)
    session.rollback()
    assert count(session, WorkflowLog, WorkflowLog.batch_id == undone.id) == 1


def test_an_undo_is_not_undone(
    world: World, system: ActorSession, session: ActorSession, actor: Actor
) -> None:
    (record,) = make(system, world, "confirmed")
    undone = take_back(session, actor, act(session, actor, "approve", record))
    assert offered(session, actor, undone) is None
    assert re.search("cannot be undone", refused(session, actor, undone))


def test_a_batch_that_was_not_carried_out_is_not_undone(
    world: World, system: ActorSession, session: ActorSession, actor: Actor
) -> None:
    (record,) = make(system, world, "confirmed")
    done = act(session, actor, "approve", record)
    begun = undo(session, actor, done.id)
    cancel(session, begun)
    session.commit()
    assert offered(session, actor, done) is not None
    pinned = act(session, actor, "refuse", record, inputs={"input_reason": "x"})
    assert pinned.done_count == 0
    assert re.search("Nothing of this can be undone", refused(session, actor, pinned))


def test_one_record_after_another_until_nothing_is_left(
    world: World, system: ActorSession, session: ActorSession, actor: Actor
) -> None:
    first, second, third = make(system, world, "confirmed", 3)
    done = act(session, actor, "approve", first, second, third)
    one = take_back(session, actor, done, second)
    assert outcomes(session, one) == {second.id: "done"}
    assert facts(session, done) == ("done", 1)
    assert re.search("Nothing of this can be undone", refused(session, actor, done, second))
    rest = take_back(session, actor, done)
    assert outcomes(session, rest) == {first.id: "done", third.id: "done"}
    assert facts(session, done) == ("undone", 3)
    rows = session.scalars(select(BatchRow).where(BatchRow.batch_id == done.id))
    assert {row.row_id: row.undone_by_id for row in rows} == {
        first.id: rest.id,
        second.id: one.id,
        third.id: rest.id,
    }


def test_the_time_for_it_ends_whatever_the_window(
    world: World, system: ActorSession, session: ActorSession, actor: Actor
) -> None:
    first, second = make(system, world, "confirmed", 2)
    with clock.held(world.here.plan.decide_end - timedelta(hours=1)):
        one = act(session, actor, "approve", first)
        two = act(session, actor, "approve", second)
    late = world.here.plan.decide_end + timedelta(hours=22)
    with clock.held(late):
        assert take_back(session, actor, one).done_count == 1
    with clock.held(late + timedelta(hours=1)):
        with pytest.raises(Conflict, match=r"could be undone until 2026-\d\d-\d\d \d\d:\d\d"):
            undo(session, actor, two.id)
        session.info[UNDO_HOURS] = 48
        assert undo(session, actor, two.id).pinned_count == 1


def test_a_preview_does_not_lengthen_the_time(
    world: World, system: ActorSession, session: ActorSession, actor: Actor
) -> None:
    (record,) = make(system, world, "confirmed")
    done = act(session, actor, "approve", record)
    with clock.held(AT + timedelta(hours=23)):
        shown = undo(session, actor, done.id)
        preview(session, shown)
    assert shown.expires_at == AT + timedelta(hours=24)
    with clock.held(AT + timedelta(hours=24)), pytest.raises(Conflict, match="could be undone"):
        commit(session, shown)


def test_the_starter_needs_the_right_still(
    world: World, system: ActorSession, session: ActorSession, actor: Actor, session_of: SessionOf
) -> None:
    (record,) = make(system, world, "confirmed")
    key = act(session, actor, "approve", record).id
    session.rollback()
    poor = replace(actor, grants=frozenset({"batch:*"}))
    assert "by who started it" in refused(session_of(poor), poor, key)


def test_who_may_do_the_reverse_may_undo_and_others_do_not_know_of_it(
    world: World, system: ActorSession, session: ActorSession, actor: Actor, session_of: SessionOf
) -> None:
    (record,) = make(system, world, "submitted")
    site = world.here.confirm
    at_site = session_of(site)
    key = act(at_site, site, "reject_confirmation", record).id
    at_site.rollback()
    stranger = world.there.authority
    # He may do the reverse, but not to this record.
    assert "Nothing of this" in refused(session_of(stranger), stranger, key)
    reader = replace(actor, grants=frozenset({"batch:*", "certification:*:view"}))
    assert "by who started it" in refused(session_of(reader), reader, key)
    nobody = replace(stranger, grants=frozenset({"batch:batch:undo"}))
    assert refused(session_of(nobody), nobody, key) == "There is no such batch."
    assert take_back(session, actor, key).done_count == 1  # by reopening one's right
    assert status(session, record) == "submitted"


def test_materials_come_back_too(
    world: World, system: ActorSession, session: ActorSession, actor: Actor
) -> None:
    (record,) = make(system, world, "submitted")
    material = make_material(system, record, "degree_certificate", state="pending")
    system.commit()
    before = stored(session, material)
    done = act(session, actor, "confirm", record, inputs={"input_complete": "1"})
    assert stored(session, material)["state"] == "received"
    undone = take_back(session, actor, done)
    assert stored(session, material) == before
    steps = select(WorkflowLog.action, WorkflowLog.from_state, WorkflowLog.to_state)
    steps = steps.where(WorkflowLog.batch_id == undone.id, WorkflowLog.machine == "material")
    assert session.execute(steps).all() == [("undo", "received", "pending")]


def test_a_check_list_is_as_it_was_before_something_was_missing(
    world: World, system: ActorSession, session: ActorSession, actor: Actor
) -> None:
    (record,) = make(system, world, "confirmed")
    material = system.scalars(material_of(record)).one()
    system.scalars(material_of(record, "id_document")).one().state = "missing"
    system.commit()
    before = stored(session, material)
    given = {
        "input_reason": "缺两样",
        "input_missing": ["photo", "degree_certificate", "id_document"],
        "input_deadline": "2026-12-20",
    }
    done = act(session, actor, "mark_incomplete", record, inputs=given)
    listed = (ApplicationMaterial.application_id == record.id,)
    assert count(session, ApplicationMaterial, *listed) == 3
    take_back(session, actor, done)
    assert stored(session, material) == before
    states = select(ApplicationMaterial.material_code, ApplicationMaterial.state).where(*listed)
    assert dict(session.execute(states).all()) == {
        "id_document": "missing",  # was missing before, and stays so
        "photo": "received",
    }


def test_a_material_touched_since_stops_the_undo_of_its_record(
    world: World, system: ActorSession, session: ActorSession, actor: Actor
) -> None:
    touched, other = make(system, world, "confirmed", 2)
    done = act(session, actor, "mark_incomplete", touched, other)
    act(session, actor, "receive", session.scalars(material_of(touched)).one())
    shown = undo(session, actor, done.id)
    found = preview(session, shown)
    assert [(g.code, g.count) for g in found.refused] == [("parts", 1)]
    assert str(found.refused[0].reason) == "What belongs to it was changed since. Look at it again."
    commit(session, shown)
    session.commit()
    assert (status(session, touched), status(session, other)) == (
        "materials_incomplete",
        "confirmed",
    )


@pytest.mark.parametrize("action", ["mark_incomplete", "reject_confirmation", "refuse"])
def test_an_applicant_who_was_told_is_told_that_it_holds_no_more(
    action: str, world: World, system: ActorSession, session: ActorSession, actor: Actor
) -> None:
    (record,) = make(system, world, UNDOABLE[action][0])
    done = act(session, actor, action, record)
    offer = offered(session, actor, done)
    assert offer is not None
    assert "Letters to applicants stay" in offer.leaves[0].en
    take_back(session, actor, done, inputs={"input_reason": "选错了"})
    to_him = select(Message).where(Message.recipient_person_id == record.person_id)
    letters = session.scalars(
        to_him.order_by(Message.id), execution_options={"unscoped": "test"}
    ).all()
    label = next(t.label.zh for t in MACHINE.transitions if t.name == action)
    assert len(letters) == 2
    assert letters[1].subject == f"撤销“{label}”"
    assert letters[1].body == "此前的通知不再有效，申请已恢复到该通知以前的状态。\n选错了"


def test_a_receipt_number_stays_and_serves_again(
    world: World, system: ActorSession, session: ActorSession, actor: Actor
) -> None:
    (record,) = make(system, world, "submitted")
    done = act(session, actor, "confirm", record)
    number = stored(session, record)["receipt_no"]
    offer = offered(session, actor, done)
    assert offer is not None
    assert "Numbers that were issued stay" in offer.leaves[0].en
    take_back(session, actor, done)
    assert stored(session, record)["receipt_no"] == number
    act(session, actor, "confirm", record)
    assert stored(session, record)["receipt_no"] == number


def test_a_step_taken_back_counts_as_never_taken(
    world: World, system: ActorSession, session: ActorSession, actor: Actor
) -> None:
    """Who reopened a review after the time for it may go on, also after a slip was undone."""
    (record,) = make(system, world, "approved_unnumbered")
    end = world.here.plan.decide_end
    with clock.held(end - timedelta(hours=1)):
        act(session, actor, "withdraw_approval", record)
    with clock.held(end + timedelta(hours=1)):
        take_back(session, actor, act(session, actor, "approve", record))
        assert act(session, actor, "approve", record).done_count == 1


def test_a_plan_in_the_archive_stays_as_it_is(
    world: World, system: ActorSession, session: ActorSession, actor: Actor
) -> None:
    (record,) = make(system, world, "confirmed")
    done = act(session, actor, "refuse", record)
    system.get_one(WorkPlan, world.here.plan.id).status = "archived"
    system.commit()
    shown = undo(session, actor, done.id)
    found = preview(session, shown)
    assert [(g.code, g.count) for g in found.groups] == [("plan", 1)]


def test_the_latest_step_of_a_record_is_offered(
    world: World, system: ActorSession, session: ActorSession, actor: Actor
) -> None:
    first, second = make(system, world, "confirmed", 2)

    def offer(record: CertificationApplication) -> undoing.Offer | None:
        found = undoing.offer_for(session, actor, CertificationApplication, record.id)
        session.rollback()
        return found

    assert offer(first) is None
    done = act(session, actor, "approve", first, second)
    found = offer(first)
    assert found is not None
    assert (found.batch_id, found.count, found.until) == (done.id, 1, AT + timedelta(hours=24))
    session.get_one(CertificationApplication, first.id).address = "新地址"
    session.commit()
    assert offer(first) is None
    assert offer(second) is not None
    take_back(session, actor, done, second)
    assert offer(second) is None

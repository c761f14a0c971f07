"""A subject belongs to the types that it lists: another one is offered, entered and certified by
nobody.
"""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, update

from models.base.session import ActorSession
from models.certification.tables import CertificationApplication
from models.reference.tables import Subject, SubjectType
from tests.factories.certification import World, make_application
from tests.support.certifying import act, outcomes, reasons, status, system, world
from tests.support.databases import SessionOf
from tests.support.importing import Desk, desk, said
from tests.support.undoing import take_back

__all__ = ["desk", "system", "world"]

JUNIOR, SENIOR, VOCATIONAL = 3, 4, 5


@pytest.fixture
def medicine(system: ActorSession, world: World) -> Subject:
    """Return a subject of two types, taught at no junior middle school."""
    assert world
    subject = Subject(code="501201", name="中药")
    system.add(subject)
    system.flush()
    system.add_all(
        SubjectType(subject_id=subject.id, qualification_type=type_)
        for type_ in (SENIOR, VOCATIONAL)
    )
    system.commit()
    return subject


STEPS = [
    ("submit", "draft"),
    ("confirm", "submitted"),
    ("approve", "confirmed"),
    ("assign_numbers", "approved_unnumbered"),
]


@pytest.mark.parametrize(("action", "state"), STEPS)
def test_no_step_to_a_certificate_takes_a_subject_of_another_type(
    action: str,
    state: str,
    medicine: Subject,
    world: World,
    system: ActorSession,
    session_of: SessionOf,
) -> None:
    own = {"subject_id": medicine.id}
    wrong = make_application(system, world.here, state, qualification_type=JUNIOR, **own)
    right = make_application(system, world.here, state, qualification_type=SENIOR, **own)
    free = make_application(system, world.here, state, qualification_type=JUNIOR)
    system.commit()
    actor = world.here.authority
    session = session_of(actor)
    batch = act(session, actor, action, wrong, right, free)
    assert outcomes(session, batch) == {
        wrong.id: f"subject:{JUNIOR}:{medicine.id}",
        right.id: "done",
        free.id: "done",
    }
    assert status(session, wrong) == state
    assert reasons(session, actor, wrong)[action] == (
        "The subject does not belong to the qualification type: 中药 for Junior middle school."
        " Have one of them corrected first."
    )


def test_an_approval_does_not_come_back_for_a_subject_of_another_type(
    medicine: Subject, world: World, system: ActorSession, session_of: SessionOf
) -> None:
    own: dict[str, Any] = {"subject_id": medicine.id, "qualification_type": SENIOR}
    record = make_application(system, world.here, "approved_unnumbered", **own)
    system.commit()
    actor = world.here.authority
    session = session_of(actor)
    withdrawn = act(session, actor, "withdraw_approval", record).id
    session.rollback()
    wrong = update(CertificationApplication).where(CertificationApplication.id == record.id)
    system.execute(wrong.values(qualification_type=JUNIOR), execution_options={"set_wise": "test"})
    system.commit()
    undone = take_back(session, actor, withdrawn)
    assert undone.done_count == 0
    assert status(session, record) == "confirmed"


def test_a_workbook_may_not_name_a_subject_of_another_type(desk: Desk, medicine: Subject) -> None:
    report = desk.run(
        desk.row(0, 任教学科="中药", 申请资格种类="初级中学"),
        desk.row(1, 任教学科=medicine.code, 申请资格种类="高级中学"),
    )
    assert said(report) == [
        (
            2,
            "任教学科",
            "The subject “中药” does not belong to the qualification type “Junior middle school”."
            " Choose another subject or type.",
        )
    ]
    assert report.saved == 1


def test_of_two_subjects_of_one_name_a_workbook_means_that_of_the_type(
    desk: Desk, medicine: Subject, system: ActorSession
) -> None:
    other = Subject(code="600101", name="中药")
    system.add(other)
    system.flush()
    system.add(SubjectType(subject_id=other.id, qualification_type=JUNIOR))
    system.commit()
    wanted = other.id
    report = desk.run(desk.row(0, 任教学科="中药", 申请资格种类="初级中学"))
    assert (report.saved, said(report)) == (1, [])
    session = desk.session_of(desk.world.here.authority)
    assert session.scalars(select(CertificationApplication.subject_id)).all() == [wanted]
    assert medicine.id != wanted

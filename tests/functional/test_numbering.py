"""Numbers: shape, order, no gap, no duplicate, however many number at once (reading 15)."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from sqlalchemy import func, select

from models import clock
from models.base.session import ActorSession
from models.batch.operations import pin_ids, preview, run_now
from models.certification.rules import decode_application_no, decode_receipt_no
from models.certification.tables import CertificationApplication
from models.certification.tables_certificate import Certificate
from models.certification.tables_parts import ApplicationMaterial
from models.errors import Conflict
from models.people.certificate_numbers import decode_certificate_no
from models.workflow.tables import NumberSequence
from tests.factories.certification import AT, World, make_application
from tests.support.certifying import act, outcomes
from tests.support.databases import SessionOf
from tests.support.numbering import number_in_batches

A = CertificationApplication


def serials(session: ActorSession, office_id: int) -> list[int]:
    """Return the serials of an authority's certificates in the order in which they were made."""
    issued = select(Certificate.cert_no).where(Certificate.org_id == office_id)
    found = [int(number[-6:]) for number in session.scalars(issued.order_by(Certificate.id))]
    session.rollback()
    return found


def in_order_of_numbering(session: ActorSession, office_id: int) -> list[int]:
    """Return the serials of an authority's certificates as reading their dates gives them."""
    issued = select(Certificate.cert_no, Certificate.issued_on, A.numbered_at)
    issued = issued.join(A, A.id == Certificate.application_id).where(A.org_id == office_id)
    found = session.execute(issued.order_by(A.numbered_at, A.reviewed_at, A.id)).all()
    session.rollback()
    for _, issued_on, numbered_at in found:
        assert numbered_at is not None
        assert issued_on == numbered_at.astimezone(clock.SHANGHAI).date()
    return [int(number[-6:]) for number, _, _ in found]


def test_certificate_numbers_have_the_shape_of_the_rules(
    world: World, system: ActorSession, session_of: SessionOf
) -> None:
    record = make_application(
        system, world.here, "approved_unnumbered", qualification_type=2, sex="2"
    )
    system.commit()
    actor = world.here.authority
    session = session_of(actor)
    batch = act(session, actor, "assign_numbers", record)
    assert batch.first_number is not None
    number = decode_certificate_no(batch.first_number)
    assert (number.year, number.province, number.authority) == (
        2026,
        "37",
        world.here.org.cert_org_code,
    )
    assert (number.qualification_type, number.sex, number.serial) == (2, "2", 1)


def test_the_order_is_that_of_approval_whatever_type_and_sex(
    world: World, system: ActorSession, session_of: SessionOf
) -> None:
    approved = [(3, "1", 2), (1, "2", 0), (4, "1", 1), (2, "2", 1)]
    records = [
        make_application(
            system,
            world.here,
            "approved_unnumbered",
            qualification_type=kind,
            sex=sex,
            reviewed_at=AT + timedelta(hours=hour),
        )
        for kind, sex, hour in approved
    ]
    system.commit()
    actor = world.here.authority
    session = session_of(actor)
    act(session, actor, "assign_numbers", *records)
    order = select(Certificate.application_id).order_by(func.substr(Certificate.cert_no, 12))
    expected = [records[index].id for index in (1, 2, 3, 0)]
    assert list(session.scalars(order)) == expected


def test_each_authority_counts_for_itself_and_each_year_anew(
    world: World, system: ActorSession, session_of: SessionOf
) -> None:
    offices = (world.here, world.there, world.here)
    records = [make_application(system, office, "approved_unnumbered") for office in offices]
    later = make_application(system, world.here, "approved_unnumbered")
    next_year = datetime(2026, 12, 31, 16, tzinfo=UTC)  # midnight in Shanghai
    last = make_application(system, world.here, "approved_unnumbered")
    system.commit()
    session = session_of(world.centre)
    act(session, world.centre, "assign_numbers", *records)
    with clock.held(next_year - timedelta(microseconds=1)):
        act(session, world.centre, "assign_numbers", later)
    with clock.held(next_year):
        act(session, world.centre, "assign_numbers", last)
    assert serials(session, world.here.org.id) == [1, 2, 3, 1]
    assert serials(session, world.there.org.id) == [1]
    years = select(NumberSequence.year, NumberSequence.last_serial)
    counted = session.execute(
        years.where(NumberSequence.org_id == world.here.org.id).order_by(NumberSequence.year)
    )
    assert [tuple(row) for row in counted] == [(2026, 3), (2027, 1)]


def test_a_batch_rolled_back_leaves_no_gap(
    world: World, system: ActorSession, session_of: SessionOf
) -> None:
    records = [make_application(system, world.here, "approved_unnumbered") for _ in range(4)]
    system.commit()
    actor = world.here.authority
    session = session_of(actor)
    act(session, actor, "assign_numbers", records[0])
    lost = run_now(session, actor, A, "assign_numbers", [each.id for each in records[1:3]])
    assert lost.done_count == 2
    session.rollback()
    act(session, actor, "assign_numbers", records[3])
    assert serials(session, world.here.org.id) == [1, 2]


def test_a_counter_that_would_overflow_refuses_the_whole_batch(
    world: World, system: ActorSession, session_of: SessionOf
) -> None:
    records = [make_application(system, world.here, "approved_unnumbered") for _ in range(3)]
    org = world.here.org.id
    counter = NumberSequence(kind="certificate", org_id=org, year=2026, last_serial=999_997)
    system.add(counter)
    system.commit()
    actor = world.here.authority
    session = session_of(actor)
    with pytest.raises(Conflict, match="six digits of the serial number do not suffice"):
        act(session, actor, "assign_numbers", *records)
    session.rollback()
    act(session, actor, "assign_numbers", *records[:2])
    full = act(session, actor, "assign_numbers", records[2])
    assert outcomes(session, full) == {records[2].id: "serial"}
    assert serials(session, org) == [999_998, 999_999]


def test_application_and_receipt_numbers_are_issued_once_and_kept(
    world: World, system: ActorSession, session_of: SessionOf
) -> None:
    record = make_application(system, world.here)
    system.commit()
    actor = world.here.authority
    session = session_of(actor)
    act(session, actor, "submit", record)
    first = act(session, actor, "confirm", record, inputs={"input_complete": "1"})
    act(session, actor, "mark_incomplete", record)
    materials = select(ApplicationMaterial).where(
        ApplicationMaterial.application_id == record.id,
        ApplicationMaterial.material_code == "photo",
    )
    act(session, actor, "receive", session.scalars(materials).one())
    again = act(session, actor, "confirm", record, inputs={"input_complete": "1"})
    assert (again.done_count, again.first_number) == (1, None)
    code = world.here.org.cert_org_code
    stored = session.get_one(A, record.id)
    assert stored.status == "confirmed"
    assert stored.receipt_no == first.first_number
    counted = select(NumberSequence.kind, NumberSequence.last_serial).order_by(NumberSequence.kind)
    assert [tuple(row) for row in session.execute(counted)] == [("application", 1), ("receipt", 1)]
    receipt = decode_receipt_no(str(stored.receipt_no))
    assert (receipt.year, receipt.authority, receipt.serial) == (2026, code, 1)
    number = decode_application_no(str(stored.apply_no))
    assert (number.year, number.authority, number.batch_no, number.serial) == (2026, code, 1, 1)


def test_a_number_that_came_along_is_kept_and_never_issued_again(
    world: World, system: ActorSession, session_of: SessionOf
) -> None:
    code = world.here.org.cert_org_code
    given = [f"B202637{code}01000007", f"B201937{code}01000099", None, None]
    records = [make_application(system, world.here, apply_no=number) for number in given]
    later = make_application(system, world.here)
    system.commit()
    actor = world.here.authority
    session = session_of(actor)
    batch = pin_ids(session, actor, A, "submit", [each.id for each in records])
    foreseen = preview(session, batch)
    assert foreseen.ready == 4
    ranges = [(each.first, each.last) for each in foreseen.numbers]
    assert ranges == [(f"B202637{code}01000008", f"B202637{code}01000009")]
    session.rollback()
    act(session, actor, "submit", *records)
    act(session, actor, "submit", later)
    numbers = list(session.scalars(select(A.apply_no).order_by(A.id)))
    assert numbers == [*given[:2], *(f"B202637{code}01{n:06d}" for n in (8, 9, 10))]


def test_eight_processes_number_without_gap_or_duplicate(
    world: World, system: ActorSession, session_of: SessionOf, database: str
) -> None:
    random = Random(5)
    records = [
        make_application(
            system,
            office,
            "approved_unnumbered",
            reviewed_at=AT + timedelta(minutes=random.randrange(600)),
        )
        for office in (world.here, world.there)
        for _ in range(60)
    ]
    for office in (world.here, world.there):  # clocks run: the window is open at any time
        office.plan.apply_start = office.plan.confirm_start = datetime(2020, 1, 1, tzinfo=UTC)
        office.plan.decide_start = office.plan.confirm_start
    system.commit()
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(8, mp_context=spawn) as pool:
        running = [
            pool.submit(number_in_batches, database, world.centre, seed, 4, 15) for seed in range(8)
        ]
        finished = [each.result(timeout=300) for each in running]
    assert sum(undone for _, undone in finished) > 0
    session = session_of(world.centre)
    with clock.held(datetime.now(UTC)):
        act(session, world.centre, "assign_numbers", *records)
    for office in (world.here, world.there):
        assert in_order_of_numbering(session, office.org.id) == list(range(1, 61))
        counter = select(NumberSequence.last_serial).where(
            NumberSequence.org_id == office.org.id, NumberSequence.kind == "certificate"
        )
        assert session.scalar(counter) == 60
    numbered = session.scalars(select(Certificate.application_id).order_by("application_id"))
    assert list(numbered) == sorted(record.id for record in records)
    moved = [count for kept, _ in finished for _, count in kept]
    assert 0 < sum(moved) <= len(records)

"""Proof of the numbers: a sound database verifies, and each way of breaking a copy is named."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine, select

from models import clock
from models.audit.archive import archive_logs
from models.audit.seal import seal_logs
from models.base.actor import Actor
from models.base.session import ActorSession
from models.certification.tables_certificate import Certificate
from models.certification.verify import Report, verify_certificates
from tests.factories.certification import AT, World, make_application
from tests.support.certifying import act
from tests.support.databases import SessionOf
from tests.support.trail import SYSTEM, log_rows, tamper

#: Reviewed in this order, and so numbered 1 to 6, in two batches of three.
HOURS = (0, 1, 1, 0, 2, 3)
#: The copy of a table has no constraint left: nothing keeps a broken row out of it.
LOOSEN = (
    "CREATE TABLE copied AS SELECT * FROM {table}",
    "DROP TABLE {table} {cascade}",
    "ALTER TABLE copied RENAME TO {table}",
)


@pytest.fixture
def numbered(world: World, system: ActorSession, session_of: SessionOf) -> World:
    """Return the offices after two batches of certificates here and one there."""
    records = [
        make_application(
            system,
            world.here,
            "approved_unnumbered",
            qualification_type=1 + place % 4,
            reviewed_at=AT - timedelta(days=1) + timedelta(hours=hour),
        )
        for place, hour in enumerate(HOURS)
    ]
    elsewhere = make_application(system, world.there, "approved_unnumbered")
    system.commit()
    actor = world.here.authority
    act(session_of(actor), actor, "assign_numbers", *records[:3])
    with clock.held(AT + timedelta(hours=1)):
        act(session_of(actor), actor, "assign_numbers", *records[3:])
    there = world.there.authority
    act(session_of(there), there, "assign_numbers", elsewhere)
    return world


def verified(engine: Engine, actor: Actor = SYSTEM) -> Report:
    with ActorSession(bind=engine) as session:
        session.act_as(actor)
        return verify_certificates(session, actor)


def violated(report: Report) -> dict[str, int]:
    return {finding.code: finding.count for finding in report.findings if finding.count}


def test_what_the_engine_numbered_verifies(engine: Engine, numbered: World) -> None:
    report = verified(engine)
    assert report.holds
    assert report.certificates == 7


@dataclass(frozen=True)
class Break:
    """What is done behind the panel's back, what it violates, and the sentence that names it."""

    statements: tuple[str, ...]
    violates: dict[str, int]
    says: str
    loosened: tuple[str, ...] = field(default=())


OF = "WHERE org_id = {here} AND substr(cert_no, 12) = '00000{n}'"
CHANGE = "UPDATE certificate SET {what} " + OF
APPLICATION = (
    "UPDATE certification_application SET {what} WHERE id ="
    " (SELECT application_id FROM certificate " + OF + ")"
)
LOG = (
    "action = 'assign_numbers' AND entity_id = (SELECT application_id FROM certificate " + OF + ")"
)


def change(what: str, n: int) -> str:
    return CHANGE.replace("{what}", what).replace("{n}", str(n))


def applied(what: str, n: int) -> str:
    return APPLICATION.replace("{what}", what).replace("{n}", str(n))


BREAKS = {
    "a number twice": Break(
        (
            change("cert_no = (SELECT cert_no FROM certificate " + OF.format(here="{here}", n=3)
                   + "), qualification_type = 3", 4),
        ),
        {"unique": 2, "gapless": 1, "recorded": 1, "agreed": 1, "decoded": 1},
        "{number:3}: two certificates bear this number.",
        ("certificate",),
    ),
    "a serial twice": Break(
        (change("cert_no = substr(cert_no, 1, 11) || '000003',"
                " cert_no_raw = substr(cert_no, 1, 11) || '000003'", 4),),
        {"unique": 2, "gapless": 1, "recorded": 1},
        "{number:3}: its serial stands on another certificate of that year too.",
    ),
    "a gap": Break(
        ("DELETE FROM certificate " + OF.format(here="{here}", n=2),),
        {"gapless": 1, "complete": 1},
        "{number:3} follows serial 1: what should stand between them is missing.",
    ),
    "a beginning that is gone": Break(
        ("DELETE FROM certificate " + OF.format(here="{here}", n=1),),
        {"gapless": 1, "complete": 1},
        "{number:2} follows serial 0",
    ),
    "an end that is gone": Break(
        ("DELETE FROM certificate " + OF.format(here="{here}", n=6),),
        {"complete": 1, "counted": 1},
        "stands at 6, the last certificate at 5.",
    ),
    "an application without certificate": Break(
        ("DELETE FROM certificate " + OF.format(here="{here}", n=6),
         "UPDATE number_sequence SET last_serial = 5 WHERE org_id = {here}"),
        {"complete": 1},
        "is numbered, and there is no certificate.",
    ),
    "numbered in the wrong order": Break(
        (applied("numbered_at = '2026-11-23 00:30:00'", 4),),
        {"ordered": 1},
        "{number:4} was issued before {number:3}, which has a smaller serial.",
    ),
    "reviewed in the wrong order": Break(
        (applied("reviewed_at = '2026-11-20 00:00:00'", 5),),
        {"ordered": 1},
        "{number:5} was reviewed before {number:4} of the same batch",
    ),
    "another authority": Break(
        (change("org_id = {there}", 2), ),
        {"decoded": 1, "agreed": 1},
        "give 202637{there_code}",
    ),
    "another type": Break(
        (change("qualification_type = 7", 2),),
        {"decoded": 1, "agreed": 1},
        "{number:2} begins with {head:2}; year, authority, type and sex",
    ),
    "another sex": Break(
        (change("sex = '2'", 2),),
        {"decoded": 1, "agreed": 1},
        "{number:2} begins with {head:2}; year, authority, type and sex",
    ),
    "another year": Break(
        (change("issued_on = '2025-11-23'", 2),),
        {"decoded": 1, "agreed": 1},
        "give 2025",
    ),
    "another day": Break(
        (change("issued_on = '2026-11-22'", 2),),
        {"agreed": 1},
        "{number:2}: “Issued on” differs between certificate and application.",
    ),
    "no number at all": Break(
        (change("cert_no = substr(cert_no, 1, 16) || 'X', cert_no_raw = substr(cert_no, 1, 16)"
                " || 'X'", 6),),
        {"decoded": 1, "recorded": 1, "counted": 1},
        "X is no certificate number.",
    ),
    "printed otherwise": Break(
        (change("cert_no_raw = '20203714132000057'", 2),),
        {"decoded": 1},
        "{number:2} is printed as 20203714132000057.",
    ),
    "numbering not on record": Break(
        ("DELETE FROM workflow_log WHERE " + LOG.format(here="{here}", n=2),),
        {"recorded": 1},
        "{number:2}: no numbering of its application is on record.",
    ),
    "numbering on record twice": Break(
        ("INSERT INTO workflow_log (at, machine, entity_id, action, to_state)"
         " SELECT at, machine, entity_id, action, to_state FROM workflow_log WHERE "
         + LOG.format(here="{here}", n=2),),
        {"recorded": 1},
        "{number:2}: its application was not numbered exactly once.",
    ),
    "another number in the ledger": Break(
        ("UPDATE batch_row SET number = '20203714132000057' WHERE number ="
         " (SELECT cert_no FROM certificate " + OF.format(here="{here}", n=2) + ")",),
        {"recorded": 1},
        "{number:2}: the batch that made it has issued 20203714132000057.",
    ),
    "no application": Break(
        (change("application_id = NULL", 2),),
        {"recorded": 1, "agreed": 1, "complete": 1},
        "{number:2}: there is no application for it.",
        ("certificate",),
    ),
    "an application that is not numbered": Break(
        (applied("status = 'approved_unnumbered'", 2),),
        {"agreed": 1},
        "{number:2}: its application is not in the state “numbered”.",
    ),
    "another person": Break(
        (applied("id_no = 'SOMEBODY'", 2),),
        {"agreed": 1},
        "{number:2}: “Document number” differs between certificate and application.",
    ),
    "a counter that ran ahead": Break(
        ("UPDATE number_sequence SET last_serial = 9 WHERE org_id = {here}",),
        {"counted": 1},
        "stands at 9, the last certificate at 6.",
    ),
    "a counter that is gone": Break(
        ("DELETE FROM number_sequence WHERE org_id = {here}",),
        {"counted": 1},
        "there is no counter; the last certificate has 6.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BREAKS)
def test_each_way_of_breaking_it_is_named(
    engine: Engine, numbered: World, session_of: SessionOf, name: str
) -> None:
    broken = BREAKS[name]
    numbers = numbers_of(session_of(SYSTEM), numbered.here.org.id)
    cascade = "CASCADE" if engine.dialect.name == "postgresql" else ""
    loosen = [
        each.format(table=table, cascade=cascade) for table in broken.loosened for each in LOOSEN
    ]
    here, there = numbered.here.org.id, numbered.there.org.id
    done = [each.format(here=here, there=there) for each in broken.statements]
    tamper(engine, *loosen, *done)
    report = verified(engine)
    assert violated(report) == broken.violates
    said = [str(example.message) for finding in report.findings for example in finding.examples]
    wanted = broken.says.replace("{there_code}", str(numbered.there.org.cert_org_code))
    for n, number in enumerate(numbers, 1):
        wanted = wanted.replace(f"{{number:{n}}}", number).replace(f"{{head:{n}}}", number[:11])
    assert any(wanted in each for each in said), said


def numbers_of(session: ActorSession, office_id: int) -> list[str]:
    issued = select(Certificate.cert_no).where(Certificate.org_id == office_id)
    found = sorted(session.scalars(issued), key=lambda number: number[-6:])
    session.rollback()
    return found


def test_an_office_is_told_of_its_own_certificates_only(engine: Engine, numbered: World) -> None:
    tamper(engine, change("sex = '2'", 2).format(here=numbered.here.org.id))
    own = verified(engine, numbered.here.authority)
    assert (own.certificates, violated(own)) == (6, {"decoded": 1, "agreed": 1})
    other = verified(engine, numbered.there.authority)
    assert (other.certificates, violated(other)) == (1, {})
    assert violated(verified(engine, numbered.centre)) == {"decoded": 1, "agreed": 1}


def test_numbers_taken_over_fill_their_places(engine: Engine, numbered: World) -> None:
    """Certificates of the historic records leave no gap, and their digit of the sex is no fault."""
    office = numbered.here.org
    tamper(
        engine,
        "UPDATE certificate SET source = 'history', application_id = NULL, sex = '2'"
        f" WHERE org_id = {office.id} AND substr(cert_no, 12) = '000001'",
        "UPDATE certification_application SET status = 'approved_unnumbered' WHERE id ="
        f" (SELECT min(id) FROM certification_application WHERE org_id = {office.id})",
    )
    report = verified(engine)
    assert violated(report) == {}


def test_history_in_an_archive_is_not_missed(
    engine: Engine, numbered: World, session_of: SessionOf
) -> None:
    later = AT + timedelta(days=800)
    with clock.held(AT + timedelta(days=1)):
        session = session_of(SYSTEM)
        seal_logs(session)
        session.commit()
    log_rows(engine, 1, at=later)  # the newest row of a log stays
    with clock.held(later):
        written: list[bytes] = []
        archive_logs(
            session, (AT + timedelta(days=2)).date(), written.append, keep_years=1, name="old"
        )
        session.commit()
    report = verified(engine)
    assert report.holds
    assert report.archived_until == AT + timedelta(days=1)


def test_the_command_prints_the_counter_example_and_fails(
    app: Flask, engine: Engine, numbered: World
) -> None:
    run = app.test_cli_runner().invoke
    sound = run(args=["certificates", "verify"])
    assert sound.exit_code == 0
    assert "7 certificates: every property holds." in sound.output
    tamper(engine, "DELETE FROM certificate " + OF.format(here=numbered.here.org.id, n=2))
    broken = run(args=["certificates", "verify"])
    assert broken.exit_code == 1
    assert "No gap: 1" in broken.output
    assert "000003 follows serial 1" in broken.output

"""Proof of the numbers: a sound database verifies, and each way of breaking a copy is named."""

from __future__ import annotations

import re
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
from tests.support.breaks import BREAKS, LOOSEN, OF, change
from tests.support.certifying import act
from tests.support.databases import SessionOf
from tests.support.desk import Desk
from tests.support.trail import SYSTEM, log_rows, tamper

#: Reviewed in this order, and so numbered 1 to 6, in two batches of three.
HOURS = (0, 1, 1, 0, 2, 3)


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


def test_the_page_shows_an_authority_its_own_and_opens_the_example(
    engine: Engine, numbered: World, desk: Desk
) -> None:
    path = "/admin/certificate/verify/"
    clerk = desk(numbered.here.authority)
    assert (
        f'href="{path.removeprefix("/admin/certificate/")}"'
        in clerk.get("/admin/certificate/").text
    )
    sound = clerk.get(path)
    assert sound.status_code == 200
    assert "您所能看到的证书全部符合各项要求。" in sound.text
    tamper(engine, change("sex = '2'", 2).format(here=numbered.here.org.id))
    broken = clerk.get(path).text
    assert "按证书上的年份、认定机构、种类和性别应为" in broken
    opened = clerk.get(re.findall(r'href="(/admin/certificate/details/\?id=\d+)"', broken)[0])
    assert opened.status_code == 200
    assert "您所能看到的证书全部符合各项要求。" in desk(numbered.there.authority).get(path).text


def test_who_may_not_verify_finds_no_page(numbered: World, desk: Desk) -> None:
    assert desk(numbered.here.confirm).get("/admin/certificate/verify/").status_code == 403

"""The undo of an import whose rows go through batches of their own: applications and accounts."""

from __future__ import annotations

from typing import Any

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select

from models.accounts.importing import HEADINGS, import_accounts
from models.accounts.tables import UserAccount, UserRole
from models.accounts.tables_initial import InitialPassword
from models.audit.tables import AuditLog
from models.base.session import ActorSession
from models.batch.operations import run_now
from models.batch.tables import Batch, BatchKind, BatchState
from models.certification.papers import NOTICE
from models.certification.states import MACHINE
from models.certification.tables import CertificationApplication
from models.certification.tables_parts import ApplicationMaterial, ApplicationResume
from models.papers.operations import print_paper
from models.people.tables import Person
from models.transfer.readers import open_sheet
from models.workflow.tables import WorkflowLog
from tests.support.bureau import Bureau
from tests.support.certifying import system, world
from tests.support.importing import Desk, desk
from tests.support.taking_back import take_back

__all__ = ["desk", "system", "world"]

MADE = (CertificationApplication, ApplicationMaterial, ApplicationResume, Person)
IN_USE = "It was used since: others refer to it, it was printed, or somebody signed in. It stays."


def counted(session: ActorSession, *tables: Any) -> list[int]:
    found = [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]
    session.commit()
    return found


def the_import(session: ActorSession) -> Batch:
    wanted = select(Batch).where(Batch.kind == BatchKind.data_import).order_by(Batch.id.desc())
    return session.scalars(wanted).first()  # type: ignore[return-value]  # there is one


def undo(desk: Desk, **how: Any) -> Any:
    with desk.session_of(desk.world.here.authority) as session:
        return take_back(session, the_import(session).id, **how)


def application(session: ActorSession, name: str) -> CertificationApplication:
    wanted = select(CertificationApplication).where(CertificationApplication.name == name)
    return session.scalars(wanted).one()


def test_imported_applications_go_with_all_that_came_with_them(
    desk: Desk, system: ActorSession
) -> None:
    before = counted(system, *MADE)
    desk.run(desk.row(0), desk.row(1))
    first = application(system, "王小明")
    key, number = first.id, first.apply_no
    system.commit()
    after = counted(system, *MADE)
    assert after[0] == before[0] + 2
    assert undo(desk, dry_run=True).done == 2
    assert counted(system, *MADE) == after
    assert undo(desk).stay == []
    assert counted(system, *MADE) == before
    assert the_import(system).state == BatchState.undone
    gone = select(AuditLog).where(AuditLog.entity_id == key, AuditLog.event.contains("delete"))
    assert len(system.scalars(gone).all()) >= 1
    system.commit()
    desk.run(desk.row(0, 姓名="王小萌"))  # the right name: nothing is left of the wrong one
    again = application(system, "王小萌")
    assert again.id > key + 1, "history would be another's"
    assert str(again.apply_no) > str(number)
    logged = select(func.count()).where(
        WorkflowLog.machine == MACHINE.name, WorkflowLog.entity_id == again.id
    )
    assert system.scalar(logged) == 1
    system.commit()


def test_an_application_that_was_worked_with_stays(desk: Desk, system: ActorSession) -> None:
    desk.run(desk.row(0), desk.row(1), desk.row(2))
    confirmed, printed = application(system, "王小明"), application(system, "王小红")
    run_now(
        system, system.need_actor(), MACHINE, "confirm", [confirmed.id],
        inputs={"input_complete": "1"},
    )  # fmt: skip
    print_paper(system, system.need_actor(), NOTICE, [printed])
    names = {confirmed.id: confirmed.caption(), printed.id: printed.caption()}
    system.commit()
    found = undo(desk)
    assert found.done == 1
    assert {str(why) for _name, why in found.stay} == {
        "The record was changed after the import. It stays as it is.",
        IN_USE,
    }
    assert len(names) == 2
    left = select(CertificationApplication.name).order_by(CertificationApplication.name)
    assert {"王小明", "王小红"} <= set(system.scalars(left))
    assert the_import(system).undone_count == 1
    system.commit()


def test_a_person_with_another_application_stays(desk: Desk, system: ActorSession) -> None:
    desk.run(desk.row(0))
    person = application(system, "王小明").person
    system.commit()
    desk.run(desk.row(1))
    other = application(system, "王小红")
    other.person_id = person.id
    system.commit()
    with desk.session_of(desk.world.here.authority) as session:
        first = session.scalars(
            select(Batch).where(Batch.kind == BatchKind.data_import).order_by(Batch.id)
        ).first()
        assert first is not None
        assert take_back(session, first.id).done == 1
    assert system.scalar(select(Person.name).where(Person.id == person.id)) == "王小明"
    system.commit()


@pytest.fixture
def made(bureau: Bureau, tmp_path: Any) -> list[str]:
    """Import two accounts; return their names."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(HEADINGS.values()))
    names = ["xinren", "laoren"]
    for name in names:
        given = {"username": name, "display_name": name, "role_code": "现场确认用户"}
        given |= {"org_id": "here点", "scope_org_id": "here点"}
        sheet.append([given.get(column) for column in HEADINGS])
    book.save(tmp_path / "accounts.xlsx")
    session = bureau.open("boss")
    with open_sheet(tmp_path / "accounts.xlsx") as opened:
        report = import_accounts(session, session.need_actor(), opened, file_name="accounts.xlsx")
    assert report.saved == 2
    session.commit()
    return names


def test_imported_accounts_go_unless_somebody_has_signed_in(
    bureau: Bureau, made: list[str]
) -> None:
    used = bureau.system.scalars(select(UserAccount).where(UserAccount.username == "laoren")).one()
    key = used.id
    bureau.system.execute(
        UserAccount.__table__.update()  # type: ignore[attr-defined]  # signing in keeps the version
        .where(UserAccount.__table__.c.id == key)
        .values(last_login_at=used.created_at),
        execution_options={"unscoped": "test"},
    )
    bureau.system.commit()
    session = bureau.open("boss")
    found = take_back(session, the_import(session).id)
    assert (found.done, [(name, str(why)) for name, why in found.stay]) == (
        1,
        [("laoren（laoren）", IN_USE)],
    )
    names = bureau.stored(select(UserAccount.username).where(UserAccount.username.in_(made)))
    assert names == ["laoren"]
    assert bureau.stored(select(InitialPassword.user_id)) == [key]
    held = bureau.stored(select(UserRole.user_id).where(UserRole.user_id >= key - 1))
    assert key in held

"""The code of an authority stands in its certificate numbers, so that it stays what it is."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from models.base.session import ActorSession
from models.errors import BadInput
from models.reference.tables import Org, Region
from models.workflow.tables import NumberSequence
from tests.factories.certification import World, make_application
from tests.factories.records import House
from tests.support.certifying import act
from tests.support.databases import SessionOf
from tests.support.record_pages import Ask, SignIn

FROZEN = "Certificates have been numbered with this code"


@pytest.mark.parametrize("code", ["12", "12a", "１２３", "1 2", "-12", ""])
def test_the_database_takes_three_ascii_digits_only(
    code: str, world: World, system: ActorSession
) -> None:
    world.here.org.cert_org_code = code
    with pytest.raises(IntegrityError, match="numbering_code_is_digits"):
        system.flush()


def test_the_province_of_an_authority_with_a_code_is_two_digits(
    world: World, system: ActorSession
) -> None:
    world.here.org.province_code = "3"
    with pytest.raises(IntegrityError, match="numbering_code_is_digits"):
        system.flush()


@pytest.mark.parametrize(
    ("column", "value", "field"),
    [("cert_org_code", "099", "cert_org_code"), ("province_code", "11", "region_code")],
)
def test_a_code_is_frozen_once_certificates_bear_it(
    column: str,
    value: str,
    field: str,
    world: World,
    system: ActorSession,
    session_of: SessionOf,
) -> None:
    record = make_application(system, world.here, "approved_unnumbered")
    submitted = make_application(system, world.there)
    system.commit()
    for office, action, each in (
        (world.here, "assign_numbers", record),
        (world.there, "submit", submitted),
    ):
        act(session_of(office.authority), office.authority, action, each)
    setattr(world.there.org, column, value)  # its counter numbers applications only
    system.commit()
    setattr(world.here.org, column, "098" if column == "cert_org_code" else "12")
    with pytest.raises(BadInput, match=FROZEN) as refused:
        system.flush()
    assert refused.value.field == field
    system.rollback()
    world.here.org.name = "甲市教育局"
    system.commit()


def test_the_form_says_why_a_code_cannot_change(
    house: House, work: ActorSession, sign_in: SignIn, ask: Ask
) -> None:
    office = work.get_one(Org, house.own.authority)
    office.cert_org_code = "101"
    work.flush()
    work.add(NumberSequence(kind="certificate", org_id=office.id, year=2026, last_serial=1))
    work.add(Region(code="12", name="天津市", level=1, province_code="12"))
    work.commit()
    clerk = sign_in("centre")
    path = f"/admin/org/edit/?id={house.own.authority}"
    for changed in ({"cert_org_code": "102"}, {"region_code": "12"}):
        answer = clerk.send(path, **changed)
        assert answer.status_code == 400
        assert "已用此省级代码与机构代码编发证书编号，不能再修改。" in answer.text
    assert clerk.send(path, cert_org_code="101", phone="010-1").status_code == 303
    stored = ask(select(Org).where(Org.id == house.own.authority))
    assert (stored.cert_org_code, stored.province_code, stored.phone) == ("101", "11", "010-1")

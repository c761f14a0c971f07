"""Values corrected in the list: the record's own form with one field, by the same rules."""

from __future__ import annotations

import re
from html import unescape

import pytest
from sqlalchemy import func, select

from models import clock
from models.audit.tables import AuditLog
from models.base.session import ActorSession
from models.certification.tables import CertificationApplication
from models.reference.tables import Org, SubjectType
from tests.factories.records import House
from tests.support.record_pages import Ask, SignIn, Staff

ORGS = "/admin/org/"


@pytest.fixture
def clerk(sign_in: SignIn) -> Staff:
    return sign_in("authority")


def cell(id_: int, name: str = "phone", path: str = ORGS) -> str:
    return f"{path}cell/?id={id_}&name={name}"


def hidden(page: str) -> dict[str, str]:
    """Return what the form of a cell carries."""
    found = re.findall(r'<input[^>]*type="hidden"[^>]*name="(\w+)"[^>]*value="([^"]*)"', page)
    return {name: unescape(value) for name, value in found}


def correct(client: Staff, address: str, **fields: str) -> tuple[int, str]:
    """Open the form of a cell, fill it in, and send it."""
    form = client.get(address)
    assert form.status_code == 200, form.text
    answer = client.http.post(address, data=hidden(form.text) | fields)
    return answer.status_code, answer.text


def test_a_value_is_corrected_and_the_cell_shows_it(clerk: Staff, house: House, ask: Ask) -> None:
    status, shown = correct(clerk, cell(house.own.site), phone="010-1234")
    assert (status, shown) == (200, "010-1234")
    assert ask(select(Org.phone).where(Org.id == house.own.site)) == "010-1234"
    told = select(AuditLog.changes).order_by(AuditLog.id.desc()).limit(1)
    assert ask(told) == {"phone": [None, "010-1234"]}
    flag = cell(house.own.site, "enabled")
    assert correct(clerk, flag, enabled="")[0] == 200
    assert ask(select(Org.enabled).where(Org.id == house.own.site)) is False


def test_other_fields_are_not_looked_at(clerk: Staff, house: House, ask: Ask) -> None:
    correct(clerk, cell(house.own.site), phone="1", name="另一个", is_certifying="1")
    assert ask(select(Org.name).where(Org.id == house.own.site)) == "甲区确认点"
    assert ask(select(Org.is_certifying).where(Org.id == house.own.site)) is False


def test_faults_stand_in_the_cell_with_what_was_typed(clerk: Staff, house: House, ask: Ask) -> None:
    status, form = correct(clerk, cell(house.own.site), phone="9" * 31)
    assert status == 400
    assert "最多 30 个字符" in form
    assert 'aria-invalid="true"' in form
    assert "9" * 31 in form
    assert ask(select(Org.phone).where(Org.id == house.own.site)) is None


def test_a_stale_cell_overwrites_nothing(
    clerk: Staff, house: House, work: ActorSession, ask: Ask
) -> None:
    address = cell(house.own.site)
    fields = hidden(clerk.get(address).text)
    work.get_one(Org, house.own.site).phone = "020-1"
    work.commit()
    answer = clerk.http.post(address, data=fields | {"phone": "1"})
    assert answer.status_code == 409
    assert "已被他人修改" in answer.text
    assert "“020-1”" in answer.text
    assert 'value="1"' in answer.text
    assert ask(select(Org.phone).where(Org.id == house.own.site)) == "020-1"
    chosen = clerk.http.post(address, data=hidden(answer.text) | {"phone": "1"})
    assert (chosen.status_code, chosen.text) == (200, "1")
    assert ask(select(Org.phone).where(Org.id == house.own.site)) == "1"


def test_what_may_not_be_changed_is_neither_offered_nor_saved(
    clerk: Staff, sign_in: SignIn, house: House, ask: Ask
) -> None:
    page = clerk.get(ORGS).text
    offered = {int(id_) for id_ in re.findall(r'href="edit/\?id=(\d+)[^"]*"[^>]*data-cell', page)}
    assert offered == {house.own.authority, house.own.site, house.own.second_site}
    own = house.own.authority
    opens = re.findall(rf'href="edit/\?id={own}&[^"]*"[^>]*data-cell="(\w+)"', page)
    assert opens == ["phone"]  # whether it is open is kept by the centre
    assert clerk.get(cell(own, "is_open")).status_code == 403
    foreign = cell(house.province)
    assert clerk.get(foreign).status_code == 403
    token = clerk.token()
    assert clerk.http.post(foreign, data={"csrf_token": token, "phone": "1"}).status_code == 403
    viewer = sign_in("viewer")
    assert "data-cell" not in viewer.get(ORGS).text
    assert viewer.get(cell(house.own.site)).status_code == 403
    assert ask(select(func.count()).where(Org.phone.is_not(None))) == 0


def test_only_declared_columns_of_known_records(clerk: Staff, house: House) -> None:
    assert clerk.get(cell(house.own.site, "name")).status_code == 404
    assert clerk.get(cell(house.other.site)).status_code == 404
    assert clerk.get(cell(house.own.site, path="/admin/region/")).status_code == 404
    assert clerk.http.post(cell(house.own.site), data={"phone": "1"}).status_code == 400  # no token


def test_without_the_script_the_pencil_leads_to_the_form_and_back(
    clerk: Staff, house: House
) -> None:
    page = clerk.get(f"{ORGS}?sort=-id").text
    found = re.search(rf'href="(edit/\?id={house.own.site}&amp;[^"]*#phone)"', page)
    assert found
    saved = clerk.send(ORGS + unescape(found[1]).partition("#")[0], phone="2")
    assert saved.location == f"{ORGS}?sort=-id"


def test_the_centre_corrects_choices(
    sign_in: SignIn, house: House, work: ActorSession, ask: Ask
) -> None:
    centre = sign_in("centre")
    listed = SubjectType(subject_id=house.own.subject, qualification_type=3)
    work.add(listed)
    work.flush()
    id_ = listed.id
    work.commit()
    address = cell(id_, "qualification_type", "/admin/subject_type/")
    status, shown = correct(centre, address, qualification_type="4")
    assert status == 200
    assert "高级中学" in shown
    assert ask(select(SubjectType.qualification_type).where(SubjectType.id == id_)) == 4


def test_what_an_office_notes_of_an_application_is_corrected_in_its_list(
    clerk: Staff, house: House, ask: Ask
) -> None:
    columns = CertificationApplication
    page = "/admin/certification_application/"
    assert 'data-cell="pledge_signed"' in clerk.get(f"{page}?cols=apply_no,pledge_signed").text
    own = select(columns.pledge_signed).where(columns.id == house.own.application)
    was = ask(own)
    turned = "" if was else "1"
    status, shown = correct(
        clerk, cell(house.own.application, "pledge_signed", page), pledge_signed=turned
    )
    assert (status, ask(own)) == (200, not was), shown
    other = clerk.get(cell(house.other.application, "pledge_signed", page))
    assert other.status_code == 404


def test_no_pencil_stands_where_the_state_forbids_the_change(
    clerk: Staff, house: House, work: ActorSession
) -> None:
    address = "/admin/certification_application/?cols=apply_no,pledge_signed"
    offered = re.compile(r'data-cell="pledge_signed"')
    assert offered.search(clerk.get(address).text)
    application = work.get_one(CertificationApplication, house.own.application)
    application.status, application.reviewed_at = "approved_unnumbered", clock.now()
    work.commit()
    assert not offered.search(clerk.get(address).text)
    path = "/admin/certification_application/"
    assert clerk.get(cell(application.id, "pledge_signed", path)).status_code == 403

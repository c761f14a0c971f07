"""Pictures open for a purpose: asked once in a session, recorded with each sight (reading 6)."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from models.audit.tables import AuditLog
from models.base.session import ActorSession
from models.certification.tables import CertificationApplication
from models.files.tables import Attachment
from models.people.tables import PersonCredential
from tests.factories.records import House
from tests.support.record_pages import Ask, SignIn
from tests.support.uploads import attach, jpeg, state_purpose

CREDENTIALS = "/admin/person_credential/"
APPLICATIONS = "/admin/certification_application/"
SIGHT = "people:person_credential:reveal"


@pytest.fixture
def credential(work: ActorSession, house: House, sign_in: SignIn) -> int:
    """Return a credential of the own office's applicant, with its picture."""
    application = work.get(CertificationApplication, house.own.application)
    assert application
    made = PersonCredential(
        person_id=application.person_id, kind="putonghua", number="PTH1", mode="manual"
    )
    work.add(made)
    work.flush()
    key = made.id
    work.commit()
    assert attach(sign_in("authority"), CREDENTIALS, key, jpeg()).status_code == 303
    return key


def picture_of(key: int) -> str:
    return f"{CREDENTIALS}file/?id={key}&column=attachment_id"


def test_without_a_purpose_a_picture_is_refused_in_words(
    sign_in: SignIn, credential: int, ask: Ask
) -> None:
    answer = sign_in("confirm").get(picture_of(credential))
    assert answer.status_code == 400
    assert "图片含有个人信息" in answer.text
    assert answer.mimetype == "text/html"
    assert ask(select(AuditLog.id).where(AuditLog.event == SIGHT)) is None


def test_its_place_asks_for_the_purpose_and_leads_back(
    sign_in: SignIn, credential: int, ask: Ask
) -> None:
    staff = sign_in("confirm")
    page = f"{CREDENTIALS}details/?id={credential}"
    before = staff.get(page).text
    assert "图片已隐藏" in before
    assert "/file/?" not in before
    said = state_purpose(staff, CREDENTIALS, credential, "核对普通话证书")
    assert (said.status_code, said.location) == (303, page)
    after = staff.get(page).text
    assert "图片已隐藏" not in after
    assert "/file/?" in after
    assert staff.get(picture_of(credential)).mimetype == "image/jpeg"
    told = select(AuditLog.reason).where(AuditLog.event == SIGHT)
    assert ask(told) == "核对普通话证书"


def test_a_purpose_holds_for_the_session_and_for_no_other(sign_in: SignIn, credential: int) -> None:
    staff = sign_in("confirm")
    state_purpose(staff, CREDENTIALS, credential)
    assert staff.get(picture_of(credential)).status_code == 200
    assert staff.get(picture_of(credential)).status_code == 200
    assert sign_in("confirm").get(picture_of(credential)).status_code == 400


def test_a_purpose_that_says_nothing_is_refused(sign_in: SignIn, credential: int) -> None:
    staff = sign_in("confirm")
    said = state_purpose(staff, CREDENTIALS, credential, " x ")
    assert said.status_code == 303
    assert "请填写查看" in staff.get(said.location).text
    assert staff.get(picture_of(credential)).status_code == 400


def test_a_purpose_leads_to_no_other_site(sign_in: SignIn, credential: int) -> None:
    staff = sign_in("confirm")
    fields = {"id": str(credential), "purpose": "核对证书", "url": "https://evil.example/"}
    said = staff.post(f"{CREDENTIALS}purpose/", fields, page=CREDENTIALS)
    assert said.location == f"{CREDENTIALS}details/?id={credential}"


def test_who_reveals_personal_data_has_stated_it_for_pictures_too(
    sign_in: SignIn, credential: int, house: House
) -> None:
    staff = sign_in("confirm")
    fields = {"id": str(house.own.application), "purpose": "核对身份"}
    revealed = staff.post(f"{APPLICATIONS}reveal/", fields, page=APPLICATIONS)
    assert revealed.status_code == 200
    assert staff.get(picture_of(credential)).status_code == 200


def test_a_photo_of_an_application_asks_too(
    sign_in: SignIn, credential: int, house: House, work: ActorSession
) -> None:
    assert credential
    A = CertificationApplication  # noqa: N806 -- the class by the letter of the other tests
    key = work.scalar(select(Attachment.id))
    change = update(A).where(A.id == house.own.application).values(photo_attachment_id=key)
    work.execute(change, execution_options={"set_wise": True})
    work.commit()
    address = f"{APPLICATIONS}file/?id={house.own.application}&column=photo_attachment_id"
    staff = sign_in("authority")
    assert staff.get(address).status_code == 400
    state_purpose(staff, APPLICATIONS, house.own.application)
    assert staff.get(address).mimetype == "image/jpeg"

"""The types of a subject on its pages, and what the form of an application offers and refuses."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from models.base.session import ActorSession
from models.certification.tables import CertificationApplication
from models.reference.tables import Subject, SubjectType
from tests.factories.records import House
from tests.support.forms import form_of
from tests.support.lists import ids
from tests.support.record_pages import Ask, SignIn

LIST = "/admin/certification_application/"
SUBJECTS = "/admin/subject/"
REFUSED = "任教学科“中药”不属于资格种类“初级中学”。请另选学科或资格种类。"


@pytest.fixture
def medicine(work: ActorSession, house: House) -> int:
    """Return a subject of two types; the other one of the house lists none."""
    assert house
    subject = Subject(code="501201", name="中药")
    work.add(subject)
    work.flush()
    id_ = subject.id
    work.add_all(SubjectType(subject_id=id_, qualification_type=type_) for type_ in (5, 4))
    work.commit()
    return id_


def test_the_form_offers_the_subjects_of_the_chosen_type(
    sign_in: SignIn, house: House, medicine: int
) -> None:
    client = sign_in("authority")

    def offered(type_: str) -> set[int]:
        path = f"{LIST}lookup/subject_id/?q=&id={house.own.application}&qualification_type={type_}"
        return {int(each["id"]) for each in client.get(path).get_json()["results"]}

    assert offered("3") == {house.own.subject}
    assert offered("4") == offered("5") == {house.own.subject, medicine}
    assert offered("1") == {house.own.subject}
    assert offered("") == {house.own.subject}, "the record's own type is 3"


def test_the_form_refuses_another_type_for_the_subject_that_stands_there(
    sign_in: SignIn, house: House, medicine: int, work: ActorSession, ask: Ask
) -> None:
    record = work.get_one(CertificationApplication, house.own.application)
    record.subject_id, record.qualification_type = medicine, 4
    work.commit()
    client, path = sign_in("authority"), f"{LIST}edit/?id={house.own.application}"
    answer = client.send(path, qualification_type="3")
    assert answer.status_code == 400
    assert REFUSED in answer.text
    type_ = select(CertificationApplication.qualification_type)
    type_ = type_.where(CertificationApplication.id == house.own.application)
    assert ask(type_) == 4
    assert client.send(path, qualification_type="5").status_code == 303
    assert ask(type_) == 5


def test_the_form_says_why_a_subject_of_another_type_may_not_be_chosen(
    sign_in: SignIn, house: House, medicine: int, ask: Ask
) -> None:
    client, path = sign_in("authority"), f"{LIST}edit/?id={house.own.application}"
    answer = client.send(path, subject_id=str(medicine))
    assert answer.status_code == 400
    assert REFUSED in answer.text
    nobody = client.send(path, subject_id="999999").text
    assert "没有这条记录，或您不能选择它。" in nobody
    subject = select(CertificationApplication.subject_id)
    assert ask(subject.where(CertificationApplication.id == house.own.application)) != medicine
    both = {"subject_id": str(medicine), "qualification_type": "4"}
    assert client.send(path, **both).status_code == 303


def test_the_list_of_subjects_names_their_types_and_is_narrowed_by_them(
    sign_in: SignIn, house: House, medicine: int
) -> None:
    client = sign_in("authority")
    page = client.get(SUBJECTS).text
    assert "高级中学、中等职业学校" in page
    assert "不限" in page
    assert ids(client.get(f"{SUBJECTS}?filter=qualification_type:eq:5").text) == [medicine]
    assert ids(client.get(f"{SUBJECTS}?filter=qualification_type:eq:3").text) == []
    assert ids(client.get(f"{SUBJECTS}?filter=qualification_type:eq:0").text) == [house.own.subject]
    both = client.get(f"{SUBJECTS}?filter=qualification_type:in:0,4").text
    assert sorted(ids(both)) == [house.own.subject, medicine]
    others = client.get(f"{SUBJECTS}?filter=qualification_type:ne:4").text
    assert ids(others) == [house.own.subject]
    assert "不限" in client.get(f"{SUBJECTS}details/?id={house.own.subject}").text
    exported = client.get(f"{SUBJECTS}export/csv/?cols=code,qualification_type").data
    assert "501201,高级中学、中等职业学校" in exported.decode("utf-8-sig")
    coded = {"query": "cols=code,qualification_type", "values": "codes"}
    exported = client.post(f"{SUBJECTS}export/csv/", coded, page=SUBJECTS).data
    assert '501201,"4,5"' in exported.decode("utf-8-sig")


def test_the_centre_lists_a_type_and_takes_it_away(
    sign_in: SignIn, medicine: int, work: ActorSession
) -> None:
    client = sign_in("centre")
    page = client.get(f"{SUBJECTS}details/?id={medicine}").text
    new = f"/admin/subject_type/new/?subject_id={medicine}"
    assert new in page
    assert client.send(new, qualification_type="6").status_code == 303
    assert client.send(new, qualification_type="6").status_code == 400, "listed already"
    own = select(SubjectType).where(SubjectType.subject_id == medicine)
    added = work.scalars(own.where(SubjectType.qualification_type == 6)).one()
    id_, version = added.id, added.version
    assert work.get_one(Subject, medicine).version > 1, "a part makes a new version of the whole"
    work.rollback()
    asked = client.post(
        "/admin/subject_type/delete/",
        {"id": str(id_), "row_version": str(version)},
        page=f"{SUBJECTS}details/?id={medicine}",
    )
    sure = form_of(asked.text, "data-question") | {"sure": ["1"]}
    assert client.http.post("/admin/subject_type/delete/", data=sure).status_code == 303
    assert sorted(row.qualification_type for row in work.scalars(own)) == [4, 5]
    for left in (1, 1):  # the last one stays: without it the subject would belong to every type
        work.rollback()
        row = work.scalars(own.order_by(SubjectType.id)).first()
        assert row is not None
        fields = {"id": str(row.id), "row_version": str(row.version), "sure": "1"}
        work.rollback()
        answer = client.post("/admin/subject_type/delete/", fields, page=SUBJECTS)
        assert len(work.scalars(own).all()) == left
    assert answer.status_code == 409
    assert "唯一的资格种类" in answer.text


@pytest.mark.parametrize("username", ["authority", "confirm", "viewer"])
def test_nobody_but_the_centre_changes_the_types_of_a_subject(
    sign_in: SignIn, medicine: int, username: str
) -> None:
    client = sign_in(username)
    page = client.get(f"{SUBJECTS}details/?id={medicine}").text
    assert "中等职业学校" in page
    assert "subject_type/new/" not in page
    assert client.get(f"/admin/subject_type/new/?subject_id={medicine}").status_code == 403

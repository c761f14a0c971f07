"""The trash is there for whoever may put back what lies in it, and is mixed into no other list."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import event

from models import clock
from models.base.session import ActorSession
from models.certification.offered import material_choices
from models.certification.tables_parts import ApplicationResume
from models.errors import Conflict
from models.messaging.tables import Notice
from models.reference.tables import CodeItem, CodeSet, MaterialRule, Subject
from models.workflow import removal
from tests.factories.records import House
from tests.support.lists import ids
from tests.support.main_job import words
from tests.support.record_pages import SignIn

LIST = "/admin/notice/"
TRASH = f"{LIST}?filter=is_deleted:eq:true"


def notice(work: ActorSession, org: int, **more: object) -> int:
    """Store a published notice to all offices below."""
    made = Notice(
        title="放假通知",
        body="略",
        org_id=org,
        target_scope="subtree",
        published_at=clock.now(),
        **more,
    )
    work.add(made)
    work.commit()
    id_ = made.id
    work.rollback()
    return id_


@pytest.fixture
def from_above(work: ActorSession, house: House) -> int:
    """Return a notice that the province has put into the trash."""
    return notice(work, house.province, is_deleted=True)


@pytest.mark.parametrize("username", ["authority", "confirm", "viewer"])
def test_a_notice_deleted_above_is_gone_below(
    sign_in: SignIn, from_above: int, username: str
) -> None:
    staff = sign_in(username)
    assert staff.get(f"{LIST}details/?id={from_above}").status_code == 404
    assert staff.get(f"{LIST}file/?id={from_above}&column=attachment_id").status_code == 404
    assert staff.get(f"{LIST}print/record/?id={from_above}").status_code in {403, 404}
    for query in ("", "?filter=is_deleted:eq:true", "?filter=is_deleted:in:true,false"):
        assert from_above not in ids(staff.get(LIST + query).text)


def test_who_deleted_it_finds_it(sign_in: SignIn, from_above: int) -> None:
    centre = sign_in("centre")
    assert ids(centre.get(TRASH).text) == [from_above]
    assert centre.get(f"{LIST}details/?id={from_above}").status_code == 200
    assert "放假通知" in centre.get(f"{LIST}export/csv/?filter=is_deleted:eq:true").text


def test_an_office_finds_what_is_its_own(
    sign_in: SignIn, house: House, work: ActorSession, from_above: int
) -> None:
    own = notice(work, house.own.authority, is_deleted=True)
    assert from_above
    assert ids(sign_in("authority").get(TRASH).text) == [own]


def test_who_may_delete_nothing_cannot_ask_for_the_trash(sign_in: SignIn, from_above: int) -> None:
    assert from_above
    answer = sign_in("viewer").get(TRASH)
    assert "没有可供筛选的这一列" in words(answer.text)


@pytest.mark.parametrize(
    "query",
    [
        "filter=is_deleted:ne:false",
        "filter=is_deleted:eq:true&filter=is_deleted:eq:false",
        "filter_group=" + quote(json.dumps({"or": ["is_deleted:eq:true", "name:prefix:手"]})),
    ],
)
def test_the_trash_is_mixed_into_no_list(
    sign_in: SignIn, work: ActorSession, house: House, query: str
) -> None:
    assert house
    work.add(Subject(code="0999", name="手语", is_deleted=True))
    work.commit()
    answer = sign_in("centre").get(f"/admin/subject/?{query}")
    assert ids(answer.text) == []
    assert "回收站只能单独查看" in words(answer.text)


@pytest.fixture
def photo(work: ActorSession, house: House) -> int:
    """Return a code of a material that no rule asks for."""
    assert house
    work.add(CodeSet(code="MATERIAL_TYPE", name="材料"))
    work.flush()
    item = CodeItem(set_code="MATERIAL_TYPE", code="photo", name="照片")
    work.add(item)
    work.commit()
    id_ = item.id
    work.rollback()
    return id_


def test_a_material_in_the_trash_is_offered_to_nobody(work: ActorSession, photo: int) -> None:
    assert material_choices(work) == [("photo", "照片")]
    removal.remove(work, work.get_one(CodeItem, photo))
    work.commit()
    assert material_choices(work) == []


def test_a_rule_keeps_its_material_out_of_the_trash(work: ActorSession, photo: int) -> None:
    work.add(MaterialRule(material_code="photo"))
    work.commit()
    with pytest.raises(Conflict):
        removal.remove(work, work.get_one(CodeItem, photo))
    work.rollback()


@pytest.mark.one_database("postgresql")
def test_what_goes_is_locked_with_what_it_is_part_of(work: ActorSession, house: House) -> None:
    line = work.get_one(ApplicationResume, house.own.resume)
    locked: list[str] = []

    def see(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "FOR UPDATE" in statement:
            locked.append(statement.partition("FROM ")[2].split()[0])

    event.listen(work.get_bind(), "before_cursor_execute", see)
    removal.remove(work, line)
    work.rollback()
    assert locked == ["certification_application", "application_resume"]

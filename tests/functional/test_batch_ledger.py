"""The ledger of batches: found by their number, told apart by it, opened where they can be."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from models.accounts.tables import UserAccount, UserRole
from models.base.session import ActorSession
from models.batch.tables import Batch
from tests.factories.main_job import Job
from tests.support.main_job import carry_out, press, words
from tests.support.record_pages import SignIn, Staff

LEDGER = "/admin/batch/"


@pytest.fixture
def clerk(at_desk: SignIn, job: Job, work: ActorSession) -> Staff:
    """Sign in who bears a name and has a second role elsewhere."""
    account = work.scalars(select(UserAccount).where(UserAccount.username == "authority")).one()
    account.display_name = "陈静"
    work.add(UserRole(user_id=account.id, role_code="info_viewer", scope_org_id=job.province))
    work.commit()
    return at_desk("authority")


@pytest.fixture
def numbers(clerk: Staff, job: Job, work: ActorSession) -> list[int]:
    """Store three batches of the clerk, the last begun in the other role and undoing the first;
    return their numbers.
    """
    assert clerk
    user_id = work.scalars(select(UserAccount.id).where(UserAccount.username == "authority")).one()
    shared = {"entity": "certification_application", "action": "approve", "state": "done"}
    places = [("authority", job.own.authority)] * 2 + [("info_viewer", job.province)]
    batches = [
        Batch(
            **shared,
            label="教师资格认定申请 · 审核通过",
            kind="transition",
            user_id=user_id,
            username="authority",
            role=role,
            org_id=org,
        )
        for role, org in places
    ]
    work.add_all(batches)
    work.flush()
    batches[2].undo_of_id = batches[0].id
    found = [batch.id for batch in batches]
    work.commit()
    return found


def listed(page: str) -> list[int]:
    return [int(key) for key in re.findall(r'<tr data-id="(\d+)"', page)]


def row(page: str, key: int) -> str:
    found = re.search(rf'<tr data-id="{key}".*?</tr>', page, re.DOTALL)
    assert found
    return found[0]


@pytest.mark.parametrize("mark", ["", "%23"])
def test_a_batch_is_found_by_its_number(clerk: Staff, numbers: list[int], mark: str) -> None:
    assert listed(clerk.get(f"{LEDGER}?q={mark}{numbers[1]}").text) == [numbers[1]]


@pytest.mark.parametrize("typed", ["0", "99999999999999999999", "一", "²", "1.5", "-1"])
def test_what_is_no_number_of_a_batch_finds_none(
    clerk: Staff, numbers: list[int], typed: str
) -> None:
    answer = clerk.get(f"{LEDGER}?q={typed}", follow_redirects=True)
    assert answer.status_code == 200
    assert listed(answer.text) == []


def test_the_number_takes_a_condition_and_stands_first(clerk: Staff, numbers: list[int]) -> None:
    page = clerk.get(f"{LEDGER}?filter=id:ge:{numbers[1]}").text
    assert listed(page) == [numbers[2], numbers[1]]
    heads = re.findall(r"<th scope=\"col\".*?</th>", page, re.DOTALL)
    assert ["批次号" in heads[0], "对象类型" in heads[1], "操作" in heads[2]] == [True] * 3
    assert f'<a href="{numbers[1]}/" data-open>{numbers[1]}</a>' in row(page, numbers[1])


def test_who_started_it_is_told_by_name_and_login(clerk: Staff, numbers: list[int]) -> None:
    assert "陈静（authority）" in row(clerk.get(LEDGER).text, numbers[0])


def test_a_batch_of_another_role_has_no_link_and_says_where_it_opens(
    clerk: Staff, numbers: list[int]
) -> None:
    page = clerk.get(LEDGER).text
    assert clerk.get(f"{LEDGER}{numbers[2]}/").status_code == 404
    assert f'href="{numbers[2]}/"' not in page
    other = words("<main" + row(page, numbers[2]))
    assert "切换到“信息查询员 · province”角色后可打开" in other
    assert f"批次 {numbers[2]} 切换到" in words("<main" + row(page, numbers[0]))
    assert f'href="{numbers[0]}/"' in row(page, numbers[2])  # of what it undoes, which opens here


def test_one_word_stands_for_one_outcome(clerk: Staff, job: Job) -> None:
    path = press(clerk, "approve", *job.rows["confirmed"], job.rows["submitted"][0])
    assert "1 项不能办理" in words(clerk.get(path).text)
    told = carry_out(clerk, path)
    assert "1 项不能办理" in told
    assert "不能办理 1" in told
    heads = clerk.get(LEDGER).text
    assert "不能办理行数" in heads
    assert "期间有变动行数" in heads


def test_a_bulk_edit_says_of_both_that_they_cannot_be_changed(clerk: Staff, job: Job) -> None:
    path = press(clerk, "edit_arrangement_id", job.rows["approved_unnumbered"][0])
    page = clerk.get(f"{path}?outcome=refused").text
    assert "不能修改 1" in words(page)


def test_what_was_only_looked_at_counts_as_nothing_done(
    clerk: Staff, job: Job, work: ActorSession
) -> None:
    begun = press(clerk, "bulk_edit", *job.rows["confirmed"])
    assert "已预览" not in words(clerk.get(begun).text), "no column is chosen yet"
    assert "已预览" not in words(clerk.get(f"{LEDGER}?cols=id,state").text.partition("<tbody")[2])
    path = press(clerk, "approve", *job.rows["confirmed"])
    done = rf"<td[^>]*>{len(job.rows['confirmed'])}</td>"
    shown = f"{LEDGER}?cols=id,moved"
    assert re.search(done, clerk.get(shown).text) is None
    carry_out(clerk, path)
    assert re.search(done, clerk.get(shown).text)
    work.rollback()

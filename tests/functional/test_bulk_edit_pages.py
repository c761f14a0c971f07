"""Bulk edit on the pages: chosen in the list's bar, a field of the column's own, old and new."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from models.base.session import ActorSession
from models.batch.tables import Batch
from models.certification.tables import CertificationApplication
from models.planning.tables import SiteArrangement
from tests.factories.main_job import Job
from tests.support.forms import form_of
from tests.support.main_job import (
    ACTION,
    BATCH_FORM,
    LIST,
    carry_out,
    press,
    send_batch,
    sentence,
    words,
)
from tests.support.record_pages import SignIn, Staff


def columns(work: ActorSession, key: int, *names: str) -> list[object]:
    record = work.get_one(CertificationApplication, key)
    found = [getattr(record, name) for name in names]
    work.rollback()
    return found


def choose(client: Staff, path: str, name: str) -> str:
    """Choose the column; return the page that asks for its value."""
    assert send_batch(client, path, "preview", field=name).status_code == 303
    return client.get(path).text


def test_the_bar_offers_what_the_role_may_change(at_desk: SignIn, job: Job) -> None:
    page = at_desk("authority").get(LIST).text
    assert 'value="edit_arrangement_id">修改“确认点安排”' in page
    assert 'value="bulk_edit">选择要修改的项目' in page
    assert "bulk_edit" not in at_desk("viewer").get(LIST).text
    assert "bulk_edit" not in at_desk("authority").get("/admin/person/").text


def test_sites_are_assigned_from_pin_to_undo(at_desk: SignIn, job: Job, work: ActorSession) -> None:
    clerk, rows = at_desk("authority"), job.rows["submitted"]
    path = press(clerk, "edit_arrangement_id", *rows, job.rows["approved_unnumbered"][0])
    page = clerk.get(path).text
    assert "data-commit" not in page  # nothing to press before a value was previewed
    assert f'value="{job.own.second_arrangement}"' in page
    assert f'value="{job.other.arrangement}"' not in page
    answer = send_batch(clerk, path, "preview", value=str(job.own.second_arrangement))
    assert answer.status_code == 303
    page = clerk.get(path).text
    assert sentence(page) == [len(rows) + 1, len(rows), 1]
    assert f"{len(rows)} 项将修改" in words(page)
    assert re.search(rf"<td class=\"n\">{len(rows)} 项</td><td><del>.*</del></td>", page)
    done = carry_out(clerk, path, value=str(job.own.second_arrangement))
    assert f"{len(rows)} 项已修改" in done
    expected = [job.own.second_arrangement, job.own.second_site]
    assert columns(work, rows[0], "arrangement_id", "site_id") == expected
    shown = clerk.get(f"{LIST}details/?id={rows[0]}").text
    assert "修改“确认点安排”" in words(shown)
    form = {"csrf_token": clerk.token(path)}
    taking = clerk.http.post(f"{path}undo", data=form).location
    carry_out(clerk, taking)
    assert columns(work, rows[0], "arrangement_id") == [job.own.arrangement]


@pytest.mark.parametrize(
    ("name", "typed", "stored"),
    [
        ("pledge_signed", "1", True),
        ("place_basis", "study", "study"),
        ("political_code", "13", "13"),
    ],
)
def test_each_kind_of_column_has_its_own_field(
    name: str, typed: str, stored: object, at_desk: SignIn, job: Job, work: ActorSession
) -> None:
    clerk, rows = at_desk("authority"), job.rows["confirmed"]
    path = press(clerk, "bulk_edit", *rows)
    page = clerk.get(path).text
    assert "修改的项目" in page
    assert 'name="input_value"' not in page
    page = choose(clerk, path, name)
    assert re.search(r'<select[^>]*name="input_value"', page)
    assert send_batch(clerk, path, "preview", value=typed).status_code == 303
    carry_out(clerk, path, value=typed)
    assert columns(work, rows[0], name) == [stored]


def test_the_page_says_what_is_wrong_with_a_value(at_desk: SignIn, job: Job) -> None:
    clerk = at_desk("authority")
    path = press(clerk, "bulk_edit", *job.rows["confirmed"])
    choose(clerk, path, "place_basis")
    for typed, said in (("moon", "请从列表中选择"), ("", "申请地依据")):
        answer = send_batch(clerk, path, "commit", value=typed)
        assert answer.status_code == 400
        wrong = answer.text.partition('id="input_value-wrong"')[2].partition("</ul>")[0]
        assert said in wrong, answer.text
    assert clerk.get(path).status_code == 200


@pytest.mark.parametrize("name", ["status", "mobile", "version", "nonsense", "id_no"])
def test_other_columns_are_refused(name: str, at_desk: SignIn, job: Job) -> None:
    clerk, rows = at_desk("authority"), job.rows["confirmed"]
    path = press(clerk, "bulk_edit", *rows)
    answer = send_batch(clerk, path, "preview", field=name)
    assert answer.status_code == 400
    assert "此项不能批量修改" in answer.text
    forged = {"action": f"edit_{name}", "rowid": str(rows[0])}
    assert clerk.post(ACTION, forged, page="/admin/").status_code == 400


def test_a_key_is_searched_among_what_fits_the_rows(
    at_desk: SignIn, job: Job, work: ActorSession
) -> None:
    clerk, rows = at_desk("authority"), job.rows["submitted"]
    path = press(clerk, "edit_arrangement_id", *rows)
    found = clerk.get(f"{path}lookup?q=").json
    assert found
    own = set(work.scalars(select(SiteArrangement.id).filter_by(plan_id=job.own.plan)))
    work.rollback()
    assert {int(each["id"]) for each in found["results"]} == own
    other = press(clerk, "bulk_edit", *rows)
    choose(clerk, other, "place_basis")
    assert clerk.get(f"{other}lookup?q=").status_code == 404


def test_a_site_moves_its_rows_and_no_longer_sees_them(
    at_desk: SignIn, job: Job, work: ActorSession
) -> None:
    site, rows = at_desk("confirm"), job.rows["submitted"]
    path = press(site, "edit_arrangement_id", rows[0])
    typed = str(job.own.second_arrangement)
    assert send_batch(site, path, "preview", value=typed).status_code == 303
    carry_out(site, path, value=typed)
    assert columns(work, rows[0], "site_id") == [job.own.second_site]
    assert site.get(f"{LIST}details/?id={rows[0]}").status_code == 404
    assert site.get(path).status_code == 200


def test_a_role_is_offered_what_it_may_correct_at_all(at_desk: SignIn, job: Job) -> None:
    site, rows = at_desk("confirm"), job.rows["submitted"]
    path = press(site, "bulk_edit", *rows)
    chooser = site.get(path).text.partition('name="input_field"')[2].partition("</select>")[0]
    offered = re.findall(r'value="(\w+)"', chooser)
    assert "pledge_signed" in offered
    assert "place_basis" not in offered  # the authority's alone
    assert send_batch(site, path, "preview", field="place_basis").status_code == 400
    forged = {"action": "edit_place_basis", "rowid": str(rows[0])}
    assert site.post(ACTION, forged, page="/admin/").status_code == 400


def test_the_ledger_names_the_column(at_desk: SignIn, job: Job, work: ActorSession) -> None:
    clerk = at_desk("authority")
    path = press(clerk, "bulk_edit", *job.rows["confirmed"])
    choose(clerk, path, "place_basis")
    carry_out(clerk, path, value="study")
    assert work.scalars(select(Batch.label)).one() == "教师资格认定申请 · 修改“申请地依据”"
    work.rollback()
    assert "修改“申请地依据”" in clerk.get("/admin/batch/").text
    trail = words(at_desk("centre").get("/admin/audit_log/").text)
    assert "教师资格认定申请·修改“申请地依据”" in trail


def test_a_list_without_states_has_bulk_edit_too(
    at_desk: SignIn, job: Job, work: ActorSession
) -> None:
    clerk, grid = at_desk("authority"), "/admin/site_arrangement/"
    page = clerk.get(grid).text
    assert 'value="bulk_edit">选择要修改的项目' in page
    ticked = {"rowid": [str(job.own.arrangement)], "action": "bulk_edit"}
    begun = clerk.http.post(f"{grid}action/", data=form_of(page, BATCH_FORM) | ticked)
    path = str(begun.location)
    assert "每日容量" in choose(clerk, path, "daily_capacity")
    assert send_batch(clerk, path, "preview", value="45").status_code == 303
    assert "1 项已修改" in carry_out(clerk, path, value="45")
    assert work.get_one(SiteArrangement, job.own.arrangement).daily_capacity == 45
    work.rollback()
    told = words(clerk.get(f"{grid}details/?id={job.own.arrangement}").text)
    assert "修改“每日容量”" in told
    assert "撤销" in told

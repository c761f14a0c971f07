"""The main job over plain HTTP, steps 1 to 4: the start page, a plan, a workbook, the list, and
what a confirmation site may do.
"""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from openpyxl import Workbook, load_workbook
from sqlalchemy import func, select

from models import clock
from models.base.session import ActorSession
from models.certification.import_fields import FIELDS
from models.certification.tables import CertificationApplication
from models.planning.tables import SiteArrangement, WorkPlan
from tests.factories.main_job import COUNTS, Job
from tests.support.lists import ids, link, total
from tests.support.main_job import LIST, carry_out, press, sentence, states, words
from tests.support.record_pages import Ask, SignIn

PLAN_ACTION = "/admin/work_plan/action/"
ID_NUMBERS = ("11010519491231002X", "440106199001010013", "44010619900101003X")


def newest_plan(ask: Ask) -> WorkPlan:
    plan: WorkPlan = ask(select(WorkPlan).order_by(WorkPlan.id.desc()).limit(1))
    return plan


def test_step_1_counts_are_links_and_lead_to_as_many_rows(at_desk: SignIn, job: Job) -> None:
    authority = at_desk("authority")
    page = authority.get("/admin/").text
    found = re.findall(rf'<a[^>]* href="({LIST}\?filter=status:eq:(\w+))"[^>]*>(.*?)</a>', page)
    assert {state for _, state, _ in found} >= COUNTS.keys()
    for address, state, text in found:
        rows = total(authority.get(unescape(address)).text)
        assert str(rows) in re.findall(r"\d+", re.sub(r"<[^>]+>", " ", text)), state
        if state in COUNTS:
            more = 2 if state == "submitted" else 0  # that of every house, and the second site's
            assert rows == COUNTS[state] + more, state


def test_step_1_a_plan_is_made_published_opened_and_given_sites(
    at_desk: SignIn, job: Job, ask: Ask
) -> None:
    authority = at_desk("authority")
    today, tomorrow, third, fourth = (
        (clock.today() + timedelta(days=n)).isoformat() for n in range(4)
    )
    answer = authority.send(
        "/admin/work_plan/new/",
        name="第二批",
        year=str(clock.today().year),
        batch_no="2",
        kind="cert",
        apply_start=today,
        apply_end=tomorrow,
        confirm_start=today,
        confirm_end=third,
        decide_start=today,
        decide_end=fourth,
        is_open="",
    )
    assert answer.status_code == 303, answer.text
    plan = newest_plan(ask)
    assert (plan.name, plan.status, plan.is_open) == ("第二批", "draft", False)
    for action in ("publish", "open_online"):
        page = authority.get(f"/admin/work_plan/details/?id={plan.id}").text
        assert f'name="action" value="{action}"' in page
        sent = authority.post(PLAN_ACTION, {"action": action, "rowid": str(plan.id)})
        assert sent.status_code == 303
        assert authority.post(f"{sent.location}commit").status_code == 303
        assert sentence(authority.get(sent.location).text) == [1, 1]
    plan = newest_plan(ask)
    assert (plan.status, plan.is_open) == ("published", True)
    arranged = authority.send(
        f"/admin/site_arrangement/new/?plan_id={plan.id}",
        site_id=str(job.own.site),
        confirm_start=today,
        confirm_end=tomorrow,
        scope_note="本区户籍人员",
        notice="带身份证原件",
    )
    assert arranged.status_code == 303, arranged.text
    made = ask(select(SiteArrangement.id).where(SiteArrangement.plan_id == plan.id))
    seen = at_desk("confirm").get(f"/admin/site_arrangement/details/?id={made}").text
    assert "本区户籍人员" in seen
    assert "带身份证原件" in seen
    assert "第二批" in at_desk("confirm").get("/admin/").text


def row(number: int, **cells: Any) -> dict[str, Any]:
    """Return a good row of a workbook; ``cells`` by heading change it."""
    good = {
        "认定机构": "甲区教育局",
        "确认点": "甲区确认点",
        "姓名": f"王小{'明红强'[number]}",
        "证件类型": "居民身份证",
        "证件号码": ID_NUMBERS[number],
        "民族": "汉族",
        "政治面貌": "群众",
        "考试形式": "国家统一考试",
        "申请资格种类": "初级中学",
        "任教学科": "语文",
        "申请地依据": "户籍所在地",
        "最高学历": "大学本科毕业",
        "毕业学校": "某师范大学",
        "通讯地址": "某市某路 1 号",
        "手机号码": "13800138000",
    }
    return good | cells


def write(path: Path, *rows: dict[str, Any]) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([field.heading for field in FIELDS])
    for each in rows:
        sheet.append([each.get(field.heading) for field in FIELDS])
    book.save(path)
    return path


def test_step_2_a_workbook_is_imported_and_refused_rows_come_back(
    app: Flask, at_desk: SignIn, job: Job, ask: Ask, tmp_path: Path
) -> None:
    file = write(
        tmp_path / "apply.xlsx",
        row(0),
        row(1, 证件号码="440106199001010010"),
        row(1, 证件号码=440106199001010000.0),
        row(1, 证件号码="４40106199001010013"),
        row(1, 认定机构="乙区教育局"),
        row(1, 姓名=None, 手机号码="12"),
        row(2),
        row(0, 姓名="另一人"),
    )
    back = tmp_path / "back.xlsx"
    before = ask(select(func.count()).select_from(CertificationApplication))
    command = ["import", "certification_application", str(file), "--as", "authority"]
    for options, kept in ((["--dry-run"], 0), ([], 2)):
        ran = app.test_cli_runner().invoke(args=[*command, "--out", str(back), *options])
        assert ran.exit_code == 3, ran.output
        assert "共 8 行" in ran.output
        after = ask(select(func.count()).select_from(CertificationApplication))
        assert after - before == kept
    sheet = load_workbook(back).active
    assert sheet is not None
    heads, *lines = sheet.iter_rows(values_only=True)
    place = {str(head): number for number, head in enumerate(heads)}
    reasons = {line[place["原行号"]]: str(line[place["原因"]]) for line in lines}
    assert reasons.keys() == {3, 4, 5, 6, 7, 9}
    for number, heading in {3: "证件号码", 4: "证件号码", 5: "证件号码", 6: "认定机构"}.items():
        assert reasons[number].startswith(f"{heading}："), reasons
    assert "姓名：" in reasons[7]
    assert "手机号码：" in reasons[7]
    assert not any(re.search(r"[A-Za-z]+ [a-z]+", reason) for reason in reasons.values()), reasons
    listed = at_desk("authority").get(f"{LIST}?filter=name:prefix:王小&filter=status:eq:submitted")
    assert total(listed.text) == 2
    assert (
        at_desk("neighbour").get(f"{LIST}?filter=name:prefix:王小").text.count("<tr data-id") == 0
    )


@pytest.mark.parametrize("user", ["confirm", "viewer", "nobody"])
def test_step_2_who_may_not_import_imports_nothing(
    app: Flask, job: Job, ask: Ask, tmp_path: Path, user: str
) -> None:
    file = write(tmp_path / "apply.xlsx", row(0))
    before = ask(select(func.count()).select_from(CertificationApplication))
    ran = app.test_cli_runner().invoke(
        args=["import", "certification_application", str(file), "--as", user]
    )
    assert ran.exit_code in (1, 2)
    assert "Traceback" not in ran.output
    assert ask(select(func.count()).select_from(CertificationApplication)) == before


def test_step_3_the_list_is_filtered_searched_sorted_and_paged(
    at_desk: SignIn, job: Job, work: ActorSession
) -> None:
    authority = at_desk("authority")
    assert ids(authority.get(f"{LIST}?filter=status:eq:confirmed&sort=name").text) != []
    both = authority.get(f"{LIST}?filter=status:in:confirmed,submitted&size=100").text
    assert total(both) == len(ids(both)) == COUNTS["confirmed"] + COUNTS["submitted"] + 2
    first = work.get_one(CertificationApplication, job.rows["confirmed"][0])
    name, number = first.name, first.id_no
    work.rollback()
    for asked in (name, number):
        answer = authority.post(f"{LIST}search/", {"q": asked, "query": ""}, page=LIST)
        assert answer.status_code in (302, 303)
        found = ids(authority.get(answer.location).text)
        assert job.rows["confirmed"][0] in found
    up = ids(authority.get(f"{LIST}?sort=submitted_at&filter=status:eq:confirmed").text)
    down = ids(authority.get(f"{LIST}?sort=-submitted_at&filter=status:eq:confirmed").text)
    assert down == up[::-1] == job.rows["confirmed"]
    page = authority.get(f"{LIST}?size=20").text
    assert link(page, "next") == ""


def test_step_3_a_record_is_masked_and_corrected_by_its_form(
    at_desk: SignIn, job: Job, work: ActorSession
) -> None:
    authority, row_id = at_desk("authority"), job.rows["submitted"][0]
    record = work.get_one(CertificationApplication, row_id)
    secret = record.id_no
    work.rollback()
    details = authority.get(f"{LIST}details/?id={row_id}").text
    for page in (details, authority.get(f"{LIST}?size=100").text):
        assert secret not in page
        assert secret[:3] in page
    edited = f"{LIST}edit/?id={row_id}"
    form = authority.form(edited)
    assert not form.keys() & {"name", "id_no", "id_type", "status", "apply_no"}
    answer = authority.send(edited, ethnic_code="02", id_no="110101199003070000", status="draft")
    assert answer.status_code == 303
    work.refresh(record)
    assert (record.ethnic_code, record.id_no, record.status) == ("02", secret, "submitted")
    work.rollback()
    assert "<ins>蒙古族</ins>" in authority.get(f"{LIST}details/?id={row_id}").text


def test_step_4_a_site_sees_and_moves_only_its_own_rows(
    at_desk: SignIn, job: Job, work: ActorSession
) -> None:
    site = at_desk("confirm")
    shown = ids(site.get(f"{LIST}?size=100").text)
    assert set(shown) >= set(job.rows["submitted"])
    for hidden in (job.elsewhere, job.foreign):
        assert hidden not in shown
        assert site.get(f"{LIST}details/?id={hidden}").status_code == 404
        assert site.get(f"{LIST}edit/?id={hidden}").status_code == 404
    path = press(site, "confirm", job.rows["submitted"][0], job.elsewhere, job.foreign)
    carry_out(site, path)
    assert sentence(site.get(path).text)[:2] == [1, 1]
    moved = states(work, job.rows["submitted"][0], job.elsewhere, job.foreign)
    assert moved == ["confirmed", "submitted", "submitted"]


def test_step_4_a_site_leaves_drafts_alone(at_desk: SignIn, job: Job, work: ActorSession) -> None:
    site, draft = at_desk("confirm"), job.rows["draft"][0]
    page = site.get(press(site, "confirm", draft)).text
    assert sentence(page) == [1, 0, 1]
    assert "data-commit" not in page
    assert site.post(f"{LIST}action/", {"action": "submit", "rowid": str(draft)}).status_code == 403
    assert site.send(f"{LIST}edit/?id={draft}", mobile="13900000000").status_code == 403
    assert states(work, draft) == ["draft"]


@pytest.mark.parametrize("action", ["confirm", "mark_incomplete"])
def test_step_4_outside_the_window_a_site_does_nothing(
    at_desk: SignIn, job: Job, work: ActorSession, action: str
) -> None:
    plan = work.get_one(WorkPlan, job.own.plan)
    plan.confirm_end = plan.apply_end = clock.now() - timedelta(minutes=5)
    plan.decide_start = plan.confirm_start
    work.commit()
    site, row_id = at_desk("confirm"), job.rows["submitted"][0]
    page = site.get(press(site, action, row_id)).text
    assert sentence(page) == [1, 0, 1]
    assert "不在确认点的确认时间内" in words(page)
    assert "data-commit" not in page
    assert site.send(f"{LIST}edit/?id={row_id}", mobile="13900000000").status_code == 403
    assert states(work, row_id) == ["submitted"]


def test_step_4_a_site_corrects_site_basics_and_resume_alone(
    at_desk: SignIn, job: Job, ask: Ask
) -> None:
    site, row_id = at_desk("confirm"), job.own.application
    form = site.form(f"{LIST}edit/?id={row_id}")
    assert form.keys() >= {"arrangement_id", "mobile", "ethnic_code", "school_name"}
    kept = {"name", "id_no", "sex", "birth_date", "qualification_type", "subject_id", "plan_id"}
    assert not form.keys() & kept
    resume = f"/admin/application_resume/edit/?id={job.own.resume}"
    assert site.send(resume, unit="第二中学").status_code == 303
    assert "第二中学" in site.get(f"{LIST}details/?id={row_id}").text

"""Forms sent after their session had ended: kept for their sender, shown again, not saved."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from models import clock
from models.accounts import kept_forms
from models.accounts.tables_sign_in import KeptForm
from models.base.session import ActorSession
from models.batch.tables import Batch
from models.certification.tables import CertificationApplication
from models.planning.tables import WorkPlan
from tests.factories.records import PASSWORD, House
from tests.support.forms import Pairs, form_of
from tests.support.record_pages import Ask, SignIn, Staff

A = CertificationApplication
ROWS = "/admin/certification_application/"
KEPT, LOST = "已为您暂存", "请登录后重新发送"
UNSAVED = "还没有保存。请核对后重新提交"
NEW_ADDRESS = "北京市西城区新街口外大街十九号"
LATER = timedelta(hours=1)


@pytest.fixture
def edit(house: House) -> str:
    return f"{ROWS}edit/?id={house.own.application}"


def send_late(client: Staff, path: str, fields: Pairs, page: str | None = None) -> TestResponse:
    """Send a form an hour after it was loaded; return the sign-in page."""
    headers = {"Referer": f"http://localhost{page or path}"}
    with clock.held(clock.now() + LATER):
        return client.http.post(path, data=fields, headers=headers, follow_redirects=True)


def sign_in_again(
    client: Staff, page: TestResponse, username: str = "authority", password: str = PASSWORD
) -> TestResponse:
    """Fill in the sign-in page as it stands and follow where it leads."""
    wanted = unescape(re.findall(r'name="next" value="([^"]*)"', page.text)[-1])
    fields = {"username": username, "password": password, "next": wanted}
    with clock.held(clock.now() + LATER):
        answer = client.post("/login", fields, page=page.request.full_path)
        if answer.status_code != 303:
            return answer
        return client.get(answer.location, follow_redirects=True)


def go_on(client: Staff, page: str) -> TestResponse:
    """Press the button that leads back to the form."""
    found = re.search(r'<form method="post" action="([^"]+)" data-resume>', page)
    assert found, page
    with clock.held(clock.now() + LATER):
        return client.http.post(unescape(found[1]), data=form_of(page, "data-resume"))


def test_a_late_edit_comes_back_filled_in_and_is_saved_by_its_sender(
    sign_in: SignIn, house: House, edit: str, ask: Ask
) -> None:
    clerk = sign_in("authority")
    form = clerk.form(edit) | {"address": [NEW_ADDRESS]}
    page = send_late(clerk, edit, form)
    assert (page.status_code, page.request.path) == (200, "/login")
    assert KEPT in page.text
    assert NEW_ADDRESS not in page.text
    offer = sign_in_again(clerk, page)
    assert "您发送的内容还没有保存" in offer.text
    shown = go_on(clerk, offer.text)
    assert shown.status_code == 200
    assert UNSAVED in shown.text
    sent = form_of(shown.text)
    assert sent["address"] == [NEW_ADDRESS]
    assert sent["row_version"] == form["row_version"]
    address = select(A.address).where(A.id == house.own.application)
    assert ask(address) != NEW_ADDRESS
    with clock.held(clock.now() + LATER):
        assert clerk.http.post(edit, data=sent).status_code == 303
    assert ask(address) == NEW_ADDRESS


def test_what_somebody_else_changed_meanwhile_is_a_conflict(
    sign_in: SignIn, house: House, edit: str, work: ActorSession, ask: Ask
) -> None:
    clerk = sign_in("authority")
    page = send_late(clerk, edit, clerk.form(edit) | {"address": [NEW_ADDRESS]})
    row = work.get_one(A, house.own.application)
    row.address = "别处"
    work.commit()
    sent = form_of(go_on(clerk, sign_in_again(clerk, page).text).text)
    with clock.held(clock.now() + LATER):
        answer = clerk.http.post(edit, data=sent)
    assert answer.status_code == 409
    assert NEW_ADDRESS in answer.text
    assert ask(select(A.address).where(A.id == house.own.application)) == "别处"


def test_a_late_new_record_comes_back_filled_in(sign_in: SignIn, house: House, ask: Ask) -> None:
    assert house
    clerk, count = sign_in("authority"), select(func.count()).select_from(WorkPlan)
    before = ask(count)
    form = clerk.form("/admin/work_plan/new/") | {"name": ["秋季认定"], "year": ["不是年份"]}
    page = send_late(clerk, "/admin/work_plan/new/", form)
    shown = go_on(clerk, sign_in_again(clerk, page).text)
    assert (shown.status_code, ask(count)) == (200, before)
    assert form_of(shown.text)["name"] == ["秋季认定"]
    assert form_of(shown.text)["year"] == ["不是年份"]
    assert "data-summary" not in shown.text  # nothing is judged before it is sent again


@pytest.mark.parametrize("step", ["preview", "commit"])
def test_the_inputs_of_a_late_batch_come_back(
    sign_in: SignIn, house: House, ask: Ask, step: str
) -> None:
    clerk = sign_in("authority")
    fields = {"action": "mark_incomplete", "rowid": str(house.own.application)}
    batch = clerk.post(f"{ROWS}action/", fields, page="/admin/").location
    form = form_of(clerk.get(batch).text, "data-batch") | {"input_reason": ["缺身份证复印件"]}
    page = send_late(clerk, f"{batch}{step}", form, batch)
    shown = go_on(clerk, sign_in_again(clerk, page).text)
    assert UNSAVED in shown.text
    assert form_of(shown.text, "data-batch")["input_reason"] == ["缺身份证复印件"]
    assert ask(select(Batch.state)) == "previewed"
    assert ask(select(A.status).where(A.id == house.own.application)) == "submitted"


def test_any_other_late_post_leads_back_to_where_its_form_stood(
    sign_in: SignIn, house: House, ask: Ask
) -> None:
    clerk, where = sign_in("authority"), f"{ROWS}?sort=-id"
    token = clerk.token("/admin/")
    fields = {"csrf_token": [token], "action": ["confirm"], "rowid": [str(house.own.application)]}
    page = send_late(clerk, f"{ROWS}action/", fields, where)
    assert LOST in page.text
    back = sign_in_again(clerk, page)
    assert back.request.full_path == where
    assert ask(select(func.count()).select_from(KeptForm)) == 0
    assert ask(select(func.count()).select_from(Batch)) == 0


def test_another_user_does_not_see_what_was_filled_in(
    sign_in: SignIn, house: House, edit: str
) -> None:
    assert house
    clerk = sign_in("authority")
    page = send_late(clerk, edit, clerk.form(edit) | {"address": [NEW_ADDRESS]})
    shown = sign_in_again(clerk, page, "centre")
    assert shown.request.path == "/admin/"
    assert "另一位用户填写的内容没有带过来" in shown.text
    assert NEW_ADDRESS not in shown.text


def test_a_wrong_password_in_between_loses_nothing(
    sign_in: SignIn, house: House, edit: str
) -> None:
    assert house
    clerk = sign_in("authority")
    page = send_late(clerk, edit, clerk.form(edit) | {"address": [NEW_ADDRESS]})
    refused = sign_in_again(clerk, page, password="wrong")
    assert refused.status_code == 403
    assert NEW_ADDRESS in go_on(clerk, sign_in_again(clerk, refused).text).text


def test_the_database_alone_tells_nothing_and_passwords_are_not_kept(
    sign_in: SignIn, house: House, edit: str, app: Flask, work: ActorSession
) -> None:
    assert house
    clerk = sign_in("authority")
    secret = {"password": ["Typed-here-2026"], "new_password_again": ["Typed-here-2026"]}
    page = send_late(clerk, edit, clerk.form(edit) | {"address": [NEW_ADDRESS]} | secret)
    token = re.search(r"form%3D([\w-]+)", page.request.query_string.decode())
    assert token
    stored = work.scalars(select(KeptForm)).one()
    assert token[1] not in (stored.token_hash, stored.sealed)
    assert NEW_ADDRESS not in stored.sealed
    form = kept_forms.look_up(
        work, stored.user_id, token[1], key=app.config["SECRET_KEY"], now=clock.now()
    )
    work.rollback()
    assert ("address", NEW_ADDRESS) in form.fields
    assert "csrf_token" not in dict(form.fields)
    assert "Typed-here-2026" not in dict(form.fields).values()


def test_a_lost_file_is_told(sign_in: SignIn, house: House, edit: str) -> None:
    assert house
    clerk = sign_in("authority")
    form: dict[str, object] = {**clerk.form(edit), "scan": (BytesIO(b"%PDF"), "scan.pdf")}
    with clock.held(clock.now() + LATER):
        page = clerk.http.post(
            edit, data=form, content_type="multipart/form-data", follow_redirects=True
        )
    offer = sign_in_again(clerk, page).text
    assert "文件不会暂存" in offer
    assert "data-resume" not in offer  # the script must not hurry past the sentence


def test_what_is_too_large_is_not_kept_and_says_so(
    sign_in: SignIn, house: House, edit: str, ask: Ask
) -> None:
    assert house
    clerk = sign_in("authority")
    form = clerk.form(edit) | {"address": ["长" * (kept_forms.MOST_BYTES // 3)]}
    page = send_late(clerk, edit, form)
    assert "内容过大" in page.text
    assert ask(select(func.count()).select_from(KeptForm)) == 0


@pytest.mark.parametrize("token", ["none", "junk", "another session's"])
def test_a_forged_post_is_not_kept(
    sign_in: SignIn, house: House, edit: str, ask: Ask, token: str
) -> None:
    assert house
    clerk = sign_in("authority")
    form = clerk.form(edit) | {"address": [NEW_ADDRESS]}
    given = {"none": [], "junk": ["x"], "another session's": [sign_in("centre").token("/admin/")]}
    page = send_late(clerk, edit, form | {"csrf_token": given[token]})
    assert page.status_code == 400
    assert ask(select(func.count()).select_from(KeptForm)) == 0


def test_a_cookie_of_nobody_keeps_nothing(app: Flask, house: House, edit: str, ask: Ask) -> None:
    assert house
    client = Staff(app.test_client())
    token = client.token("/login")
    with client.http.session_transaction() as cookie:
        cookie["_user_id"] = "never-issued"
    answer = client.http.post(edit, data={"csrf_token": token, "address": NEW_ADDRESS})
    assert answer.status_code == 303
    assert ask(select(func.count()).select_from(KeptForm)) == 0


def test_a_form_that_was_dropped_is_gone(
    sign_in: SignIn, house: House, edit: str, ask: Ask
) -> None:
    assert house
    clerk = sign_in("authority")
    page = send_late(clerk, edit, clerk.form(edit) | {"address": [NEW_ADDRESS]})
    offer = sign_in_again(clerk, page)
    token = re.search(r'name="form" value="([^"]+)"', offer.text)
    assert token
    with clock.held(clock.now() + LATER):
        fields = {"form": token[1], "page": edit}
        answer = clerk.post("/admin/kept/", fields, page="/admin/")
        assert answer.location == edit
        again = clerk.get(f"/admin/kept/?form={token[1]}", follow_redirects=True)
    assert "不再暂存" in again.text
    assert ask(select(func.count()).select_from(KeptForm)) == 0


def test_giving_up_leads_to_no_other_site(sign_in: SignIn, house: House) -> None:
    assert house
    fields = {"form": "x", "page": "//evil.example"}
    answer = sign_in("authority").post("/admin/kept/", fields, page="/admin/")
    assert answer.location == "/admin/"

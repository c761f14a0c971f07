"""What names an actor may find: choices need the right to list, mentions of accounts do not."""

from __future__ import annotations

import csv
from io import StringIO

import pytest
from sqlalchemy import select

from models import clock
from models.accounts.tables import UserAccount, UserRole
from models.base.session import ActorSession
from models.certification.tables import CertificationApplication
from models.messaging.tables import Message
from tests.factories.records import House
from tests.support.accounts import make_account
from tests.support.record_pages import Ask, SignIn

LETTER = "/admin/message"


@pytest.mark.parametrize(
    ("table", "field"),
    [("person", "recipient_person_id"), ("user_account", "recipient_id")],
)
def test_nobody_looks_up_what_he_may_not_list(
    sign_in: SignIn, house: House, table: str, field: str
) -> None:
    viewer, authority = sign_in("viewer"), sign_in("authority")
    path = f"{LETTER}/lookup/{field}/?q="
    assert viewer.get(f"/admin/{table}/").status_code == 403
    assert viewer.get(path).status_code == 403
    assert authority.get(f"/admin/{table}/").status_code == 200
    assert authority.get(path).get_json()["results"]


def test_forms_and_conditions_name_nobody_whom_one_may_not_list(
    sign_in: SignIn, house: House
) -> None:
    for page in (f"{LETTER}/new/", f"{LETTER}/?add=recipient_id"):
        assert "neighbour" in sign_in("centre").get(page).text
        assert "neighbour" not in sign_in("viewer").get(page).text


def test_reference_data_may_be_looked_up_by_all(sign_in: SignIn, house: House) -> None:
    found = sign_in("authority").get("/admin/org/lookup/region_code/?q=北京市").get_json()
    assert [each["id"] for each in found["results"]] == ["11"]


def confirmed_from_afar(work: ActorSession, house: House) -> None:
    """Let an account of another office have confirmed the own application."""
    stranger = make_account(work, work.get_one(UserAccount, 1).org, "stranger")  # type: ignore[arg-type]
    stranger.org_id = house.other.authority
    application = work.get_one(CertificationApplication, house.own.application)
    application.confirmed_by, application.confirmed_at = stranger.id, clock.now()
    work.commit()


def test_an_account_is_mentioned_by_its_name_alone(
    sign_in: SignIn, house: House, work: ActorSession
) -> None:
    confirmed_from_afar(work, house)
    client = sign_in("authority")
    table = "/admin/certification_application"
    page = client.get(f"{table}/details/?id={house.own.application}").text
    listed = client.get(f"{table}/?cols=name,confirmed_by").text
    exported = client.get(f"{table}/export/csv/?cols=name,confirmed_by").data.decode("utf-8-sig")
    assert list(csv.reader(StringIO(exported)))[1][1] == "stranger 先生"
    for text in (page, listed):
        assert "stranger 先生" in text
        assert "stranger" not in text.replace("stranger 先生", "")
    assert "user_account/details" not in page
    assert client.get("/admin/user_account/?q=stranger").text.count("stranger 先生") == 0


def test_a_message_is_sent_in_ones_own_name_and_then_stands(
    sign_in: SignIn, house: House, ask: Ask
) -> None:
    sender, clerk = (
        ask(select(UserAccount.id).where(UserAccount.username == name))
        for name in ("authority", "neighbour")
    )
    recipient = ask(select(UserAccount.id).where(UserAccount.username == "confirm"))
    client = sign_in("authority")
    assert client.form(f"{LETTER}/new/").keys() - {"csrf_token"} == {
        "kind",
        "recipient_id",
        "recipient_person_id",
        "subject",
        "body",
    }
    text = {"subject": "补材料", "body": "请通知。"}
    assert client.send(f"{LETTER}/new/", **text).status_code == 400
    forged = {"sender_id": str(clerk), "state": "closed", "read_at": "2026-01-01"}
    sent = client.send(f"{LETTER}/new/", recipient_id=str(recipient), **text, **forged)
    assert sent.status_code == 303
    message = ask(select(Message))
    assert (message.sender_id, message.org_id) == (sender, house.own.authority)
    assert (message.state, message.read_at) == ("open", None)
    for user in ("confirm", "authority", "centre"):
        answer = sign_in(user).get(f"{LETTER}/edit/?id={message.id}")
        assert answer.status_code in (403, 404)


def test_a_refused_choice_is_no_option(sign_in: SignIn, house: House) -> None:
    answer = sign_in("authority").send(f"{LETTER}/new/", recipient_id="99999", subject="事")
    assert answer.status_code == 400
    assert 'id="recipient_id-wrong"' in answer.text
    assert "#None" not in answer.text
    assert ">None<" not in answer.text
    assert 'value="99999"' not in answer.text


def test_the_form_of_a_role_offers_what_the_actor_may_grant(
    sign_in: SignIn, house: House, ask: Ask
) -> None:
    client = sign_in("authority")
    confirm = ask(select(UserAccount.id).where(UserAccount.username == "confirm"))
    path = f"/admin/user_role/new/?user_id={confirm}"
    page = client.get(path).text
    offered = page.partition('name="role_code"')[2].partition("</select>")[0]
    assert 'value="confirm"' in offered
    assert offered.count("<option") == 2
    found = client.get("/admin/user_role/lookup/role_code/?q=").get_json()["results"]
    assert [each["id"] for each in found] == ["confirm"]
    refused = client.send(path, role_code="super", scope_org_id=str(house.own.site))
    assert refused.status_code == 400
    given = client.send(path, role_code="confirm", scope_org_id=str(house.own.second_site))
    assert given.status_code == 303
    wanted = select(UserRole.role_code).where(UserRole.scope_org_id == house.own.second_site)
    assert ask(wanted) == "confirm"

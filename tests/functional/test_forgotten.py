"""A forgotten password: the same answer for every name, a letter with a link, a new password."""

from __future__ import annotations

import re
import socket
import stat
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import Flask
from sqlalchemy import select

from admin_app.carriers import Carrier, Folder, Smtp, carrier_of
from admin_app.mail import Post
from models import clock
from models.accounts import throttle
from models.accounts.tables import UserAccount
from models.accounts.tables_sign_in import LoginAttempt
from models.audit.tables import AuditLog
from models.base.session import ActorSession
from tests.support.accounts import make_account, make_office, visitor
from tests.support.databases import SessionOf
from tests.support.http import Client
from tests.support.mail import SENDER, letters, link_of, use

NEW = "kite#river7"
ADDRESS = "clerk@office.example"


@pytest.fixture
def session(session_of: SessionOf) -> ActorSession:
    """Open the system's session over an office: the clerk has an address, the other has none."""
    session = session_of(visitor())
    office = make_office(session)
    make_account(session, office, "clerk", "authority").email = ADDRESS
    make_account(session, office, "other", "authority")
    session.commit()
    return session


def ask(client: Client, username: str = "clerk") -> str:
    answer = client.post("/forgotten", {"username": username}, page="/forgotten")
    assert answer.status_code == 200
    return re.sub(r'name="csrf_token" value="[^"]+"', "", answer.text)


def set_password(client: Client, path: str, new: str, again: str = "") -> tuple[int, str]:
    token = path.partition("token=")[2]
    fields = {"token": token, "new_password": new, "new_password_again": again or new}
    answer = client.post("/password", fields, page=path)
    return answer.status_code, answer.text


def test_a_link_comes_by_letter_and_sets_the_password_once(
    client: Client, outbox: Post, session: ActorSession
) -> None:
    ask(client)
    (letter,) = letters(outbox)
    assert (letter["To"], letter["From"]) == (ADDRESS, SENDER)
    path = link_of(letter)
    for _ in range(2):  # looking uses nothing up
        page = client.get(path)
        assert page.status_code == 200
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert page.headers["Cache-Control"] == "no-store"
    assert set_password(client, path, NEW)[0] == 303
    assert client.login("clerk", NEW).location == "/admin/"
    status, page_text = set_password(client, "/password?token=used", NEW)
    assert client.get(path).status_code == 404
    assert status == 404
    assert "链接" in page_text
    changed = letters(outbox)[-1]
    assert "密码" in changed["Subject"]
    assert changed["To"] == ADDRESS


def test_every_name_gets_the_same_answer(
    client: Client, outbox: Post, session: ActorSession
) -> None:
    answers = {ask(client, name) for name in ("clerk", "other", "nobody", "clerk")}
    assert len(answers) == 1
    assert "如果" in answers.pop()
    assert [letter["To"] for letter in letters(outbox)] == [ADDRESS]  # and one of two links only
    other = session.scalars(select(UserAccount).where(UserAccount.username == "other")).one()
    assert other.email is None


def wrong(page: str) -> list[str]:
    """Return the sentences beside the new password."""
    found = re.search(r'id="new_password-wrong">(.*?)</ul>', page, re.DOTALL)
    assert found
    return re.findall(r"<li>(.*?)</li>", found[1], re.DOTALL)


def test_problems_of_a_new_password_are_said_together_and_the_link_lives_on(
    client: Client, outbox: Post, session: ActorSession
) -> None:
    ask(client)
    path = link_of(letters(outbox)[0])
    status, text = set_password(client, path, "clerk")
    assert status == 400
    assert len(wrong(text)) >= 3
    status, text = set_password(client, path, NEW, "something#else7")
    assert status == 400
    assert wrong(text)
    assert all("不一致" in each for each in wrong(text))
    assert set_password(client, path, NEW)[0] == 303


def test_a_link_is_good_for_thirty_minutes(
    client: Client, outbox: Post, session: ActorSession
) -> None:
    now = clock.now()
    with clock.held(now):
        ask(client)
        path = link_of(letters(outbox)[0])
    with clock.held(now + timedelta(minutes=29, seconds=59)):
        assert client.get(path).status_code == 200
    with clock.held(now + timedelta(minutes=30)):
        assert client.get(path).status_code == 404


def test_without_mail_the_page_says_whom_to_ask(
    app: Flask, client: Client, session: ActorSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(app, None, monkeypatch)
    page = client.get("/forgotten").text
    assert "管理员" in page
    assert 'name="username"' not in page
    client.post("/forgotten", {"username": "clerk"})
    assert session.scalars(select(LoginAttempt)).all() == []


def test_an_address_that_asks_too_often_is_turned_away(
    client: Client, outbox: Post, session: ActorSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttle, "MOST_FAILURES", 3)
    for number in range(3):
        ask(client, f"nobody{number}")
    refused = client.post("/forgotten", {"username": "clerk"}, page="/forgotten")
    assert refused.status_code == 429
    assert letters(outbox) == []
    assert client.login("clerk", NEW).status_code == 429  # one throttle for the whole door


def test_the_token_stands_nowhere_but_in_the_letter(
    client: Client,
    outbox: Post,
    session: ActorSession,
    caplog: pytest.LogCaptureFixture,
) -> None:
    ask(client)
    token = link_of(letters(outbox)[0]).partition("token=")[2]
    assert len(token) > 40
    rows = session.scalars(select(AuditLog)).all()
    assert {"accounts:user_account:issue_token"} <= {row.event for row in rows}
    assert token not in " ".join(f"{row.changes} {row.reason} {row.entity_text}" for row in rows)
    assert token not in caplog.text
    carrier = outbox.carrier
    assert isinstance(carrier, Folder)
    modes = {stat.S_IMODE(file.stat().st_mode) for file in carrier.path.glob("*.eml")}
    assert modes == {0o600}


def test_a_forged_host_does_not_stand_in_the_letter(
    app: Flask, client: Client, outbox: Post, session: ActorSession
) -> None:
    token = client.token("/forgotten")
    sent = {"csrf_token": token, "username": "clerk"}
    client.http.post("/forgotten", data=sent, headers={"Host": "evil.example"})
    assert all("evil" not in letter.as_string() for letter in letters(outbox))


class Received:
    """Keeps what a mail server was given."""

    def __init__(self) -> None:
        self.recipients: list[str] = []
        self.texts: list[bytes] = []

    async def handle_DATA(  # noqa: N802 -- the library's name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        self.recipients += envelope.rcpt_tos
        assert isinstance(envelope.content, bytes)
        self.texts.append(envelope.content)
        return "250 OK"


@pytest.fixture
def mail_server() -> Iterator[Controller]:
    """Run a real mail server on this machine."""
    with socket.socket() as probe:  # the library knocks at the port that it was told
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(Received(), hostname="127.0.0.1", port=port)
    controller.start()
    yield controller
    controller.stop()


def test_a_letter_goes_by_a_real_mail_server(
    app: Flask,
    client: Client,
    session: ActorSession,
    mail_server: Controller,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    office = use(
        app, Smtp("127.0.0.1", mail_server.port, "", "", SENDER, is_tls=False), monkeypatch
    )
    ask(client)
    office.finish()
    received: Received = mail_server.handler
    assert received.recipients == [ADDRESS]
    letter = message_from_bytes(received.texts[0], policy=policy.default)
    assert isinstance(letter, EmailMessage)
    assert client.get(link_of(letter)).status_code == 200


def test_a_mail_server_out_of_reach_is_no_page_of_error(
    app: Flask,
    client: Client,
    session: ActorSession,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    office = use(app, Smtp("127.0.0.1", 1, "", "", SENDER, is_tls=False), monkeypatch)
    ask(client)
    office.finish()
    assert "mail: ConnectionRefusedError" in caplog.text
    assert ADDRESS not in caplog.text


def test_a_password_goes_to_no_server_in_the_clear(mail_server: Controller) -> None:
    carrier = Smtp("127.0.0.1", mail_server.port, "me", "p@ss", SENDER, is_tls=False)
    with pytest.raises(OSError, match="offers no encryption"):
        carrier.carry(EmailMessage())


@pytest.mark.parametrize(
    ("url", "carrier"),
    [
        ("", None),
        ("file:outbox", Folder(Path("/i/outbox"), "panel@localhost")),
        ("file:" + "///var/mail", Folder(Path("/var/mail"), "panel@localhost")),
        (
            "smtp://me:p%40ss@mail.example?from=a@b.cn",
            Smtp("mail.example", 587, "me", "p@ss", "a@b.cn", is_tls=False),
        ),
        (
            "smtps://mail.example:4650?from=a@b.cn",
            Smtp("mail.example", 4650, "", "", "a@b.cn", is_tls=True),
        ),
    ],
)
def test_what_a_setting_means(url: str, carrier: Carrier | None) -> None:
    assert carrier_of(url, Path("/i")) == carrier

"""E-mail: by SMTP, or into a folder while developing; sent after commit, beside the answer."""

from __future__ import annotations

import atexit
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from flask import Flask, current_app, has_app_context, render_template, url_for
from sqlalchemy import event
from sqlalchemy.orm import Session

from admin_app.carriers import Carrier, carrier_of
from admin_app.i18n import DEFAULT
from models.accounts.letters import Kind, Letter, take_letters
from models.base.session import ActorSession
from models.text import Message, msg
from views.base.request import speaking, translate

#: Letters that wait; beyond, one is dropped rather than memory filled.
MOST_WAITING: Final = 1000


#: Subjects of the letters; their texts are templates.
SUBJECTS: Final[dict[Kind, Message]] = {
    "password_link": msg("A new password for the teacher qualification administration"),
    "password_changed": msg("Your password was changed"),
    "email_changed": msg("Your e-mail address was changed"),
}


class Post:
    """The letters of an app, written and sent by a thread of their own."""

    def __init__(self, app: Flask, carrier: Carrier | None) -> None:
        self.app = app
        self.carrier = carrier
        self._waiting: set[Future[None]] = set()

    @cached_property
    def _thread(self) -> ThreadPoolExecutor:  # made late: the server forks its workers first
        made = ThreadPoolExecutor(1, thread_name_prefix="mail")
        atexit.register(made.shutdown)
        return made

    def later(self, work: Callable[..., None], *args: Any) -> None:
        """Do something when the visitor has had his answer; a fault is logged, without names."""
        if len(self._waiting) >= MOST_WAITING:
            self.app.logger.error("too many letters wait; one was dropped")
            return
        done = self._thread.submit(self._do, work, *args)
        self._waiting.add(done)
        done.add_done_callback(self._waiting.discard)

    def finish(self) -> None:
        """Wait until everything is sent; work may ask for a letter that follows it."""
        while self._waiting:
            wait(self._waiting)

    def _do(self, work: Callable[..., None], *args: Any) -> None:
        try:
            with self.app.app_context():
                work(*args)
        except Exception as error:
            self.app.logger.error("mail: %s", type(error).__name__)  # noqa: TRY400 -- no addresses

    def send(self, letter: Letter) -> None:
        """Write a letter and have it carried."""
        if self.carrier is not None:
            self.carrier.carry(_written(letter, self.carrier.sender))


def _written(letter: Letter, sender: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Date"] = sender, letter.address, formatdate()
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    with speaking(DEFAULT):
        message["Subject"] = translate(SUBJECTS[letter.kind])
        file = f"mail/{letter.kind}.txt"
        message.set_content(render_template(file, letter=letter, address=_address(letter)))
    return message


def _address(letter: Letter) -> str:
    """Return the link of a letter. Its host is the setting's, never the request's."""
    base = str(current_app.config["BASE_URL"]).rstrip("/")
    with current_app.test_request_context():
        path = url_for("password_by_link", token=letter.token) if letter.token else url_for("login")
    return base + path


def post() -> Post:
    """Return the post of the current app."""
    found: Post = current_app.extensions["post"]
    return found


def init_app(app: Flask) -> None:
    """Give the app its post."""
    carrier = carrier_of(app.config["MAIL_URL"], Path(app.config["INSTANCE"]))
    app.extensions["post"] = Post(app, carrier)


@event.listens_for(ActorSession, "after_commit")
def _send_noted(session: Session) -> None:
    """Send what a transaction asked for, now that it is kept."""
    letters = take_letters(session)
    if not letters or not has_app_context():
        return
    office = post()
    if office.carrier is not None:
        for letter in letters:
            office.later(office.send, letter)

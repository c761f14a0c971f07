"""Fixtures and steps of the main job: what staff do on the pages, by the forms found there."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from models.base.session import ActorSession
from models.certification.tables import CertificationApplication
from tests.factories.main_job import Job, make_main_job
from tests.factories.records import PASSWORD
from tests.support.forms import form_of
from tests.support.record_pages import SignIn, Staff

LIST = "/admin/certification_application/"
ACTION = f"{LIST}action/"
BATCH_FORM = "data-batch"


@pytest.fixture
def job(work: ActorSession) -> Job:
    """Store an office in the middle of its work."""
    made = make_main_job(work)
    work.commit()
    return made


@pytest.fixture
def at_desk(app: Flask, job: Job) -> SignIn:
    """Return a function that signs a member of the office's staff in."""
    assert job

    def signed_in(username: str) -> Staff:
        client = Staff(app.test_client())
        assert client.login(username, PASSWORD).status_code == 303
        return client

    return signed_in


def press(client: Staff, action: str, *ids: int, query: str = "") -> str:
    """Tick rows of a list, or all that match where none are named, and press a button of it.

    Returns the address of the batch. The button must be there: nothing is forged.
    """
    page = client.get(f"{LIST}?{query}").text
    assert f'name="action" value="{action}"' in page
    ticked = {"rowid": [str(each) for each in ids]} if ids else {"all_matching": "1"}
    answer = client.http.post(ACTION, data=form_of(page, BATCH_FORM) | ticked | {"action": action})
    assert answer.status_code == 303, answer.text
    assert re.fullmatch(r"/admin/batch/\d+/", answer.location)
    return answer.location


def send_batch(
    client: Staff, path: str, step: str = "commit", /, **inputs: str | list[str]
) -> TestResponse:
    """Fill in the form of a batch page and press one of its buttons."""
    page = client.get(path).text
    typed = {f"input_{name}": value for name, value in inputs.items()}
    assert all(f'name="{name}"' in page for name in typed)
    return client.http.post(path + step, data=form_of(page, BATCH_FORM) | typed)


def carry_out(client: Staff, path: str, **inputs: str | list[str]) -> str:
    """Commit a batch; return the text of its result page."""
    answer = send_batch(client, path, "commit", **inputs)
    assert (answer.status_code, answer.location) == (303, path), answer.text
    return words(client.get(path).text)


def undo(client: Staff, path: str, **fields: str) -> str:
    """Press the undo button of a page; return the address of the batch that it made."""
    page = client.get(path).text
    found = re.search(r'action="(/admin/batch/\d+/undo)"', page)
    assert found, words(page)
    form = form_of(page, "data-taking-back")
    answer = client.http.post(found[1], data=form | fields)
    assert answer.status_code == 303, answer.text
    return answer.location


def words(page: str) -> str:
    """Return the text of a page's main part, without marks and with single spaces."""
    main = page.partition("<main")[2]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def sentence(page: str) -> list[int]:
    """Return the numbers of a batch page's sentence: pinned, moved, left if any."""
    found = re.search(r'<p class="sentence".*?</p>', page, re.DOTALL)
    assert found
    return [int(n.replace(",", "")) for n in re.findall(r"<b>([\d,]+)</b>", found[0])]


def states(work: ActorSession, *ids: int) -> list[str]:
    """Return the states of applications, as the database has them, in the order of ``ids``."""
    cls = CertificationApplication
    found = {row.id: row.status for row in work.execute(select(cls.id, cls.status))}
    work.rollback()
    return [found[each] for each in ids]

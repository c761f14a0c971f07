"""The queue as a clerk without JavaScript works through it."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

from werkzeug.test import TestResponse

from models import clock
from models.base.session import ActorSession
from models.certification.tables import CertificationApplication
from models.restriction.tables import RestrictionEntry
from tests.support.main_job import LIST
from tests.support.record_pages import Staff

QUEUE = f"{LIST}queue/"
SUBMITTED = {"state": "submitted"}


def begin(client: Staff, **fields: str) -> int:
    """Press the list's button; return the record that is held."""
    return record_in(client.post(f"{QUEUE}next/", fields or SUBMITTED, page=LIST))


def record_in(answer: TestResponse) -> int:
    """Return the record that an answer leads to."""
    assert answer.status_code == 303, answer.text
    found = re.search(r"[?&]id=(\d+)", answer.location)
    assert found, answer.location
    return int(found[1])


def decide(client: Staff, row_id: int, action: str, **inputs: Any) -> TestResponse:
    """Fill in the form of one decision of a record's page and send it."""
    return decide_on(
        client, client.get(f"{QUEUE}?id={row_id}&state=submitted").text, action, **inputs
    )


def decide_on(client: Staff, page: str, action: str, **inputs: Any) -> TestResponse:
    """Fill in the form of one decision of a page and send it."""
    form = next(f for f in re.findall(r"<form.*?</form>", page, re.DOTALL) if f'"{action}"' in f)
    hidden = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)
    typed = {f"input_{name}": value for name, value in inputs.items()}
    sent = {name: unescape(value) for name, value in hidden} | typed
    return client.http.post(f"{QUEUE}decide/", data=sent)


def restrict(work: ActorSession, row_id: int) -> None:
    """Enter the person of an application into the restriction library, as of last month."""
    record = work.get_one(CertificationApplication, row_id)
    since = clock.now() - timedelta(days=30)
    work.add(
        RestrictionEntry(
            name=record.name,
            id_type=record.id_type,
            id_no=record.id_no,
            type="exam_cheat",
            effective_from=since.date(),
            review_state="reviewed",
            reviewed_at=since,
            org_id=record.org_id,
        )
    )
    work.commit()

"""An import on the pages, step by step, as a clerk's browser sends it."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from sqlalchemy import select
from werkzeug.test import TestResponse

from models.base.session import ActorSession
from models.reference.tables import Org
from tests.support.main_job import words
from tests.support.record_pages import Staff

ORGS = "/admin/import/org/"
HEADINGS = "名称,类别,行政区划,电话"


def post(client: Staff, path: str, **fields: Any) -> TestResponse:
    """Send fields with a token of the session; redirects are not followed."""
    return client.http.post(path, data={"csrf_token": client.token("/admin/"), **fields})


def upload(client: Staff, *lines: str, name: str = "确认点.csv") -> TestResponse:
    content = "\n".join([HEADINGS, *lines]).encode("gb18030")
    return post(client, ORGS, file=(BytesIO(content), name))


def begun(client: Staff, *lines: str) -> str:
    """Upload a file and preview it as guessed; return the address of the import."""
    answer = upload(client, *lines)
    assert answer.status_code == 303, words(answer.text)
    assert post(client, f"{answer.location}preview").status_code == 303
    return answer.location


def key_of(path: str) -> int:
    """Return the number of the batch at an address."""
    return int(path.split("/")[-2])


def imported(client: Staff, *lines: str) -> str:
    """Upload a file, preview it and carry it out; return the address of the import."""
    path = begun(client, *lines)
    assert post(client, f"{path}commit").status_code == 303
    return path


def region(work: ActorSession) -> str:
    found = work.scalar(select(Org.region_code).limit(1))
    work.rollback()
    return str(found)

"""Every route of the URL map that may change something refuses a post without its own token, and
then nothing has changed.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import Engine

from tests.factories.main_job import Job
from tests.factories.records import PASSWORD
from tests.support.forms import Pairs, form_of
from tests.support.http import Client
from tests.support.main_job import press
from tests.support.record_pages import SignIn, Staff
from tests.support.routes import Route, changed, digest, fields_for, first_rows, mutating

Token = Callable[[], str | None]


@pytest.fixture
def centre(at_desk: SignIn, job: Job) -> Staff:
    """Return whoever may do everything, with a batch begun: nothing fails for want of a right."""
    client = at_desk("centre")
    press(client, "mark_incomplete", job.own.application)
    return client


@pytest.fixture
def another(app: Flask, centre: Staff) -> Staff:
    """Return a second browser of the same user."""
    assert centre
    client = Staff(app.test_client())
    assert client.login("centre", PASSWORD).status_code == 303
    return client


def sent(client: Client, route: Route, fields: dict[str, object], token: str | None) -> int:
    given = fields | ({"csrf_token": token} if token is not None else {})
    return client.http.open(route.path, method=route.method, data=given).status_code


@pytest.mark.parametrize("kind", ["none", "empty", "junk", "a visitor's", "another session's"])
def test_without_its_own_token_nothing_is_done(
    app: Flask, engine: Engine, centre: Staff, another: Staff, kind: str
) -> None:
    tokens = {
        "none": None,
        "empty": "",
        "junk": "IjEyMyI.junk.junk",
        "a visitor's": Client(app.test_client()).token(),
        "another session's": another.token("/admin/"),
    }
    ids, versions = first_rows(engine)
    routes = mutating(app, ids)
    assert len({route.name for route in routes}) > 15
    before = digest(engine)
    answers = {
        (route.method, route.path): sent(
            centre, route, fields_for(route, versions, ids), tokens[kind]
        )
        for route in routes
    }
    assert {where: status for where, status in answers.items() if status != 400} == {}
    assert changed(before, digest(engine)) == []
    assert centre.get("/admin/").status_code == 200  # nor was anybody signed out


def test_a_token_in_the_address_is_none(engine: Engine, centre: Staff, job: Job) -> None:
    token, before = centre.token("/admin/"), digest(engine)
    path = f"/admin/certification_application/action/?csrf_token={token}"
    fields = {"action": "confirm", "rowid": str(job.own.application)}
    assert centre.http.post(path, data=fields).status_code == 400
    assert changed(before, digest(engine)) == []


def test_whoever_is_not_signed_in_changes_nothing_even_with_a_token(
    app: Flask, engine: Engine, centre: Staff
) -> None:
    assert centre
    ids, versions = first_rows(engine)
    before = digest(engine)
    for route in mutating(app, ids):
        visitor = Client(app.test_client())
        fields = fields_for(route, versions, ids) | {"username": "nobody"}
        assert sent(visitor, route, fields, visitor.token()) in (200, 303, 400, 403, 404), route
    assert changed(before, digest(engine)) == []


def real_posts(centre: Staff, job: Job) -> dict[str, Pairs]:
    """Return posts that change something, as the pages make them: address → fields."""
    edit = f"/admin/certification_application/edit/?id={job.own.application}"
    batch = press(centre, "confirm", job.own.application)
    page = centre.get(batch).text
    return {
        edit: centre.form(edit) | {"address": ["北京市西城区新街口外大街十九号"]},
        f"{batch}preview": form_of(page, "data-batch") | {"input_complete": ["1"]},
        "/admin/certification_application/search/": {"q": ["11010119900101123X"]},
        "/admin/me/display/": {"language": ["en"], "theme": ["dark"], "density": ["compact"]},
        "/language": {"language": ["zh_Hans_CN"]},
    }


def test_it_is_the_token_alone_that_these_posts_lack(
    engine: Engine, centre: Staff, job: Job
) -> None:
    token = centre.token("/admin/")
    for path, fields in real_posts(centre, job).items():
        before, bare = digest(engine), {k: v for k, v in fields.items() if k != "csrf_token"}
        assert centre.http.post(path, data=bare).status_code == 400, path
        assert changed(before, digest(engine)) == [], path
        answer = centre.http.post(path, data=bare | {"csrf_token": token})
        assert answer.status_code == 303, (path, answer.text)
        assert changed(before, digest(engine)) != [], path

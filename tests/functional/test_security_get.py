"""Looking changes no business data: every address of the URL map, asked by whoever may do all."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import Engine

import views
from tests.factories.main_job import Job
from tests.support.main_job import press
from tests.support.record_pages import SignIn, Staff
from tests.support.routes import OWN_RECORDS, Route, changed, digest, first_rows, safe

#: A GET may keep a search term or a choice of the display as well (reading 7).
MAY_CHANGE = OWN_RECORDS | {"user_preference"}
QUERIES = ("", "q=张", "q=11010119900101123X", "filter=id:eq:1", "sort=-id&size=10", "draft=1")


@pytest.fixture
def centre(at_desk: SignIn, job: Job) -> Staff:
    """Return whoever may do everything, with a batch begun."""
    client = at_desk("centre")
    press(client, "mark_incomplete", job.own.application)
    return client


def looked_at(client: Staff, route: Route) -> int:
    status = 0
    for query in QUERIES:
        joint = "&" if "?" in route.path else "?"
        status = client.get(f"{route.path}{joint}{query}" if query else route.path).status_code
        assert status < 500, (route, query)
    assert client.http.head(route.path, buffered=True).status_code < 500, route
    return status


def test_no_get_changes_business_data(app: Flask, engine: Engine, centre: Staff) -> None:
    ids, _versions = first_rows(engine)
    routes = safe(app, ids)
    pages = {route.name for route in routes}
    assert {"index_view", "details_view", "edit_view", "create_view", "export", "show"} <= pages
    before, seen = digest(engine, MAY_CHANGE), {}
    for name in sorted(pages):
        for route in (each for each in routes if each.name == name):
            seen[route.path] = looked_at(centre, route)
        assert changed(before, digest(engine, MAY_CHANGE)) == [], name
    shown = [path for path, status in seen.items() if status == 200]
    assert len(shown) > 2 * len(views.GRIDS)  # most addresses do show something


def test_what_a_get_sends_along_is_no_form(engine: Engine, centre: Staff, job: Job) -> None:
    before = digest(engine, MAY_CHANGE)
    key = job.own.application
    for path in (
        f"/admin/certification_application/edit/?id={key}&address=别处&row_version=1",
        "/admin/code_set/new/?code=X&name=X",
        "/admin/me/display/?theme=dark",
        "/admin/kept/?form=x&page=/admin/",
        "/admin/me/?display_name=X",
    ):
        assert centre.get(path).status_code < 400, path
    for path in (
        f"/admin/certification_application/action/?action=confirm&rowid={key}",
        "/logout",
        "/role?user_role=1",
        "/language?language=en",
        f"/admin/application_resume/delete/?id={job.own.resume}&sure=1",
    ):
        assert centre.get(path).status_code in (404, 405), path
    assert changed(before, digest(engine, MAY_CHANGE)) == []

"""Who may open which page: nobody without a right, and nothing that was not declared."""

from __future__ import annotations

import pytest
from flask import Flask

import views
from models.accounts.permissions import GRANTS
from models.base.actor import Actor
from tests.factories.records import House
from tests.support.http import Client
from tests.support.record_pages import SignIn
from views.base.access import ACTS

USERS = {
    "centre": "super",
    "authority": "authority",
    "confirm": "confirm",
    "viewer": "info_viewer",
}
PAGES = {"list": "", "create": "new/", "export": "export/csv/"}


def test_visitors_are_sent_to_sign_in(client: Client, app: Flask) -> None:
    for declared in views.GRIDS:
        answer = client.get(f"/admin/{declared.mapped.__tablename__}/")
        assert answer.status_code in (302, 303), declared
        assert "/login" in answer.headers["Location"]
        export = client.get(f"/admin/{declared.mapped.__tablename__}/export/csv/")
        assert export.status_code in (302, 303)


@pytest.mark.one_database("sqlite")
@pytest.mark.parametrize("username", USERS)
def test_a_page_opens_exactly_with_its_right(username: str, house: House, sign_in: SignIn) -> None:
    assert house
    client = sign_in(username)
    actor = Actor(username, grants=GRANTS[USERS[username]])
    for declared in views.GRIDS:
        model = declared.mapped
        for act, path in PAGES.items():
            if act == "create" and not declared.can_create:
                continue
            allowed = actor.can(f"{model.__area__}:{model.__tablename__}:{act}")
            answer = client.get(f"/admin/{model.__tablename__}/{path}")
            assert answer.status_code == (200 if allowed else 403), (model.__tablename__, act)


def test_the_menu_shows_what_may_be_listed(house: House, sign_in: SignIn) -> None:
    assert house
    page = sign_in("confirm").get("/admin/").text
    assert 'href="/admin/certification_application/"' in page
    assert 'href="/admin/audit_log/"' not in page
    assert 'href="/admin/application_resume/"' not in page


def test_what_a_role_may_not_do_is_not_offered_either(house: House, sign_in: SignIn) -> None:
    assert house
    viewer = sign_in("viewer").get("/admin/certification_application/").text
    assert "new/" not in viewer
    assert "export/" not in viewer
    assert 'action="action/"' not in viewer


JUNK_IDS = ("", "abc", "0", "-1", "²", "99999999999999999999", "1&id=2", "1.0", "%EF%BC%91")


def test_junk_and_foreign_ids_are_not_found(house: House, sign_in: SignIn) -> None:
    clerk = sign_in("authority")
    for page in ("details", "edit"):
        for key in (*JUNK_IDS, str(house.other.application)):
            answer = clerk.get(f"/admin/certification_application/{page}/?id={key}")
            assert answer.status_code == 404, (page, key)
        own = f"/admin/certification_application/{page}/?id={house.own.application}"
        assert clerk.get(own).status_code == 200


def test_stock_routes_are_gone(house: House, sign_in: SignIn) -> None:
    assert house
    centre = sign_in("centre")
    for path in ("ajax/update/", "ajax/lookup/", "delete/"):
        assert centre.post(f"/admin/region/{path}").status_code == 404


def test_a_page_that_is_not_declared_is_refused_to_everybody(app: Flask) -> None:
    grid = views.GRIDS[0]
    with app.app_context():
        view = next(v for v in app.extensions["admin"][0]._views if type(v) is grid)
        everybody = Actor("all", grants=frozenset({"*"}))
        assert not view._opens("some_new_view", everybody)
        assert all(view._opens(name, everybody) for name in ACTS)
        nobody = Actor("none")
        assert [name for name in ACTS if view._opens(name, nobody)] == [
            name for name, acts in ACTS.items() if not acts
        ]


def test_posting_without_a_token_changes_nothing(house: House, sign_in: SignIn) -> None:
    assert house
    clerk = sign_in("authority")
    answer = clerk.http.post("/admin/certification_application/search/", data={"q": "x"})
    assert answer.status_code == 400

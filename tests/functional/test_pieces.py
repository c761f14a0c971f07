"""Pieces of pages that are rendered once: what is the request's own stays its own."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask_wtf.csrf import generate_csrf

from models.base.actor import Actor
from tests.support.record_pages import SignIn
from views.base.pieces import MOST_PIECES, OWN, Pieces
from views.base.request import session

LIST = "/admin/certification_application/"


@pytest.fixture
def held(app: Flask) -> Callable[..., str]:
    """Return a function that asks one store for a piece, in a request of its own."""
    pieces = Pieces()

    def ask(*key: object, grants: str = "a:b:c", own: str = "", body: str = "") -> str:
        with app.test_request_context():
            session().act_as(Actor("somebody", role="viewer", grants=frozenset({grants})))
            return str(pieces.kept("piece", *key, caller=lambda: body, own=own))

    return ask


def test_a_piece_is_rendered_once_for_a_key_and_a_standing(held: Callable[..., str]) -> None:
    assert held(1, body="first") == held(1, body="second") == "first"
    assert held(2, body="second") == "second"
    assert held(1, body="third", grants="a:b:*") == "third"


def test_what_a_page_fills_in_is_escaped_and_its_own(held: Callable[..., str]) -> None:
    assert held(own='"<q>', body=f"[{OWN}]") == "[&#34;&lt;q&gt;]"
    assert held(own="other", body="") == "[other]"


def test_a_token_is_never_the_one_of_another_request(app: Flask) -> None:
    pieces = Pieces()
    seen = []
    for _number in range(2):
        with app.test_request_context():
            found = pieces.kept("form", caller=lambda: f"<{generate_csrf()}>")
            seen.append(str(found))
            assert found == f"<{generate_csrf()}>"
    assert seen[0] != seen[1]


def test_a_full_store_begins_anew(held: Callable[..., str]) -> None:
    for number in range(MOST_PIECES):
        held(number, body="old")
    assert held(MOST_PIECES, body="new") == "new"
    assert held(0, body="new") == "new"


def test_a_forgotten_key_is_told_where_tests_go(app: Flask) -> None:
    pieces = Pieces(distrustful=True)
    with app.test_request_context():
        pieces.kept("bar", caller=lambda: "one")
        with pytest.raises(RuntimeError, match="bar: the key of this piece lacks"):
            pieces.kept("bar", caller=lambda: "another")


def test_two_readers_of_a_list_have_their_own_names_and_tokens(sign_in: SignIn) -> None:
    pages = {user: sign_in(user).get(LIST).text for user in ("authority", "confirm")}
    for user, page in pages.items():
        others = pages.keys() - {user}
        assert f">{user}<" in page
        assert not any(f">{other}<" in page for other in others)

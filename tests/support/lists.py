"""Fixtures of the tests of lists: offices with several pages of applications; readers of pages."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask

from models.base.session import ActorSession
from tests.factories.lists import COUNT, make_lists
from tests.factories.records import PASSWORD, House
from tests.support.http import Client
from tests.support.record_pages import SignIn, Staff

LIST = "/admin/certification_application/"
#: The own office's rows: those of the list and the one that every house has.
OWN = COUNT + 1


@pytest.fixture
def listed(work: ActorSession) -> House:
    """Return the ids of two offices, the own with several pages of applications."""
    made = make_lists(work)
    work.commit()
    return made


@pytest.fixture
def staff(app: Flask, listed: House) -> SignIn:
    """Return a function that signs a member of staff in."""
    assert listed

    def signed_in(username: str) -> Staff:
        client = Staff(app.test_client())
        assert client.login(username, PASSWORD).status_code == 303
        return client

    return signed_in


@pytest.fixture
def clerk(staff: SignIn) -> Staff:
    """Return the own authority's clerk, signed in."""
    return staff("authority")


def ids(page: str) -> list[int]:
    """Return the ids of the rows on a page."""
    return [int(found) for found in re.findall(r'<tr data-id="(\d+)"', page)]


def total(page: str) -> int:
    """Return the number of matching rows that a page tells."""
    found = re.search(r'data-total="(\d+)"', page)
    assert found
    return int(found[1])


def link(page: str, rel: str) -> str:
    """Return the address of the next or previous page; empty where there is none."""
    found = re.search(rf'href="([^"]+)" rel="{rel}"', page)
    return unescape(found[1]) if found else ""


def shown(client: Client, query: str) -> list[int]:
    """Return the ids that a query shows."""
    answer = client.get(f"{LIST}?{query}")
    assert answer.status_code == 200, answer.text
    return ids(answer.text)


def walk(client: Client, query: str) -> list[list[int]]:
    """Return the ids of every page, from the first to the last."""
    pages, address = [], f"?{query}"
    while address:
        page = client.get(LIST + address).text
        pages.append(ids(page))
        address = link(page, "next")
    return pages

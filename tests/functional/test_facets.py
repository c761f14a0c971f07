"""Facets: the counts beside a list, each without its own conditions, by one statement."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import event

from tests.factories.records import PASSWORD, House
from tests.support.http import Client
from tests.support.lists import LIST, OWN, ids, total
from tests.support.record_pages import SignIn

_VALUE = re.compile(r'<a href="(\?[^"]*)"[^>]*>([^<]+) <span class="n">([\d,+]+)</span>')


def counts(page: str, label: str) -> dict[str, tuple[str, str]]:
    """Return the values of one facet on a page: label → (address, count)."""
    found = re.search(rf'<nav aria-label="{label}">(.*?)</nav>', page, re.DOTALL)
    assert found, label
    return {name.strip(): (unescape(url), n) for url, name, n in _VALUE.findall(found[1])}


def test_further_facets_are_folded_until_the_address_names_them(clerk: Client) -> None:
    page = clerk.get(LIST).text
    offered = dict(re.findall(r'menu-item" href="\?facets=([a-z_]+)">.*?</svg>([^<]+)</a>', page))
    assert {"qualification_type", "is_fresh_graduate"} <= offered.keys()
    assert "按申请资格种类计数" not in page
    opened = clerk.get(f"{LIST}?facets=qualification_type").text
    values = counts(opened, "按申请资格种类计数")
    assert sum(int(n) for name, (_url, n) in values.items() if name != "全部") == OWN
    for address, count in values.values():
        narrowed = clerk.get(LIST + address).text
        assert total(narrowed) == int(count)
        assert counts(narrowed, "按申请资格种类计数").keys() == values.keys()  # it stays unfolded


def test_each_facet_counts_with_the_others_conditions_but_not_its_own(clerk: Client) -> None:
    query = "filter=status:eq:submitted&filter=qualification_type:eq:1"
    page = clerk.get(f"{LIST}?{query}&facets=qualification_type,is_fresh_graduate&size=200").text
    shown = total(page)
    of_state = clerk.get(f"{LIST}?filter=status:eq:submitted").text
    of_type = clerk.get(f"{LIST}?filter=qualification_type:eq:1").text
    assert counts(page, "按状态计数")["全部"][1] == str(total(of_type))
    assert counts(page, "按申请资格种类计数")["全部"][1] == str(total(of_state))
    graduates = counts(page, "按应届毕业生计数")
    assert graduates["全部"][1] == str(shown)
    assert graduates["否"][1] == str(shown)


def test_all_counts_of_a_list_are_one_statement(clerk: Client, app: Flask) -> None:
    seen: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        if "count(" in statement:
            seen.append(statement)

    with app.app_context():
        engine = app.extensions["sqlalchemy"].engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        clerk.get(f"{LIST}?facets=qualification_type,is_fresh_graduate,confirm_state")
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert len([each for each in seen if "certification_application" in each]) == 1


@pytest.mark.parametrize("name", ["nothing", "id_no", "name"])
def test_a_column_that_is_no_facet_is_a_red_chip(clerk: Client, name: str) -> None:
    answer = clerk.get(f"{LIST}?facets={name}")
    assert answer.status_code == 400
    assert "列表不能按此计数" in answer.text
    assert ids(answer.text) == []


def test_counts_stop_at_the_configured_cap(
    app: Flask, listed: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert listed
    monkeypatch.setitem(app.config, "COUNT_CAP", 15)
    client = Client(app.test_client())
    client.login("authority", PASSWORD)
    page = client.get(LIST).text
    assert '<span class="count" data-total="16">15+</span>' in page
    assert counts(page, "按状态计数")["全部"][1] == "15+"
    few = client.get(f"{LIST}?filter=name:prefix:张").text
    assert total(few) == 12


def test_every_grid_has_its_facets_by_declaration(staff: SignIn) -> None:
    centre = staff("centre")
    for path, name in (("/admin/org/", "enabled"), ("/admin/audit_log/", "result")):
        page = centre.get(f"{path}?facets={name}")
        assert page.status_code == 200, path
        assert 'class="facet-line"' in page.text

"""Saved views: kept, opened, changed, shared with a role, and never more than one may see."""

from __future__ import annotations

import re
from html import unescape

import pytest
from sqlalchemy import func, select, update

from models.accounts.tables_settings import SavedView
from models.base.session import ActorSession
from tests.factories.lists import id_no_of
from tests.factories.records import House
from tests.support.http import Client
from tests.support.lists import LIST, OWN, ids, total
from tests.support.record_pages import Ask, SignIn, Staff
from views.base import search

VIEWS = f"{LIST}views/"
CONFIRMED = "filter=status:eq:confirmed&sort=name&cols=name,status"


def keep(client: Client, name: str, query: str = CONFIRMED, **fields: str) -> str:
    """Save a view; return the address that it leads to."""
    answer = client.post(VIEWS, {"act": "save", "name": name, "query": query, **fields}, page=LIST)
    assert answer.status_code == 303, answer.text
    address: str = answer.location
    return address


def refused(client: Client, fields: dict[str, str]) -> str:
    """Send a form that asks too much; return the list that it leads back to."""
    answer = client.post(VIEWS, fields, page=LIST)
    assert answer.status_code == 303, answer.text
    page: str = client.get(answer.location).text
    return page


def tabs(page: str) -> dict[str, str]:
    """Return name → address of the views above a list."""
    part = re.search(r'<ul class="tabs views">(.*?)</ul>', page, re.DOTALL)
    found = re.findall(r'<a href="([^"]*)"[^>]*>(.*?)</a>', part[1], re.DOTALL) if part else []
    return {re.sub(r"<.*?>", "", name).strip(): unescape(url) for url, name in found}


def number(address: str) -> str:
    found = re.search(r"view=(\d+)", address)
    assert found
    return found[1]


def test_a_view_is_kept_and_opened(clerk: Staff) -> None:
    plain = clerk.get(LIST).text
    assert tabs(plain) == {}
    address = keep(clerk, "等待审核")
    page = clerk.get(address).text
    assert "视图“等待审核”已保存" in page
    assert total(page) == 20
    assert tabs(page) == {"全部": "?", "等待审核": f"?{CONFIRMED}&view={number(address)}"}
    assert re.search(r'view=\d+" aria-current="page">等待审核', page)
    assert "已改动" not in page
    assert total(clerk.get(LIST).text) == OWN


def test_a_view_tells_that_the_list_was_changed_and_is_updated(clerk: Staff) -> None:
    address = keep(clerk, "等待审核")
    changed = address.replace("confirmed", "submitted")
    page = clerk.get(changed).text
    assert "已改动" in page
    fields = {"act": "overwrite", "view": number(address), "query": changed.partition("?")[2]}
    clerk.post(VIEWS, {**fields, "name": ""}, page=LIST)
    assert total(clerk.get(LIST + tabs(clerk.get(LIST).text)["等待审核"]).text) == 21


def test_the_persons_own_layout_is_no_change_of_a_view(clerk: Staff) -> None:
    address = keep(clerk, "按状态", "filter=status:eq:confirmed")
    clerk.post(f"{LIST}arrange/", {"size": "20", "query": ""}, page=LIST)
    assert "已改动" not in clerk.get(address).text


def test_one_view_opens_the_list_and_the_whole_list_stays_in_reach(clerk: Staff, ask: Ask) -> None:
    keep(clerk, "旧", is_default="1")
    address = keep(clerk, "新", "filter=status:eq:submitted", is_default="1")
    assert ask(select(func.count()).where(SavedView.is_default)) == 1
    opened = clerk.get(LIST)
    assert opened.status_code == 302
    assert opened.location == f"{LIST}?filter=status:eq:submitted&view={number(address)}"
    whole = tabs(clerk.get(opened.location).text)["全部"]
    assert total(clerk.get(LIST + whole).text) == OWN
    narrowed = clerk.get(f"{LIST}?filter=status:eq:confirmed").text
    chip = re.search(r'<li class="chip.*?href="([^"]*)"', narrowed, re.DOTALL)
    assert chip
    assert total(clerk.get(LIST + unescape(chip[1])).text) == OWN


def test_a_view_is_renamed_and_deleted(clerk: Staff, ask: Ask) -> None:
    view = number(keep(clerk, "旧名"))
    clerk.post(VIEWS, {"act": "change", "view": view, "name": " 新  名 ", "query": ""}, page=LIST)
    assert list(tabs(clerk.get(LIST).text)) == ["全部", "新 名"]
    answer = clerk.post(VIEWS, {"act": "delete", "view": view, "query": CONFIRMED}, page=LIST)
    page = clerk.get(answer.location).text
    assert tabs(page) == {}
    assert total(page) == 20
    assert ask(select(func.count()).select_from(SavedView)) == 0


def test_a_shared_view_shows_what_its_reader_may_see(
    clerk: Staff, staff: SignIn, listed: House
) -> None:
    keep(clerk, "本点待审", f"filter=site:eq:{listed.own.site}", shared_role="confirm")
    site = staff("confirm")
    address = tabs(site.get(LIST).text)["本点待审"]
    shown = site.get(LIST + address).text
    assert set(ids(shown)) <= set(ids(site.get(f"{LIST}?size=200").text))
    assert 'value="delete"' not in shown
    assert tabs(staff("neighbour").get(LIST).text) == {}
    assert tabs(staff("viewer").get(LIST).text) == {}


def test_nobody_touches_a_colleagues_view(clerk: Staff, staff: SignIn, ask: Ask) -> None:
    view = number(keep(clerk, "本点待审", shared_role="confirm"))
    site = staff("confirm")
    for act in ("change", "overwrite", "delete"):
        fields = {"act": act, "view": view, "name": "x", "query": ""}
        assert site.post(VIEWS, fields, page=LIST).status_code == 404
    assert ask(select(SavedView.name)) == "本点待审"


def test_sharing_needs_a_right_and_a_role_that_may_list(
    clerk: Staff, staff: SignIn, ask: Ask
) -> None:
    fields = {"act": "save", "name": "x", "query": "", "shared_role": "confirm"}
    assert "您不能把视图共享给该角色" in refused(staff("confirm"), fields)
    assert 'name="shared_role"' not in staff("confirm").get(LIST).text
    wrong = refused(clerk, {**fields, "shared_role": "training_admin"})
    assert "您不能把视图共享给该角色" in wrong
    assert 'aria-describedby="new-view-role-help new-view-role-wrong" aria-invalid' in wrong
    assert ask(select(func.count()).select_from(SavedView)) == 0


def test_a_personal_number_is_not_shared(clerk: Staff) -> None:
    posted = clerk.post(f"{LIST}search/", {"q": id_no_of(7), "query": ""}, page=LIST)
    query = posted.location.partition("?")[2]
    fields = {"act": "save", "name": "某人", "query": query}
    page = refused(clerk, {**fields, "shared_role": "confirm"})
    assert "仅供您本人使用" in page
    assert '<option value="confirm" selected>' in page
    assert total(page) == 1
    assert total(clerk.get(keep(clerk, "某人", query)).text) == 1


def test_names_are_there_once_and_never_empty(clerk: Staff) -> None:
    keep(clerk, "一")
    for name, why in (
        ("一", "您已有视图“一”"),
        (" ", "请填写视图名称"),
        ("长" * 61, "最多 60 个字"),
    ):
        page = refused(clerk, {"act": "save", "name": name, "query": CONFIRMED})
        assert why in page
        assert f'value="{name}"' in page
        assert total(page) == 20
        assert '<details class="menu" open>' in page
    assert '<details class="menu" open>' not in clerk.get(LIST).text, "it is told once"
    unreadable = {"act": "save", "name": "二", "query": "filter=status:eq:nope"}
    assert clerk.post(VIEWS, unreadable, page=LIST).status_code == 400
    assert clerk.post(VIEWS, {"act": "explode", "query": ""}, page=LIST).status_code == 400


def test_a_view_keeps_its_words_where_its_new_name_is_taken(clerk: Staff) -> None:
    keep(clerk, "一")
    view = number(keep(clerk, "二"))
    fields = {"act": "change", "view": view, "name": "一", "query": CONFIRMED, "is_default": "1"}
    page = refused(clerk, fields)
    form = page.partition('id="view-name"')[2]
    assert form.startswith(' name="name" value="一" maxlength="60"')
    assert "您已有视图“一”" in form.partition('id="new-view-name"')[0]
    assert 'id="view-default" checked' in form
    assert list(tabs(page)) == ["全部", "一", "二"]


def test_a_view_whose_column_has_gone_says_so_and_shows_no_rows(
    clerk: Staff, work: ActorSession
) -> None:
    address = keep(clerk, "旧列")
    work.execute(
        update(SavedView).values(query="filter=no_more:eq:1&cols=gone"),
        execution_options={"unscoped": "a test"},
    )
    work.commit()
    answer = clerk.get(LIST + tabs(clerk.get(LIST).text)["旧列"])
    assert answer.status_code == 400
    assert 'class="chip bad"' in answer.text
    assert ids(answer.text) == []
    assert number(address) in answer.text


def test_a_view_shown_for_another_office_is_not_updated_from_here(
    clerk: Staff, work: ActorSession, listed: House, ask: Ask
) -> None:
    view = number(keep(clerk, "本点待审", shared_role="confirm"))
    elsewhere = {"org_id": listed.other.authority}
    work.execute(update(SavedView).values(elsewhere), execution_options={"unscoped": "test"})
    work.commit()
    fields = {"act": "overwrite", "view": view, "query": "filter=status:eq:submitted"}
    refused = clerk.post(VIEWS, fields, page=LIST)
    assert refused.status_code == 403
    assert "以另一角色或机构共享给他人" in refused.text
    assert ask(select(SavedView.query)) == CONFIRMED


def test_the_number_that_a_view_stands_on_is_not_forgotten(
    clerk: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "KEPT_TERMS", 2)

    def typed(place: int) -> str:
        fields = {"q": id_no_of(place), "query": ""}
        query: str = clerk.post(f"{LIST}search/", fields, page=LIST).location.partition("?")[2]
        return query

    forgotten, kept = typed(6), typed(7)
    address = keep(clerk, "某人", kept)
    for place in (8, 9, 10):
        typed(place)
    assert total(clerk.get(address).text) == 1
    assert "已失效" in clerk.get(f"{LIST}?{forgotten}").text

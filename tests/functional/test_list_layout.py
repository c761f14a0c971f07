"""The layout of a list: chosen by a form, kept for the person, and outdone by the address."""

from __future__ import annotations

import re
from html import unescape

from sqlalchemy import func, select, update

from models.accounts.tables_settings import UserPreference
from models.base.session import ActorSession
from tests.support.http import Client
from tests.support.lists import LIST, ids, link
from tests.support.record_pages import Ask, SignIn

WHOLE: dict[str, str | list[str]] = {"whole": "1", "query": ""}
FOUR: dict[str, str | list[str]] = {"cols": ["apply_no", "name", "status", "subject"]}


def heads(page: str) -> list[str]:
    """Return the names of the columns that a list shows, in their order."""
    return re.findall(r'data-label="([^"]*)"', page.partition('<tr data-id="')[2].split("</tr>")[0])


def arrange(client: Client, **fields: str | list[str]) -> str:
    """Send the form that lays out the list; return the page that it leads to."""
    answer = client.post(f"{LIST}arrange/", WHOLE | fields, page=LIST)
    assert answer.status_code == 303, answer.text
    return client.get(answer.location).text


def test_columns_stand_as_numbered_and_stay_so(clerk: Client, staff: SignIn) -> None:
    places = {"place.apply_no": "3", "place.name": "1", "place.status": "2"}
    page = arrange(clerk, **FOUR, **places)
    assert heads(page) == ["姓名", "状态", "报名号", "任教学科"]
    assert heads(clerk.get(LIST).text) == heads(page)
    assert heads(clerk.get(f"{LIST}?cols=name,org").text) == ["姓名", "认定机构"]
    assert heads(staff("centre").get(LIST).text)[0] == "报名号"  # another person's list


def test_links_of_a_laid_out_list_carry_the_layout(clerk: Client) -> None:
    page = arrange(clerk, **FOUR, size="20", **{"sort.1": "name", "direction.1": "desc"})
    assert len(ids(page)) == 20
    following = link(page, "next")
    assert "cols=apply_no,name,status,subject" in following
    assert "sort=-name" in following
    assert "size=20" in following
    assert heads(clerk.get(LIST + following).text) == heads(page)
    exported = clerk.get(LIST + unescape(_export(page))).data.decode("utf-8-sig")
    assert exported.splitlines()[0] == "报名号,姓名,状态,任教学科"


def _export(page: str) -> str:
    found = re.search(r'href="(export/csv/[^"]*)"', page)
    assert found
    return found[1]


def test_the_usual_layout_is_kept_by_forgetting(clerk: Client, ask: Ask) -> None:
    kept = select(func.count()).select_from(UserPreference)
    arrange(clerk, **FOUR, density="compact")
    assert ask(kept) == 1
    assert 'data-density="compact"' in clerk.get(LIST).text
    page = arrange(clerk, usual="1")
    assert ask(kept) == 0
    assert "data-density" not in page
    assert len(heads(page)) == 9


def test_the_size_alone_leaves_the_rest_as_it_was(clerk: Client) -> None:
    arrange(clerk, **FOUR)
    answer = clerk.post(f"{LIST}arrange/", {"size": "20", "query": "sort=name&size=100"}, page=LIST)
    assert answer.location == f"{LIST}?sort=name"
    page = clerk.get(answer.location).text
    assert len(ids(page)) == 20
    assert len(heads(page)) == 4


def test_sorted_by_several_columns_says_in_which_order(clerk: Client) -> None:
    page = arrange(
        clerk,
        **{"sort.1": "status", "sort.2": "submitted_at", "direction.2": "desc", "sort.3": "status"},
    )
    assert re.findall(r'<sub class="rank">(\d)</sub>', page) == ["1", "2"]
    assert ids(page) == ids(clerk.get(f"{LIST}?sort=status,-submitted_at").text)


def test_a_layout_that_no_list_has_is_refused(clerk: Client) -> None:
    for name, value in (("size", "7"), ("density", "huge")):
        answer = clerk.post(f"{LIST}arrange/", {**WHOLE, name: value}, page=LIST)
        assert answer.status_code == 400
        assert "列表没有这种版式" in answer.text


def test_a_kept_column_that_has_gone_is_left_out(clerk: Client, work: ActorSession) -> None:
    arrange(clerk, **FOUR)
    gone = {"cols": ["name", "no_more"], "sort": ["-no_more"], "size": 51, "density": 3}
    work.execute(
        update(UserPreference).values(value=gone), execution_options={"unscoped": "a test"}
    )
    work.commit()
    answer = clerk.get(LIST)
    assert answer.status_code == 200
    assert heads(answer.text) == ["姓名"]
    assert len(ids(answer.text)) == 50

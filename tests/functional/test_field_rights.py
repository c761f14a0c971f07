"""The four rights on a single column, walked through every page that could tell of it."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from models.messaging.tables import Notice
from tests.factories.records import House
from tests.support.field_rights import Grant
from tests.support.lists import ids, total
from tests.support.record_pages import Ask, SignIn, Staff

NOTICES = "/admin/notice/"
COLUMN = "notice.title"
OLD, NEW, MASK = "关于春季认定的通知", "关于秋季认定的通知", "****"


@dataclass(frozen=True)
class Row:
    """What a right lets a reader do, as the pages must show it."""

    right: str
    is_there: bool  # heading, chooser, label
    is_told: bool  # the value itself: list, detail, export, history, title
    is_written: bool  # the form has it, a post is taken
    matches_whole: bool  # filter and search find the whole value
    matches_more: bool  # a beginning, an order


TRUTHS = (
    Row("hidden", False, False, False, False, False),
    Row("masked", True, False, False, True, False),
    Row("readonly", True, True, False, True, True),
    Row("editable", True, True, True, True, True),
)


@pytest.fixture
def centre(sign_in: SignIn, house: House) -> Staff:
    """Return the centre's clerk, who has written a notice and changed its title."""
    client = sign_in("centre")
    sent = client.send(
        f"{NOTICES}new/", title=OLD, body="请各机构知悉。", org_id=str(house.province)
    )
    assert sent.status_code == 303
    assert client.send(f"{NOTICES}edit/?id=1", title=NEW).status_code == 303
    assert client.send(f"{NOTICES}edit/?id=1", body="请各机构遵照执行。").status_code == 303
    return client


@pytest.mark.parametrize("row", TRUTHS, ids=[row.right for row in TRUTHS])
def test_list_filter_sort_and_search_follow(centre: Staff, grant: Grant, row: Row) -> None:
    grant("super", COLUMN, row.right)
    page = centre.get(NOTICES).text
    assert (">标题<" in page.partition("<tbody")[0]) == row.is_there
    assert ('value="title"' in page) == row.is_there
    assert (NEW in page) == row.is_told
    assert ids(page) == [1]

    def answers(query: str) -> int:
        return centre.get(f"{NOTICES}?{query}").status_code

    assert answers("cols=title") == (200 if row.is_there else 400)
    assert answers("sort=title") == (200 if row.matches_more else 400)
    assert answers("filter=title:prefix:关于") == (200 if row.matches_more else 400)
    assert answers("filter=title:ne:x") == (200 if row.matches_more else 400)
    posted = centre.post(f"{NOTICES}search/", {"column": "title", "op": "eq", "value": NEW})
    assert centre.get(posted.location).status_code == (200 if row.matches_whole else 400)
    assert total(centre.get(posted.location).text) == row.matches_whole
    assert _found(centre, NEW) == row.matches_whole
    assert _found(centre, NEW[:3]) == row.matches_more


def _found(client: Staff, term: str) -> int:
    answer = client.get(client.post(f"{NOTICES}search/", {"q": term}).location)
    return total(answer.text) if answer.status_code == 200 else 0


@pytest.mark.parametrize("row", TRUTHS, ids=[row.right for row in TRUTHS])
def test_record_and_history_follow(centre: Staff, grant: Grant, row: Row) -> None:
    grant("super", COLUMN, row.right)
    page = centre.get(f"{NOTICES}details/?id=1").text
    assert ("<dt>标题</dt>" in page) == row.is_there
    for value in (OLD, NEW):
        assert (value in page) == row.is_told
    assert "请各机构知悉。" in page
    assert (f"<del>{MASK}</del>" in page) == (row.is_there and not row.is_told)
    assert ("<title>#1" in page) == (not row.is_told)


@pytest.mark.parametrize("row", TRUTHS, ids=[row.right for row in TRUTHS])
def test_the_form_holds_and_takes_what_may_be_written(
    centre: Staff, grant: Grant, ask: Ask, row: Row
) -> None:
    grant("super", COLUMN, row.right)
    page = centre.get(f"{NOTICES}edit/?id=1").text
    assert ('name="title"' in page) == row.is_written
    assert (NEW in page) == row.is_told
    sent = centre.send(f"{NOTICES}edit/?id=1", title="改过", body="又改了。")
    assert sent.status_code == 303
    title, body = ask(select(Notice.title)), ask(select(Notice.body))
    assert title == ("改过" if row.is_written else NEW)
    assert body == "又改了。"


@pytest.mark.parametrize("row", TRUTHS, ids=[row.right for row in TRUTHS])
def test_a_conflict_tells_no_more(centre: Staff, grant: Grant, row: Row) -> None:
    form = centre.form(f"{NOTICES}edit/?id=1")
    assert centre.send(f"{NOTICES}edit/?id=1", title="他人所改").status_code == 303
    grant("super", COLUMN, row.right)
    answer = centre.http.post(
        f"{NOTICES}edit/?id=1", data=form | {"title": "我所改", "body": "我所写"}
    )
    assert answer.status_code == 409
    assert ("我所改" in answer.text) == row.is_written
    assert ("他人所改" in answer.text) == row.is_told
    assert "我所写" in answer.text


@pytest.mark.parametrize("row", TRUTHS, ids=[row.right for row in TRUTHS])
def test_the_export_follows(centre: Staff, grant: Grant, row: Row) -> None:
    grant("super", COLUMN, row.right)
    body = centre.get(f"{NOTICES}export/csv/").data.decode("utf-8-sig")
    head, line = csv.reader(io.StringIO(body))
    assert ("标题" in head) == row.is_there
    assert (NEW in line) == row.is_told
    assert (MASK in line) == (row.is_there and not row.is_told)
    xlsx = centre.get(f"{NOTICES}export/xlsx/?cols=title")
    assert xlsx.status_code == (200 if row.is_there else 400)

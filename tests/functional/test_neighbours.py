"""From a record to its neighbours in the list that one came from, and back to that list."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import quote

import pytest

from tests.factories.records import House
from tests.support.http import Client
from tests.support.lists import LIST, OWN, ids, link
from tests.support.record_pages import SignIn, Staff

#: Orders with equal values, with NULLs at either end, and with several columns.
QUERIES = [
    "",
    "sort=name",
    "sort=-status,submitted_at",
    "sort=apply_no&filter=status:eq:confirmed",
    "sort=-id&filter=name:in:张伟,李娜",
    "sort=-pledge_signed,name",
]
#: Every other row has no receipt.
WITHOUT_RECEIPT = ["sort=receipt_no&size=200", "sort=-receipt_no&size=200"]


def record_urls(client: Client, query: str) -> list[str]:
    """Return the addresses of the records of a list in their order."""
    page = client.get(f"{LIST}?{query}").text
    found = re.findall(r'<a href="(details/[^"]+)" data-open', page)
    return [LIST + unescape(url) for url in found]


def steps(client: Client, first: str, rel: str) -> list[int]:
    """Return the ids of the records that one meets by stepping on from the first."""
    met, address = [], first
    while address:
        page = client.get(address)
        assert page.status_code == 200, address
        met.append(int(re.search(r"id=(\d+)", address)[1]))  # type: ignore[index]
        address = link(page.text, rel)
    return met


@pytest.mark.parametrize("query", QUERIES)
def test_stepping_on_meets_the_list_in_its_order(clerk: Staff, query: str) -> None:
    urls = record_urls(clerk, f"{query}&size=20".lstrip("&"))
    shown = ids(clerk.get(f"{LIST}?{query}&size=200").text)
    assert steps(clerk, urls[0], "next") == shown
    assert steps(clerk, urls[2], "prev") == shown[2::-1]


@pytest.mark.parametrize("query", WITHOUT_RECEIPT)
def test_records_without_a_value_have_neighbours_too(clerk: Staff, query: str) -> None:
    shown = ids(clerk.get(f"{LIST}?{query}").text)
    assert len(shown) == OWN
    urls = record_urls(clerk, query)
    near = [0, 1, *range(28, 34), OWN - 2, OWN - 1]
    for place in near:
        page = clerk.get(urls[place]).text
        for rel, beside in (("next", place + 1), ("prev", place - 1)):
            expected = shown[beside] if 0 <= beside < OWN else None
            url = link(page, rel)
            assert (f"id={expected}&" in url) if expected else not url, (place, rel)


def test_the_way_back_leads_to_the_page_and_the_row(clerk: Staff) -> None:
    first = clerk.get(f"{LIST}?sort=name&size=20").text
    following = link(first, "next")
    page = clerk.get(LIST + following).text
    record = LIST + unescape(re.findall(r'<a href="(details/[^"]+)" data-open', page)[3])
    back = re.search(r'href="([^"]*)" data-list', clerk.get(record).text)
    assert back
    address, _, row = unescape(back[1]).partition("#")
    assert ids(clerk.get(address).text) == ids(page)
    assert row == f"row-{ids(page)[3]}"


def test_a_record_that_has_left_the_list_still_leads_on(clerk: Staff) -> None:
    query = "filter=status:eq:submitted&sort=apply_no"
    shown = ids(clerk.get(f"{LIST}?{query}").text)
    other = ids(clerk.get(f"{LIST}?filter=status:eq:confirmed&sort=apply_no").text)[1]
    page = clerk.get(f"{LIST}details/?id={other}&from={quote(query)}").text
    assert any(f"id={id_}&" in link(page, "next") for id_ in shown)


def test_a_record_opened_by_itself_has_no_list(clerk: Staff, listed: House) -> None:
    for address in (
        f"{LIST}details/?id={listed.own.application}",
        f"{LIST}details/?id={listed.own.application}&from={quote('filter=nonsense:eq:1')}",
    ):
        page = clerk.get(address)
        assert page.status_code == 200
        assert link(page.text, "next") == link(page.text, "prev") == ""
        assert "data-list" not in page.text


def test_the_list_is_not_lost_on_the_way_through_forms_and_parts(
    clerk: Staff, listed: House
) -> None:
    record = f"{LIST}details/?id={listed.own.application}&from=sort%3Dname"
    page = clerk.get(record).text
    edit = re.search(r'href="([^"]*edit/[^"]*)" data-edit', page)
    assert edit
    saved = clerk.send(unescape(edit[1]), work_unit="某单位")
    assert saved.status_code == 303
    assert "from=sort%3Dname" in saved.location or "from=sort=name" in saved.location
    part = re.search(r'href="(/admin/application_resume/details/[^"]*)"', page)
    assert part
    back = re.search(r'<a href="([^"]*)">返回上一页</a>', clerk.get(unescape(part[1])).text)
    assert back
    assert 'rel="next"' in clerk.get(unescape(back[1])).text


def test_neighbours_are_those_of_the_own_office(clerk: Staff, staff: SignIn, listed: House) -> None:
    everything = steps(staff("neighbour"), record_urls(staff("neighbour"), "")[0], "next")
    assert len(everything) == 6
    assert not set(everything) & set(ids(clerk.get(f"{LIST}?size=200").text))

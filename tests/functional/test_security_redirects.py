"""Where an answer sends anybody: never to another site, whatever the request brings along."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import quote, urljoin, urlsplit

from flask import Flask

from tests.factories.records import PASSWORD, House
from tests.support.http import Client
from tests.support.record_pages import SignIn

FOREIGN = (
    "//e.example",
    "///e.example",
    "////e.example/%2f..",
    "/\\e.example",
    "\\\\e.example",
    "\\/e.example",
    "/\t/e.example",
    "/\r\n/e.example",
    "\t//e.example",
    " //e.example",
    "\u00a0//e.example",
    "/\u200b/e.example\r\nSet-Cookie: a=b",
    "https:e.example",
    "https:/e.example",
    "https://e.example",
    "HTTPS://e.example",
    "http://localhost@e.example/",
    "http://localhost.e.example/",
    "//localhost@e.example",
    "//e.example:80\\@localhost/",
    "https://e.example\\@localhost/",
    "javascript:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,x",
    "%2f%2fe.example",
    "/%5ce.example",
    "/%09/e.example",
    "/..//e.example",
    "/./\\e.example",
    "／／e.example",
    "/\uff0fe.example",
    "//[::1",
    "?next=//e.example",
    "e.example",
)


def stays(location: str | None, page: str = "http://localhost/login") -> bool:
    """Say whether a browser that follows an address stays here; it takes out tabs and line ends,
    and reads a backslash as a slash.
    """
    address = "".join(c for c in location or "" if c not in "\t\r\n").strip().replace("\\", "/")
    target = urlsplit(urljoin(page, address))
    return target.scheme == "http" and target.netloc == "localhost"


def test_the_reading_of_a_browser_is_strict_enough_to_fail() -> None:
    strays = ("//e.example", "/\\e.example", "/\t/e.example", "https:e.example", "\\\\e.example")
    assert [address for address in strays if stays(address)] == []
    assert stays("/admin/?next=//e.example")


def test_signing_in_stays_here(app: Flask, house: House) -> None:
    assert house
    led = {}
    for wanted in FOREIGN:
        client = Client(app.test_client())
        assert client.get(f"/login?next={quote(wanted)}").status_code == 200
        fields = {"username": "authority", "password": PASSWORD, "next": wanted}
        led[wanted, "signing in"] = client.post("/login", fields).location
        led[wanted, "signed in"] = client.get(f"/login?next={quote(wanted)}").location
    assert None not in led.values()
    assert {where: to for where, to in led.items() if not stays(to)} == {}


def test_every_form_that_leads_on_stays_here(sign_in: SignIn, house: House) -> None:
    clerk, led = sign_in("authority"), {}
    edit = f"/admin/certification_application/edit/?id={house.own.application}"
    for number, wanted in enumerate(FOREIGN):
        given = {"next": wanted, "page": wanted, "url": wanted, "language": "zh_Hans_CN"}
        for path in ("/language", "/admin/kept/", "/admin/me/display/"):
            led[wanted, path] = clerk.post(path, given, page="/admin/").location
        address = f"{edit}&url={quote(wanted)}"
        changes = {"address": [f"北京市东城区某胡同{number + 2}号"]}
        led[wanted, edit] = clerk.http.post(address, data=clerk.form(edit) | changes).location
        for link in re.findall(r'href="([^"]+)"', clerk.get(address).text):
            led[wanted, f"link {link}"] = unescape(link)
    assert None not in led.values()
    assert {where: to for where, to in led.items() if not stays(to)} == {}


def test_whoever_comes_from_elsewhere_is_not_sent_back_there(sign_in: SignIn, house: House) -> None:
    assert house
    clerk = sign_in("authority")
    with clerk.http.session_transaction() as cookie:
        cookie["_user_id"] = "gone"
    answer = clerk.post("/role", {"user_role": "1"})
    assert answer.location == "/login"
    for referrer in ("http://e.example/x", "http://localhost.e.example/", "http://localhost//e"):
        token = clerk.token()
        with clerk.http.session_transaction() as cookie:
            cookie["_user_id"] = "gone"
        answer = clerk.http.post("/role", data={"csrf_token": token}, headers={"Referer": referrer})
        assert answer.location == "/login", referrer

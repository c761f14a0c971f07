"""The second factor: setting it up, its recovery codes, and giving it up."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import segno
from flask import current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from models import clock
from models.accounts import recovery, totp
from models.accounts.duties import Duty
from models.accounts.reauthentication import WrongPassword
from models.errors import BadInput
from models.text import Message, msg
from views.base.request import actor, translate
from views.base.visit import visit
from views.me.frame import onward, own_account, pages, section, wanted

#: The secret is shown in groups of this length, to be typed by hand.
_GROUP = 4
#: By it the editors of the offices tell that a file is no GBK.
_BOM = "\ufeff"
FILE_HEAD = msg("Recovery codes of the teacher qualification panel. Each opens once.")


@pages.get("/second-factor/")
def second_factor() -> str:
    """Show where the second factor stands."""
    return _page()


@pages.post("/second-factor/begin")
def begin_second_factor() -> ResponseReturnValue:
    """Make a new secret, to be confirmed by a first code."""
    password = None if visit().duty is Duty.second_factor else _password()
    try:
        with own_account(write=True) as (work, account):
            totp.enrol(work, account, actor(), key=_key(), now=clock.now(), password=password)
    except WrongPassword as refusal:
        return _page(begin=refusal.message), 400
    return redirect(url_for("me.second_factor", next=wanted()), 303)


@pages.post("/second-factor/confirm")
def confirm_second_factor() -> ResponseReturnValue:
    """Take the first code; answer with the recovery codes, which nobody shows again."""
    code = request.form.get("code", "")
    try:
        with own_account(write=True) as (work, account):
            if totp.is_enrolled(work, account):  # the page with the codes was loaded again
                return onward("second_factor")
            codes = totp.confirm(work, account, actor(), code, key=_key(), now=clock.now())
    except BadInput as refusal:
        return _page(code=refusal.message), 400
    return _codes(codes, is_new=True)


@pages.post("/second-factor/codes")
def renew_codes() -> ResponseReturnValue:
    """Replace the recovery codes."""
    try:
        with own_account(write=True) as (work, account):
            codes = totp.renew_recovery_codes(work, account, actor(), _password(), clock.now())
    except WrongPassword as refusal:
        return _page(renew=refusal.message), 400
    return _codes(codes, is_new=False)


@pages.post("/second-factor/remove")
def remove_second_factor() -> ResponseReturnValue:
    """Give the second factor up, unless a role needs it."""
    try:
        with own_account(write=True) as (work, account):
            totp.drop(work, account, actor(), _password(), clock.now(), needed_by=_needed_by())
    except WrongPassword as refusal:
        return _page(remove=refusal.message), 400
    flash(
        translate(msg("The second factor is removed. Signing in asks for the password alone.")),
        "success",
    )
    return redirect(url_for("me.second_factor"), 303)


def _page(**faults: Message) -> str:
    """Show the section; ``faults`` are by the form that they belong to."""
    with own_account() as (work, account):
        begun = totp.pending(work, account, _key())
        context: dict[str, Any] = {
            "since": totp.confirmed_at(work, account),
            "left": recovery.left(work, account),
            "most": recovery.COUNT,
            "is_needed": totp.needs_second_factor(work, account.id, _needed_by()),
        }
    return section("second_factor", "second_factor", begun=_drawn(begun), faults=faults, **context)


def _codes(codes: list[str], *, is_new: bool) -> str:
    lines = "\r\n".join([translate(FILE_HEAD), actor().username, "", *codes, ""])
    file = f"data:text/plain;charset=utf-8,{quote(_BOM + lines)}"
    return section("codes", "second_factor", codes=codes, file=file, is_new=is_new)


def _drawn(begun: totp.Enrolment | None) -> dict[str, Any] | None:
    """Return picture and groups of an enrolment that waits for its first code."""
    if begun is None:
        return None
    starts = range(0, len(begun.secret), _GROUP)
    return {
        "picture": segno.make(begun.address, error="m").svg_data_uri(
            scale=4, border=3, light="#fff", xmldecl=False
        ),
        "groups": [begun.secret[start : start + _GROUP] for start in starts],
        "address": begun.address,
    }


def _key() -> str:
    return str(current_app.config["SECRET_KEY"])


def _needed_by() -> frozenset[str]:
    found: frozenset[str] = current_app.config["TOTP_ROLES"]
    return found


def _password() -> str:
    return request.form.get("password", "")

"""Profile: how one can be reached, and which roles one holds where."""

from __future__ import annotations

from collections.abc import Mapping

from flask import flash, request
from flask.typing import ResponseReturnValue

from models.accounts.profile import BadContact, change_contact
from models.accounts.reauthentication import WrongPassword
from models.text import Message, msg
from views.base.request import actor, translate
from views.me.frame import onward, own_account, pages, section


@pages.route("/", methods=["GET", "POST"])
def profile() -> ResponseReturnValue:
    """Show one's profile, or change how one can be reached."""
    if request.method != "POST":
        return _page({})
    given, version = request.form, request.form.get("row_version", "")
    try:
        with own_account(write=True) as (work, account):
            change_contact(
                work,
                account,
                actor(),
                email=given.get("email", "").strip(),
                mobile=given.get("mobile", "").strip(),
                password=given.get("password", ""),
                version=int(version) if version.isascii() and version.isdigit() else None,
            )
    except BadContact as refusal:
        return _page(refusal.faults), 400
    except WrongPassword as refusal:
        return _page({"password": refusal.message}), 400
    flash(translate(msg("Your contact data are saved.")), "success")
    return onward("profile")


def _page(faults: Mapping[str, Message]) -> str:
    with own_account() as (_work, account):
        shown = {
            "username": account.username,
            "name": account.display_name,
            "org": account.org.name if account.org else "",
            "version": account.version,
            "last_login_at": account.last_login_at,
            "last_login_ip": account.last_login_ip,
            "email": request.form.get("email", account.email or ""),
            "mobile": request.form.get("mobile", account.mobile or ""),
        }
    return section("profile", "profile", shown=shown, faults=faults)

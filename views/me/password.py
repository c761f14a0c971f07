"""One's own password: the old one, and the new one twice."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from models.accounts.password_changes import change_password
from models.accounts.password_rules import WeakPassword, profile_of, told
from models.accounts.reauthentication import WrongPassword
from models.base.session import PASSWORD_PROFILES
from models.text import Message, msg
from views.base import cookie
from views.base.request import actor, translate
from views.me.frame import onward, own_account, pages, section

Faults = dict[str, list[Message]]


@pages.route("/password/", methods=["GET", "POST"])
def password() -> ResponseReturnValue:
    """Show the form, or change the password; every other session then ends."""
    if request.method != "POST":
        return _page({})
    old, new, again = (
        request.form.get(name, "")
        for name in ("old_password", "new_password", "new_password_again")
    )
    came_with = cookie.token()
    try:
        with own_account(write=True) as (work, account):
            renewed = change_password(
                work, account, old, new, actor(), again=again, token=came_with
            )
    except WrongPassword as refusal:
        return _page({"old_password": [refusal.message]}), 400
    except WeakPassword as refusal:
        return _page({"new_password": refusal.messages}), 400
    if renewed is None:  # the session ended while the form was judged
        return redirect(url_for("login"), 303)
    cookie.keep(renewed)
    flash(
        translate(
            msg("Your password is changed. Wherever else you were signed in, you are not any more.")
        ),
        "success",
    )
    return onward("password")


def _page(faults: Faults) -> str:
    with own_account() as (work, account):
        rules = told(profile_of(account.account_type, work.info.get(PASSWORD_PROFILES)))
        username, changed_at = account.username, account.password_changed_at
        is_initial = account.initial_password_pending
    return section(
        "password",
        "password",
        faults=faults,
        rules=rules,
        username=username,
        changed_at=changed_at,
        is_initial=is_initial,
    )

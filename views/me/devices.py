"""Where one is signed in, and signing out there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from models import clock
from models.accounts import session_operations, sessions
from models.accounts.permissions import RoleCode
from models.accounts.tables_sign_in import UserSession
from models.text import Label, msg
from views.base import cookie
from views.base.request import actor, translate
from views.me.agents import browser_of, is_phone
from views.me.frame import own_account, pages, section


@dataclass(frozen=True, slots=True)
class Device:
    """A browser in which one is signed in."""

    id: int
    name: Label
    is_phone: bool
    ip: str
    since: datetime
    seen_at: datetime
    until: datetime
    role: Label | None
    is_this: bool


@pages.get("/devices/")
def devices() -> str:
    """List the browsers in which one is signed in, the latest active first."""
    digest = sessions.token_hash(cookie.token())
    with own_account() as (work, account):
        living = sessions.living(work, account, clock.now())
        found = [_device(row, digest) for row in living]
    return section("devices", "devices", devices=sorted(found, key=lambda one: not one.is_this))


@pages.post("/devices/<int(max=2147483647):key>/end")
def end_device(key: int) -> ResponseReturnValue:
    """End one session; the one in use may be it."""
    with own_account(write=True) as (work, account):
        session_operations.revoke_one(work, account, actor(), key, clock.now())
    flash(translate(msg("The device is signed out.")), "success")
    return redirect(url_for("me.devices"), 303)


@pages.post("/devices/end-others")
def end_other_devices() -> ResponseReturnValue:
    """End every session but the one in use."""
    token = cookie.token()
    with own_account(write=True) as (work, account):
        ended = session_operations.revoke_others(work, account, actor(), token, clock.now())
    said = ngettext(
        "%(num)s other device is signed out.", "%(num)s other devices are signed out.", ended
    )
    flash(said, "success")
    return redirect(url_for("me.devices"), 303)


def _device(row: UserSession, digest: str) -> Device:
    role = RoleCode.labels().get(row.user_role.role_code) if row.user_role else None
    return Device(
        id=row.id,
        name=browser_of(row.user_agent),
        is_phone=is_phone(row.user_agent),
        ip=row.ip or "",
        since=row.created_at,
        seen_at=row.seen_at,
        until=min(row.expires_at, row.seen_at + sessions.IDLE),
        role=role,
        is_this=row.token_hash == digest,
    )

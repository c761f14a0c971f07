"""What an account is to whoever signs in with it, as of now (schema §3.5)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, bindparam, case, literal

from models import clock
from models.accounts.tables import AccountStatus
from models.base.choices import Choice
from models.base.types import Instant


class SignInState(Choice):
    """The first that holds."""

    disabled = "disabled", "停用", "Disabled", "grey"
    locked = "locked", "已锁定", "Locked", "orange"
    must_change = "must_change", "须修改密码", "Must change", "amber"
    active = "active", "正常", "Active", "green"


def sign_in_state(account: Any) -> ColumnElement[str]:
    """Return the state of an account; the instant is that of execution, for a lock ends by
    itself.
    """
    now = bindparam("sign_in_now", callable_=_now, type_=Instant())
    return case(
        (account.status == AccountStatus.disabled.value, _said(SignInState.disabled)),
        (account.locked_until > now, _said(SignInState.locked)),
        (account.must_change_password, _said(SignInState.must_change)),
        else_=_said(SignInState.active),
    )


def _now() -> datetime:
    return clock.now()


def _said(state: SignInState) -> ColumnElement[str]:
    return literal(state.value, String())

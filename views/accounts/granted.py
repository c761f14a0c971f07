"""Roles of accounts: given and taken within one's own reach, and nobody's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import request
from sqlalchemy import ColumnElement
from typing_extensions import override

from models.accounts.granting import OWN_ROLES
from models.accounts.guards import ABOVE
from models.accounts.permissions import HELD_OVER, grantable, may_grant
from models.accounts.ranks import stands_above
from models.accounts.scope import keeps_users_of
from models.accounts.tables import UserRole
from models.base.actor import Actor
from models.text import Message
from views.base import menu
from views.base.form import Editable
from views.base.grid import Grid
from views.base.request import actor, session
from views.base.shown import whole_of


def kinds_asked(org: Any, role: str | None) -> Sequence[ColumnElement[bool]]:
    """Return the kinds of organisation over which the role that is being chosen, or ``role``, can
    be held.
    """
    kinds = HELD_OVER.get(request.values.get("role_code") or role or "")
    return () if kinds is None else (org.kind.in_([kind.value for kind in kinds]),)


class RolesOfUsers(Grid[UserRole]):
    category = menu.ACCOUNTS
    columns = "user role scope_org"
    in_menu = False

    @override
    def lookup_criteria(
        self, name: str, target: Any, record: UserRole | None
    ) -> Sequence[ColumnElement[bool]]:
        who = actor()
        if name == "role_code":
            return (target.code.in_(grantable(who)),)
        if name == "scope_org_id":
            held = record.role_code if record is not None else None
            return (keeps_users_of(target, who), *kinds_asked(target, held))
        return super().lookup_criteria(name, target, record)

    @override
    def why_no_part(self, whole: Any, who: Actor) -> Message | None:
        if whole.id == who.user_id:
            return OWN_ROLES
        return ABOVE.reason if stands_above(session(), whole, who) else None

    @override
    def editable_fields(self, record: UserRole, who: Actor) -> Editable:
        usual = super().editable_fields(record, who)
        why_not = self._why_not(record, who)
        return usual if why_not is None else Editable(frozenset(), why_not)

    def _why_not(self, record: UserRole, who: Actor) -> Message | None:
        if not may_grant(record.role_code, who):
            return ABOVE.reason
        whole = whole_of(record)
        return self.why_no_part(whole, who) if whole is not None else None

"""A role is held over an organisation that it can be held over: who confirms does so at a site."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, event, select
from sqlalchemy.orm import Mapper

from models.accounts.permissions import HELD_OVER, RoleCode
from models.accounts.tables import UserRole
from models.errors import BadInput
from models.reference.tables import Org, OrgKind
from models.text import Message, msg


@event.listens_for(UserRole, "before_insert")
@event.listens_for(UserRole, "before_update")
def _judge_place(_mapper: Mapper[Any], connection: Connection, granted: UserRole) -> None:
    """Judge a grant as it is written, whoever writes it: form, command or seed.

    :raises BadInput: over an organisation of a kind at which the role has nothing to do.
    """
    org: Any = Org.__table__
    found = connection.execute(select(org.c.kind).where(org.c.id == granted.scope_org_id))
    kind = found.scalar_one_or_none()
    # An organisation that does not exist is the foreign key's affair.
    why_not = misplaced(granted.role_code, OrgKind[kind]) if kind else None
    if why_not is not None:
        raise BadInput(why_not, "scope_org_id")


def misplaced(role: str, kind: OrgKind) -> Message | None:
    """Return why a role cannot be held over a kind of organisation, None where it can."""
    if kind in HELD_OVER.get(role, frozenset()):
        return None
    return msg(
        "The role “%(role)s” cannot be held over an organisation of the kind “%(kind)s”.",
        role=RoleCode.labels().get(role, role),
        kind=kind.label,
    )

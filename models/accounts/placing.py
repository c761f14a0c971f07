"""A role is held over an organisation that it can be held over: who confirms does so at a site."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, event, select
from sqlalchemy.orm import Mapper

from models.accounts.permissions import HELD_OVER, RoleCode
from models.accounts.tables import UserRole
from models.errors import BadInput
from models.reference.tables import Org, OrgKind
from models.text import msg


@event.listens_for(UserRole, "before_insert")
@event.listens_for(UserRole, "before_update")
def _judge_place(_mapper: Mapper[Any], connection: Connection, granted: UserRole) -> None:
    """Judge a grant as it is written, whoever writes it: form, command or seed.

    :raises BadInput: over an organisation of a kind at which the role has nothing to do.
    """
    org: Any = Org.__table__
    found = connection.execute(select(org.c.kind).where(org.c.id == granted.scope_org_id))
    kind = found.scalar_one_or_none()
    if kind is None or OrgKind[kind] in HELD_OVER.get(granted.role_code, frozenset()):
        return  # an organisation that does not exist is the foreign key's affair
    raise BadInput(
        msg(
            "The role “%(role)s” cannot be held over an organisation of the kind “%(kind)s”.",
            role=RoleCode.labels().get(granted.role_code, granted.role_code),
            kind=OrgKind[kind].label,
        ),
        "scope_org_id",
    )

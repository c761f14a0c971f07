"""Actors for tests: a stored account in a role over an organisation."""

from __future__ import annotations

from itertools import count

from models.accounts.permissions import ACT_IN_SUBTREE, GRANTS
from models.accounts.tables import UserAccount
from models.base.actor import Actor
from models.base.session import ActorSession
from models.reference.tables import Org, OrgKind

_numbers = count(1)


def make_actor(session: ActorSession, role: str, org: Org) -> Actor:
    """Store an account, and return the actor that ``role`` over ``org`` makes of it."""
    name = f"{role}-{next(_numbers)}"
    account = UserAccount(
        username=name,
        display_name=name,
        password_hash="-",
        org_id=org.id,
        must_change_password=False,
        initial_password_pending=False,
    )
    session.add(account)
    session.flush()
    is_site = org.kind == OrgKind.site
    authority = session.get_one(Org, org.parent_id) if is_site else org
    return Actor(
        username=name,
        user_id=account.id,
        display_name=name,
        role=role,
        grants=GRANTS[role],
        org_id=org.id,
        org_path=org.path,
        authority_id=authority.id,
        authority_path=authority.path,
        is_site=is_site,
        is_leaf=org.kind in (OrgKind.site, OrgKind.city, OrgKind.county),
        acts_in_subtree=role in ACT_IN_SUBTREE,
    )

"""Who somebody is when he acts: his roles, and the actor that a role makes of him."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import joinedload

from models.accounts.passwords import normalise_username
from models.accounts.permissions import ACT_IN_SUBTREE, GRANTS, RoleCode
from models.accounts.tables import AccountStatus, UserAccount, UserRole
from models.base.actor import Actor
from models.base.session import ActorSession
from models.errors import NotFound
from models.reference.tables import Org, OrgKind
from models.text import msg

ENABLED = AccountStatus.active.value
#: Roles that keep the accounts of others.
ADMINISTRATORS = (RoleCode.system_admin.value, RoleCode.super.value)


def roles_of(session: ActorSession, user_id: int) -> list[UserRole]:
    """Return the roles that a user may act in, with role and organisation loaded, the oldest first:
    over an organisation that is not in use any more nobody acts.
    """
    return list(
        session.scalars(
            select(UserRole)
            .join(Org, Org.id == UserRole.scope_org_id)
            .where(UserRole.user_id == user_id, Org.enabled, ~Org.is_deleted)
            .options(joinedload(UserRole.role), joinedload(UserRole.scope_org))
            .order_by(UserRole.id)
        )
    )


def actor_for(
    session: ActorSession,
    user_id: int,
    user_role: UserRole,
    *,
    ip: str | None = None,
    request_id: str | None = None,
) -> Actor:
    """Return the actor that a user is in one of his roles; ``session`` is the system's.

    :raises ValueError: when the role is another user's; a programming error.
    """
    if user_role.user_id != user_id:
        raise ValueError("the role belongs to another user")
    account = session.get_one(UserAccount, user_id)
    org = session.get_one(Org, user_role.scope_org_id)
    authority = _authority_of(session, org)
    return actor_over(
        (account.id, account.username, account.display_name),
        user_role.role_code,
        org,
        (authority.id, authority.path),
        is_leaf=_is_leaf(session, org),
        ip=ip,
        request_id=request_id,
    )


def actor_over(
    account: tuple[int, str, str],
    role_code: str,
    org: Any,
    authority: tuple[int, str],
    *,
    is_leaf: bool,
    ip: str | None = None,
    request_id: str | None = None,
) -> Actor:
    """Return the actor that an account (id, user name, name) is in a role over an organisation:
    the class's object or a row with ``id``, ``path`` and ``kind``; ``authority`` is id and path.
    """
    id_, username, display_name = account
    return Actor(
        username=username,
        user_id=id_,
        display_name=display_name,
        role=role_code,
        grants=GRANTS.get(role_code, frozenset()),
        org_id=org.id,
        org_path=org.path,
        authority_id=authority[0],
        authority_path=authority[1],
        is_site=org.kind == OrgKind.site,
        is_school=org.kind == OrgKind.school,
        is_leaf=is_leaf,
        acts_in_subtree=role_code in ACT_IN_SUBTREE,
        ip=ip,
        request_id=request_id,
    )


def actor_named(session: ActorSession, username: str, *, os_user: str | None = None) -> Actor:
    """Return the actor of an enabled user in his first role, for commands run in his name.

    :raises NotFound: when there is no such user, he is disabled, or he holds no role.
    """
    wanted = normalise_username(username)
    account = session.scalar(select(UserAccount).where(UserAccount.username == wanted))
    roles = roles_of(session, account.id) if account and account.status == ENABLED else []
    if account is None or not roles:
        raise NotFound(msg("There is no enabled user %(name)s with a role.", name=username))
    return replace(actor_for(session, account.id, roles[0]), os_user=os_user)


def administrators_of(session: ActorSession, org_path: str, most: int = 3) -> list[tuple[str, str]]:
    """Return name and organisation of those who keep the accounts of an organisation, the nearest
    first; accounts that are not enabled keep none.
    """
    above = [int(part) for part in org_path.split("/") if part]
    wanted = (
        select(UserAccount.display_name, Org.name)
        .join(UserRole, UserRole.user_id == UserAccount.id)
        .join(Org, Org.id == UserRole.scope_org_id)
        .where(
            UserRole.role_code.in_(ADMINISTRATORS),
            UserRole.scope_org_id.in_(above),
            UserAccount.status == ENABLED,
        )
        .order_by(Org.path.desc(), UserAccount.id)
        .limit(most)
    )
    rows = session.execute(wanted, execution_options={"unscoped": "whom to ask for a right"})
    return [(name, org) for name, org in rows]


def _authority_of(session: ActorSession, org: Org) -> Org:
    if org.kind != OrgKind.site or org.parent_id is None:
        return org
    return session.get_one(Org, org.parent_id)


def _is_leaf(session: ActorSession, org: Org) -> bool:
    """Say whether no office and no school hangs below: the rows of a site are its authority's."""
    below = exists().where(Org.parent_id == org.id, Org.kind != OrgKind.site)
    return not session.scalar(select(below))

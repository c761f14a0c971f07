"""Who carries a token: session, account, role and organisation of a request by one statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, exists, select

from models.accounts.preferences import KEY, Display, display_in
from models.accounts.queries import actor_over
from models.accounts.sessions import Life, token_hash
from models.accounts.tables import AccountStatus, Role, UserAccount, UserRole
from models.accounts.tables_settings import UserPreference
from models.accounts.tables_sign_in import UserSession
from models.base.actor import Actor
from models.base.session import UNSCOPED, ActorSession
from models.reference.tables import Org, OrgKind


@dataclass(frozen=True, slots=True)
class Held:
    """A role that somebody holds over one organisation, be it in use or not."""

    id: int
    role_code: str
    name: str
    name_en: str
    org_id: int
    org_name: str


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whoever a living session lets in, and what is kept of him for the pages; ``roles`` are all
    that he holds, the oldest first.
    """

    actor: Actor
    display: Display
    must_change_password: bool
    reveal_purpose: str
    seen_at: datetime
    roles: tuple[Held, ...]


def _table(cls: Any) -> Table:
    found: Table = cls.__table__
    return found


_session, _account, _held = _table(UserSession), _table(UserAccount), _table(UserRole)
_kind, _org = _table(Role), _table(Org)
_below, _kept = _table(Org).alias("below"), _table(UserPreference)
#: Made once: every request asks it, and has a row for each role that the person holds. It reads
#: plain tables, since nobody acts yet; and few of them, since PostgreSQL plans it every time.
_OF_TOKEN = (
    select(
        *(_session.c[name] for name in ("seen_at", "expires_at", "revoked_at", "reveal_purpose")),
        _session.c.user_role_id,
        (_session.c.epoch == _account.c.session_epoch).label("is_of_epoch"),
        *(_account.c[name] for name in ("username", "display_name", "status")),
        _account.c.id.label("account_id"),
        _account.c.must_change_password,
        *(_org.c[name] for name in ("id", "parent_id", "path", "kind", "enabled", "is_deleted")),
        exists()
        .where(_below.c.parent_id == _org.c.id, _below.c.kind != OrgKind.site)
        .label("has_below"),
        select(_kept.c.value)
        .where(_kept.c.user_id == _account.c.id, _kept.c.key == KEY)
        .scalar_subquery()
        .label("display"),
        _held.c.id.label("held_id"),
        _held.c.role_code,
        _kind.c.name,
        _kind.c.name_en,
        _org.c.id.label("held_org_id"),
        _org.c.name.label("held_org_name"),
    )
    .select_from(
        _session.join(_account, _account.c.id == _session.c.user_id)
        .join(_held, _held.c.user_id == _account.c.id)
        .join(_kind, _kind.c.code == _held.c.role_code)
        .join(_org, _org.c.id == _held.c.scope_org_id)
    )
    .where(_session.c.token_hash == bindparam("token"))
    .order_by(_held.c.id)
    .execution_options(**{UNSCOPED: "who signs in"})
)


def bearer_of(
    session: ActorSession,
    token: str,
    now: datetime,
    *,
    ip: str | None = None,
    request_id: str | None = None,
) -> Bearer | None:
    """Return whom the living session of a token lets in; None for any other, and without a role."""
    rows = session.execute(_OF_TOKEN, {"token": token_hash(token)}).all()
    row = next((each for each in rows if each.held_id == each.user_role_id), None)
    if row is None or _life_of(row).end_at(now) is not None:
        return None
    return Bearer(
        _actor(row, ip, request_id),
        display_in(row.display),
        row.must_change_password,
        row.reveal_purpose or "",
        row.seen_at,
        tuple(Held(*each[-6:]) for each in rows),
    )


def _actor(row: Any, ip: str | None, request_id: str | None) -> Actor:
    is_below = row.kind == OrgKind.site and row.parent_id is not None
    return actor_over(
        (row.account_id, row.username, row.display_name),
        row.role_code,
        row,
        (row.parent_id, _path_above(row.path)) if is_below else (row.id, row.path),
        is_leaf=not row.has_below,
        ip=ip,
        request_id=request_id,
    )


def _path_above(path: str) -> str:
    """Return the path of the organisation above: ``/1/5/`` for ``/1/5/9/``."""
    return path[: path.rindex("/", 0, -1) + 1]


def _life_of(row: Any) -> Life:
    is_same = row.status == AccountStatus.active and row.is_of_epoch
    is_placed = row.enabled and not row.is_deleted
    return Life(row.seen_at, row.expires_at, row.revoked_at, is_same and is_placed)

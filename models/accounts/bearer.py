"""Who carries a token: session, account, role and organisation of a request by one statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, and_, bindparam, exists, select

from models.accounts.preferences import KEY, Display, display_in
from models.accounts.queries import actor_over
from models.accounts.sessions import Life, token_hash
from models.accounts.tables import AccountStatus, UserAccount, UserRole
from models.accounts.tables_settings import UserPreference
from models.accounts.tables_sign_in import UserSession
from models.base.actor import Actor
from models.base.session import UNSCOPED, ActorSession
from models.reference.tables import Org, OrgKind


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whoever a living session lets in, and what was kept of him for the pages."""

    actor: Actor
    display: Display
    must_change_password: bool
    reveal_purpose: str
    seen_at: datetime


def _table(cls: Any) -> Table:
    found: Table = cls.__table__
    return found


_session, _account, _role = _table(UserSession), _table(UserAccount), _table(UserRole)
_org, _above = _table(Org), _table(Org).alias("authority")
_below, _kept = _table(Org).alias("below"), _table(UserPreference)
_display = and_(_kept.c.user_id == _account.c.id, _kept.c.key == KEY)
#: Made once: every request asks it. It reads plain tables, since nobody acts yet.
_OF_TOKEN = (
    select(
        *(_session.c[name] for name in ("seen_at", "expires_at", "revoked_at", "reveal_purpose")),
        (_session.c.epoch == _account.c.session_epoch).label("is_of_epoch"),
        *(_account.c[name] for name in ("username", "display_name", "status")),
        _account.c.id.label("account_id"),
        _account.c.must_change_password,
        _role.c.role_code,
        *(_org.c[name] for name in ("id", "path", "kind", "enabled", "is_deleted")),
        _above.c.id.label("above_id"),
        _above.c.path.label("above_path"),
        exists()
        .where(_below.c.parent_id == _org.c.id, _below.c.kind != OrgKind.site)
        .label("has_below"),
        _kept.c.value.label("display"),
    )
    .select_from(
        _session.join(_account, _account.c.id == _session.c.user_id)
        .join(_role, and_(_role.c.id == _session.c.user_role_id, _role.c.user_id == _account.c.id))
        .join(_org, _org.c.id == _role.c.scope_org_id)
        .outerjoin(_above, _above.c.id == _org.c.parent_id)
        .outerjoin(_kept, _display)
    )
    .where(_session.c.token_hash == bindparam("token"))
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
    row = session.execute(_OF_TOKEN, {"token": token_hash(token)}).one_or_none()
    if row is None or _life_of(row).end_at(now) is not None:
        return None
    is_site = row.kind == OrgKind.site and row.above_id is not None
    actor = actor_over(
        (row.account_id, row.username, row.display_name),
        row.role_code,
        row,
        (row.above_id, row.above_path) if is_site else (row.id, row.path),
        is_leaf=not row.has_below,
        ip=ip,
        request_id=request_id,
    )
    purpose = row.reveal_purpose or ""
    return Bearer(actor, display_in(row.display), row.must_change_password, purpose, row.seen_at)


def _life_of(row: Any) -> Life:
    is_same = row.status == AccountStatus.active and row.is_of_epoch
    is_placed = row.enabled and not row.is_deleted
    return Life(row.seen_at, row.expires_at, row.revoked_at, is_same and is_placed)

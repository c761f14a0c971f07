"""A small office with accounts, for tests of signing in that need no demo data."""

from __future__ import annotations

from functools import cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.accounts.hands import outsider
from models.accounts.passwords import hash_password
from models.accounts.queries import actor_for, roles_of
from models.accounts.states import MACHINE
from models.accounts.tables import Role, UserAccount, UserRole
from models.base.actor import Actor
from models.base.session import KEY, ActorSession
from models.batch.operations import run_now
from models.reference.tables import Org, OrgKind, Region

PASSWORD = "Test-2026-pass"
ADDRESS = "10.0.0.1"


@cache
def password_hash() -> str:
    """Return the hash of these accounts' password: made once, since it is slow on purpose."""
    return hash_password(PASSWORD)


def make_office(session: Session) -> Org:
    """Add a province and three roles; return the province."""
    session.add(Region(code="11", name="北京市", level=1, province_code="11"))
    session.add_all(
        Role(code=code, name=zh, name_en=en)
        for code, zh, en in (
            ("authority", "认定机构用户", "Authority"),
            ("confirm", "现场确认用户", "Confirmation"),
            ("super", "资格中心", "Centre"),
        )
    )
    session.flush()
    office = Org(
        name="测试省厅", kind=OrgKind.province, region_code="11", province_code="11", path=""
    )
    session.add(office)
    session.flush()
    office.path = f"/{office.id}/"
    return office


def make_account(
    session: Session, office: Org, username: str, *roles: str, is_new: bool = False
) -> UserAccount:
    """Add an account that holds ``roles`` over the office; a new one must change its password."""
    account = UserAccount(
        username=username,
        display_name=f"{username} 先生",
        password_hash=password_hash(),
        org_id=office.id,
        must_change_password=is_new,
        initial_password_pending=is_new,
    )
    session.add(account)
    session.flush()
    for role in roles:
        session.add(UserRole(user_id=account.id, role_code=role, scope_org_id=office.id))
        session.flush()
    return account


def visitor(ip: str = ADDRESS) -> Actor:
    """Return the system actor that judges whoever stands outside."""
    return outsider(ip)


def make_staff(session: Session) -> None:
    """Add an office with two equals, ``boss`` and ``peer``, and a ``clerk`` whom they help."""
    office = make_office(session)
    clerk = make_account(session, office, "clerk", is_new=True)
    site = Org(
        name="确认点",
        kind=OrgKind.site,
        parent=office,
        region_code="11",
        province_code="11",
        path="",
    )
    session.add(site)
    session.flush()
    site.path = f"{office.path}{site.id}/"
    session.add(UserRole(user_id=clerk.id, role_code="confirm", scope_org_id=site.id))
    make_account(session, office, "boss", "authority")
    make_account(session, office, "peer", "authority")


def account_of(session: Session, name: str = "clerk") -> UserAccount:
    """Return an account as the database has it now."""
    statement = select(UserAccount).where(UserAccount.username == name)
    return session.scalars(statement.execution_options(populate_existing=True)).one()


def actor_of(session: ActorSession, name: str = "clerk") -> Actor:
    """Return the actor that an account is in its first role."""
    account = account_of(session, name)
    return actor_for(session, account.id, roles_of(session, account.id)[0])


def reset(session: ActorSession, name: str = "clerk") -> None:
    """Give an account a new initial password, as the system does for whoever has none."""
    session.info.setdefault(KEY, "a key for tests only")
    ids = [account_of(session, name).id]
    run_now(session, session.need_actor(), MACHINE, "reset_password", ids)
    session.commit()

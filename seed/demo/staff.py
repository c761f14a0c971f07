"""Accounts: four that visitors sign in with, and staff elsewhere whose password nobody knows."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from random import Random

from sqlalchemy.orm import Session

from models import clock
from models.accounts.passwords import hash_password
from models.accounts.tables import UserAccount, UserRole
from models.reference.tables import Org
from seed.demo.names import make_name
from seed.demo.orgs import Tree
from seed.demo.places import BUSY, DEMO_REGION, REVIEWING

#: The password of the demo accounts, as the README prints it. Demo data are refused in production.
DEMO_PASSWORD = "Demo-2026"  # noqa: S105 -- known to everybody on purpose


@dataclass(slots=True)
class Staff:
    """Who works where: the role of the person in charge by the organisation's id."""

    by_org: dict[int, UserRole] = field(default_factory=dict)
    #: Those who review restrictions (reg_authority), likewise.
    reviewers: dict[int, UserRole] = field(default_factory=dict)


def make_staff(session: Session, tree: Tree, rng: Random) -> Staff:
    """Make the demo accounts, and one account for every other authority and every busy site."""
    staff = Staff()
    known, unknown = hash_password(DEMO_PASSWORD), hash_password(secrets.token_urlsafe(32))
    demo, sites = tree.authorities[DEMO_REGION], tree.sites[DEMO_REGION]
    named = [
        ("sysadmin", "何清", "super", tree.root),
        ("authority", "林晓雯", "authority", demo),
        ("confirm", "陈嘉敏", "confirm", sites[0]),
        ("viewer", "梁建国", "info_viewer", tree.provinces["44"]),
    ]
    others = [
        (f"auth_{org.province_code}{org.cert_org_code}", make_name(rng, "1"), "authority", org)
        for org in tree.below_root
        if org is not demo
    ]
    others += [
        (f"site_{busy.region}_{number}", make_name(rng, "2"), "confirm", site)
        for busy in BUSY
        for number, site in enumerate(tree.sites[busy.region], start=1)
        if site is not sites[0]
    ]
    for entries, digest in ((named, known), (others, unknown)):
        for username, name, role, org in entries:
            account = _account(username, name, org, digest)
            staff.by_org[org.id] = _employ(session, account, role, org)
    for org in (tree.authorities[code] for code in REVIEWING):
        username = f"reg_{org.province_code}{org.cert_org_code}"
        name = make_name(rng, "1")
        account = _account(username, name, org, unknown)
        staff.reviewers[org.id] = _employ(session, account, "reg_authority", org)
    session.flush()
    return staff


def _account(username: str, name: str, org: Org, digest: str) -> UserAccount:
    return UserAccount(
        username=username,
        display_name=name,
        org=org,
        password_hash=digest,
        password_changed_at=clock.now(),
        must_change_password=False,
        initial_password_pending=False,
    )


def _employ(session: Session, account: UserAccount, role: str, org: Org) -> UserRole:
    granted = UserRole(user=account, role_code=role, scope_org=org)
    session.add_all([account, granted])
    return granted

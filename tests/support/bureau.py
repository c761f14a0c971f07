"""Two authorities under a centre: who administers accounts, and who is administered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from models import clock
from models.accounts.permissions import RoleCode
from models.accounts.queries import actor_for, roles_of
from models.accounts.states import MACHINE
from models.accounts.tables import AccountStatus, Role, UserAccount, UserRole
from models.accounts.tables_sign_in import PasswordToken, TotpSecret, UserSession
from models.base.actor import Actor
from models.base.session import KEY, ActorSession
from models.batch.operations import run_now
from models.reference.tables import Org
from tests.factories.reference import make_authority, make_basics, make_root, make_site
from tests.support.accounts import password_hash
from tests.support.certifying import outcomes
from tests.support.databases import SessionOf

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
SECRET = "a key for tests only"
#: The input that every act takes and one needs.
WHO = {"input_reason": "持身份证到场"}
#: User name → where the account belongs, and the roles it holds over which organisations.
PEOPLE: dict[str, tuple[str, dict[str, str]]] = {
    "centre": ("root", {"super": "root"}),
    "deputy": ("root", {"super": "root"}),
    "sysadmin": ("root", {"system_admin": "root"}),
    "boss": ("here", {"authority": "here"}),
    "peer": ("here", {"authority": "here"}),
    "office_clerk": ("here", {}),
    "clerk": ("here_site", {"confirm": "here_site"}),
    "roving": ("here_site", {"confirm": "there_site"}),
    "stranger": ("there_site", {"confirm": "there_site"}),
    "county_admin": ("here", {"system_admin": "here"}),
    "overseer": ("here", {"info_viewer": "root"}),
}


@dataclass
class Bureau:
    """Ids of organisations and accounts by name, and sessions of those who act."""

    session_of: SessionOf
    system: ActorSession
    orgs: dict[str, int] = field(default_factory=dict)
    accounts: dict[str, int] = field(default_factory=dict)

    def actor(self, name: str) -> Actor:
        """Return the actor that an account is in its first role."""
        id_ = self.accounts[name]
        found = actor_for(self.system, id_, roles_of(self.system, id_)[0])
        self.system.rollback()
        return found

    def open(self, name: str) -> ActorSession:
        """Open a session of an account, as the app sets it up."""
        return self.open_as(self.actor(name))

    def open_as(self, actor: Actor) -> ActorSession:
        """Open a session of an actor, as the app sets it up."""
        session = self.session_of(actor)
        session.info[KEY] = SECRET
        return session

    def account(self, name: str) -> UserAccount:
        """Return an account as the database has it now."""
        found: UserAccount = self.stored(
            select(UserAccount).where(UserAccount.id == self.accounts[name])
        )[0]
        return found

    def stored(self, statement: Any) -> list[Any]:
        """Return what a SELECT finds; the system's session holds nothing open."""
        found = list(self.system.scalars(statement))
        self.system.expunge_all()
        self.system.rollback()
        return found

    def change(self, name: str, **values: object) -> None:
        """Store values of an account, as time or its owner would."""
        account = self.system.get_one(UserAccount, self.accounts[name])
        for column, value in values.items():
            setattr(account, column, value)
        self.system.commit()

    def lock(self, name: str) -> None:
        """Lock an account as three wrong passwords do."""
        until = NOW + timedelta(minutes=10)
        self.change(name, failed_count=3, first_failed_at=NOW, locked_until=until)

    def enrol(self, name: str) -> None:
        """Give an account a second factor."""
        id_ = self.accounts[name]
        self.system.add(TotpSecret(user_id=id_, secret="sealed", confirmed_at=NOW))
        self.system.commit()

    def sign_in(self, name: str) -> None:
        """Leave an open session and an unused link of an account."""
        id_ = self.accounts[name]
        later = NOW + timedelta(hours=1)
        digest = f"{name}-{self.system.info.setdefault('digests', 0)}"
        self.system.info["digests"] += 1
        self.system.add(UserSession(token_hash=digest, user_id=id_, expires_at=later))
        self.system.add(
            PasswordToken(user_id=id_, kind="reset", token_hash=digest, expires_at=later)
        )
        self.system.commit()


def press(
    bureau: Bureau,
    who: str | ActorSession,
    act: str,
    *names: str,
    inputs: Mapping[str, Any] | None = None,
) -> tuple[int, dict[str, str]]:
    """Carry an act out; return the batch's id, and what happened by user name."""
    session = bureau.open(who) if isinstance(who, str) else who
    ids = [bureau.accounts[name] for name in names]
    try:
        batch = run_now(session, session.need_actor(), MACHINE, act, ids, inputs=inputs or WHO)
        session.commit()
        by_id = {id_: name for name, id_ in bureau.accounts.items()}
        return batch.id, {by_id[id_]: told for id_, told in outcomes(session, batch).items()}
    finally:
        session.rollback()


def make_bureau(session: ActorSession, session_of: SessionOf) -> Bureau:
    """Store the organisations, the roles and the people."""
    make_basics(session)
    root = make_root(session)
    here, there = (make_authority(session, root, name) for name in ("甲市", "乙市"))
    orgs: dict[str, Org] = {"root": root, "here": here, "there": there}
    orgs |= {
        f"{name}_site": make_site(session, orgs[name], f"{name}点") for name in ("here", "there")
    }
    session.add_all(Role(code=r.value, name=r.label.zh, name_en=r.label.en) for r in RoleCode)
    session.flush()
    bureau = Bureau(session_of, session, {name: org.id for name, org in orgs.items()})
    for name, (org, roles) in PEOPLE.items():
        account = UserAccount(
            username=name,
            display_name=f"{name} 同志",
            password_hash=password_hash(),
            must_change_password=False,
            initial_password_pending=False,
            org_id=bureau.orgs[org],
            status=AccountStatus.active,
        )
        session.add(account)
        session.flush()
        bureau.accounts[name] = account.id
        for code, over in roles.items():
            session.add(
                UserRole(user_id=account.id, role_code=code, scope_org_id=bureau.orgs[over])
            )
    session.commit()
    return bureau


@pytest.fixture
def bureau(system: ActorSession, session_of: SessionOf) -> Iterator[Bureau]:
    """Store the bureau; the clock stands."""
    with clock.held(NOW):
        yield make_bureau(system, session_of)

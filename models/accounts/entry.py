"""Making accounts [ACCT-01, CONF-02]: an account, its first role, and an initial password.

The password comes from the one reset that administrators have, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from models.accounts.passwords import NO_PASSWORD, normalise_username
from models.accounts.permissions import may_grant, permission
from models.accounts.placing import misplaced
from models.accounts.profile import contact_faults
from models.accounts.scope import keeps_users_of
from models.accounts.states import MACHINE, RESET_PASSWORD
from models.accounts.tables import AccountStatus, AccountType, UserAccount, UserRole
from models.base.actor import Actor
from models.base.session import ActorSession
from models.batch.operations import run_now
from models.batch.tables import Batch
from models.errors import BadInput, Conflict
from models.reference.tables import Org, OrgKind
from models.text import Message, msg

Fault = tuple[str, Message]
#: Organisations whose users an actor keeps: id → kind.
Offices = Mapping[int, OrgKind]
NAMES_AT_ONCE: Final = 500
NOT_MADE: Final = msg(
    "The data changed meanwhile, and no account was made. Start again from the form."
)


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What somebody types of a new account. Without ``org_id`` it is one's own organisation's,
    without ``scope_org_id`` the role is held over the account's organisation.
    """

    username: str
    display_name: str
    account_type: str = AccountType.staff.value
    org_id: int | None = None
    email: str | None = None
    mobile: str | None = None
    role_code: str | None = None
    scope_org_id: int | None = None


class BadAccount(BadInput):
    """An account that may not be made; ``faults`` are column and sentence of all that is wrong."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        field, message = faults[0]
        super().__init__(message, field)
        self.faults = faults


def completed(new: NewAccount, actor: Actor) -> NewAccount:
    """Return a new account with the user name in its one spelling and the organisations filled
    in.
    """
    org_id = new.org_id or actor.org_id
    return replace(
        new,
        username=normalise_username(new.username),
        org_id=org_id,
        scope_org_id=(new.scope_org_id or org_id) if new.role_code else None,
    )


def offices_of(session: ActorSession, actor: Actor) -> dict[int, OrgKind]:
    """Return the organisations in use whose users an actor keeps."""
    org: Any = Org.__table__
    found = select(org.c.id, org.c.kind).where(
        keeps_users_of(org.c, actor), org.c.enabled, ~org.c.is_deleted
    )
    rows = session.execute(found, execution_options={"unscoped": "offices whose users one keeps"})
    return {id_: OrgKind[kind] for id_, kind in rows}


def taken_names(session: ActorSession, names: Iterable[str]) -> set[str]:
    """Return which user names exist already, of whatever office: nothing else is told of them."""
    wanted, taken = sorted(set(names)), set()
    account: Any = UserAccount.__table__
    for start in range(0, len(wanted), NAMES_AT_ONCE):
        some = wanted[start : start + NAMES_AT_ONCE]
        found = select(account.c.username).where(account.c.username.in_(some))
        taken |= set(session.scalars(found, execution_options={"unscoped": "names in use"}))
    return taken


def why_taken(name: str) -> Message:
    """Return the refusal of a user name that exists already."""
    return msg("The user name %(name)s is taken. Choose another.", name=name)


def faults_of(new: NewAccount, actor: Actor, offices: Offices) -> Iterator[Fault]:
    """Yield column and sentence for everything wrong with a :func:`completed` account."""
    yield from _name_faults(new)
    yield from contact_faults(new.email or "", new.mobile or "")
    if new.org_id not in offices:
        yield "org_id", msg("You do not keep the accounts of this organisation. Choose another.")
    yield from _role_faults(new, actor, offices)


def _name_faults(new: NewAccount) -> Iterator[Fault]:
    lengths: Any = UserAccount.__table__.c
    if not new.display_name.strip():
        yield "display_name", msg("This must be filled in.")
    for name in ("username", "display_name"):
        longest = lengths[name].type.length
        if len(getattr(new, name)) > longest:
            yield name, msg("At most %(length)s characters.", length=longest)
    if not new.username:
        yield "username", msg("This must be filled in.")
    elif not new.username.isprintable() or " " in new.username:
        yield "username", msg("A user name has no blanks and no characters that cannot be seen.")


def _role_faults(new: NewAccount, actor: Actor, offices: Offices) -> Iterator[Fault]:
    if new.role_code is None:
        if new.account_type == AccountType.staff:
            yield "role_code", msg("An account of staff needs a role, or nobody can sign in.")
        return
    if not may_grant(new.role_code, actor):
        yield "role_code", msg("You may not give this role.")
    kind = offices.get(new.scope_org_id or 0)
    if kind is None:
        yield "scope_org_id", msg("You may not give roles over this organisation. Choose another.")
        return
    why_not = misplaced(new.role_code, kind)
    if why_not is not None:
        yield "scope_org_id", why_not


def enter_account(session: ActorSession, actor: Actor, new: NewAccount) -> Batch:
    """Make an account; return the batch in which its initial password can be seen once.

    :raises Forbidden: without the right to make accounts, give roles or reset passwords.
    :raises BadAccount: with everything that is wrong.
    """
    made = completed(new, actor)
    faults = judge(session, actor, made)
    if faults:
        raise BadAccount(faults)
    return enter_judged(session, actor, [made])


def judge(session: ActorSession, actor: Actor, made: NewAccount) -> list[Fault]:
    """Return everything wrong with one :func:`completed` account, its user name included."""
    faults = list(faults_of(made, actor, offices_of(session, actor)))
    if made.username and taken_names(session, [made.username]):
        faults.append(("username", why_taken(made.username)))
    return faults


def enter_judged(
    session: ActorSession, actor: Actor, new: Sequence[NewAccount], source: str | None = None
) -> Batch:
    """Make accounts in which :func:`faults_of` found nothing; return the batch of their passwords.

    :raises Forbidden: without the right to make accounts, give roles or reset passwords.
    :raises Conflict: when not every one got a password; nothing must be kept then.
    """
    actor.require(permission(UserAccount, "create"))
    accounts = [_account(each) for each in new]
    roles = [_role(each, account) for each, account in zip(new, accounts, strict=True)]
    granted = [role for role in roles if role is not None]
    if granted:
        actor.require(permission(UserRole, "create"))
    session.add_all([*accounts, *granted])
    _flush(session, new)
    ids = [account.id for account in accounts]
    batch = run_now(session, actor, MACHINE, RESET_PASSWORD.name, ids, source=source)
    if batch.done_count != len(ids):
        raise Conflict(NOT_MADE)
    return batch


def _flush(session: ActorSession, new: Sequence[NewAccount]) -> None:
    """Write new accounts; somebody else may have taken a name since it was judged."""
    try:
        session.flush()
    except IntegrityError as error:
        session.rollback()
        if len(new) == 1:
            raise BadAccount([("username", why_taken(new[0].username))]) from error
        raise Conflict(NOT_MADE) from error


def _account(new: NewAccount) -> UserAccount:
    return UserAccount(
        username=new.username,
        display_name=new.display_name.strip(),
        account_type=new.account_type,
        status=AccountStatus.active,
        org_id=new.org_id,
        email=new.email or None,
        mobile=new.mobile or None,
        password_hash=NO_PASSWORD,
    )


def _role(new: NewAccount, account: UserAccount) -> UserRole | None:
    if new.role_code is None:
        return None
    return UserRole(user=account, role_code=new.role_code, scope_org_id=new.scope_org_id)

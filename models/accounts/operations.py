"""Signing in and out and choosing a role: done by the system for whoever stands outside."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from models import clock
from models.accounts import passwords, sessions
from models.accounts.queries import roles_of
from models.accounts.tables import AccountStatus, UserAccount, UserRole
from models.accounts.tables_sign_in import LoginAttempt, LoginOutcome, UserSession
from models.audit.recorder import event_of, record
from models.audit.tables import AuditResult
from models.base.session import ActorSession
from models.errors import Forbidden, NotFound
from models.text import Message, msg

#: One sentence for a wrong password and an unknown user: it must not tell who exists.
WRONG = msg("User name or password is wrong.")
DISABLED = msg("This account is disabled. Ask your administrator.")
WITHOUT_ROLE = msg("This account has no role yet. Ask your administrator.")


@dataclass(frozen=True, slots=True)
class SignIn:
    """How a sign-in ended: with the token of a new session, or with the reason why not."""

    token: str | None = None
    refusal: Message = WRONG


def sign_in(session: ActorSession, username: str, password: str, agent: str | None) -> SignIn:
    """Judge a user name and a password, and note the attempt whatever comes of it.

    The caller commits in both cases. The time spent is the same for known and unknown users.
    """
    name = passwords.normalise_username(username)
    account = session.scalar(select(UserAccount).where(UserAccount.username == name))
    stored = account.password_hash if account else None
    if not passwords.verify_or_waste(stored, password) or account is None:
        return _refuse(session, name, account, LoginOutcome.failed, WRONG)
    if account.status != AccountStatus.active:
        return _refuse(session, name, account, LoginOutcome.disabled, DISABLED)
    roles = roles_of(session, account.id)
    if not roles:
        return _refuse(session, name, account, LoginOutcome.disabled, WITHOUT_ROLE)
    return SignIn(_let_in(session, account, password, roles[0], agent))


def _let_in(
    session: ActorSession,
    account: UserAccount,
    password: str,
    role: UserRole,
    agent: str | None,
) -> str:
    if passwords.needs_rehash(account.password_hash):
        account.password_hash = passwords.hash_password(password)
    ip = session.need_actor().ip
    _note(session, account.username, account, LoginOutcome.ok)
    return sessions.create_session(session, account, role, ip, agent)


def _refuse(
    session: ActorSession,
    name: str,
    account: UserAccount | None,
    outcome: LoginOutcome,
    refusal: Message,
) -> SignIn:
    _note(session, name, account, outcome)
    return SignIn(refusal=refusal)


def _note(
    session: ActorSession, name: str, account: UserAccount | None, outcome: LoginOutcome
) -> None:
    """Leave the attempt for the throttle, and a row in the trail of the account's office."""
    tried = name[:64]
    user_id = account.id if account else None
    session.add(
        LoginAttempt(
            ip=session.need_actor().ip, username_tried=tried, user_id=user_id, outcome=outcome
        )
    )
    record(
        session,
        event_of(UserAccount, "sign_in"),
        entity=UserAccount.__tablename__,
        entity_id=user_id,
        entity_text=tried,
        org_id=account.org_id if account else None,
        result=AuditResult.ok if outcome == LoginOutcome.ok else AuditResult.refused,
        reason=outcome.label.zh,
    )


def sign_out(session: ActorSession, token: str) -> None:
    """End the session of a token for good; an unknown or ended one is left as it is."""
    found = sessions.find_session(session, token, clock.now())
    if found is None:
        return
    sessions.revoke(found, clock.now())
    _record_session(session, found, "sign_out", None)


def switch_role(session: ActorSession, token: str, user_role_id: int) -> str:
    """Act as another of one's own roles from now on; return the new session's token (reading 30).

    :raises Forbidden: when the session has ended meanwhile.
    :raises NotFound: when the role is not one's own.
    """
    now = clock.now()
    found = sessions.find_session(session, token, now)
    if found is None:
        raise Forbidden(msg("Your session has ended. Sign in again."))
    own = {role.id: role for role in roles_of(session, found.user_id)}
    if user_role_id not in own:
        raise NotFound(msg("You do not hold this role. Choose one of your own."))
    chosen = own[user_role_id]
    renewed = sessions.create_session(session, found.user, chosen, found.ip, found.user_agent)
    _keep_end(session, renewed, found)
    sessions.revoke(found, now)
    _record_session(session, found, "switch_role", chosen)
    return renewed


def _keep_end(session: ActorSession, token: str, former: UserSession) -> None:
    """Switching does not lengthen the day: the absolute end stays that of the sign-in."""
    made = sessions.find_session(session, token, clock.now())
    if made is not None:
        made.expires_at = former.expires_at


def _record_session(
    session: ActorSession, found: UserSession, act: str, chosen: UserRole | None
) -> None:
    record(
        session,
        event_of(UserAccount, act),
        entity=UserAccount.__tablename__,
        entity_id=found.user_id,
        entity_text=found.user.username,
        org_id=found.user.org_id,
        changes=_switched(found.user_role, chosen) if chosen else None,
    )


def _switched(before: UserRole | None, now: UserRole) -> dict[str, list[str | None]]:
    """Return role and organisation before and now: the same role may be held over several."""
    return {
        "role_code": [before.role_code if before else None, now.role_code],
        "held_over": [before.scope_org.name if before else None, now.scope_org.name],
    }

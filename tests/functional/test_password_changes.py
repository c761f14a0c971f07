"""Changing one's own password, and ending one's own sessions by hand."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from models import clock
from models.accounts import sessions, sign_in
from models.accounts.hands import stand_in
from models.accounts.password_changes import (
    change_password,
    password_problems,
)
from models.accounts.password_rules import STAFF, WeakPassword
from models.accounts.queries import roles_of
from models.accounts.session_operations import revoke_one, revoke_others
from models.accounts.tables import AccountStatus
from models.audit.tables import AuditLog
from models.base.session import PASSWORD_PROFILES, ActorSession
from models.errors import BadInput, Forbidden, NotFound
from models.people.tables import Person
from tests.support.accounts import ADDRESS, PASSWORD, account_of, actor_of, make_staff, visitor
from tests.support.databases import SessionOf

NEW = "kite#river7"
PASSPORT = "E98765432"


@pytest.fixture
def session(session_of: SessionOf) -> ActorSession:
    """Open the system's session over an office with a boss, a colleague and a site's clerk."""
    session = session_of(visitor())
    make_staff(session)
    session.commit()
    return session


def open_session(session: ActorSession, name: str = "clerk") -> str:
    account = account_of(session, name)
    role = roles_of(session, account.id)[0]
    return sessions.create_session(session, account, role, ADDRESS, "Firefox")


def change(session: ActorSession, new: str = NEW, token: str | None = None) -> str | None:
    account, actor = account_of(session), actor_of(session)
    return change_password(session, account, PASSWORD, new, actor, token=token)


def last_event(session: ActorSession) -> AuditLog:
    row = session.scalars(select(AuditLog).order_by(AuditLog.id.desc())).first()
    assert row is not None
    return row


def test_changing_ends_what_was_asked_for_it(session: ActorSession) -> None:
    account = account_of(session)
    assert (account.must_change_password, account.initial_password_pending) == (True, True)
    epoch = account.session_epoch
    with clock.held(clock.now()) as now:
        assert change(session) is None
    assert (account.must_change_password, account.initial_password_pending) == (False, False)
    assert (account.password_changed_at, account.session_epoch) == (now, epoch + 1)
    assert sign_in.attempt(session, "clerk", NEW, ADDRESS, now).account is account
    assert sign_in.attempt(session, "clerk", PASSWORD, ADDRESS, now).account is None


def test_changing_goes_on_under_a_new_token_and_ends_all_others(session: ActorSession) -> None:
    with clock.held(clock.now() - timedelta(hours=1)):
        here, there = open_session(session), open_session(session)
        elses = open_session(session, "boss")
    now = clock.now()
    for token in (here, there, elses):
        found = sessions.find_session(session, token, now - timedelta(hours=1))
        assert found is not None
        found.seen_at = now
    ends = [row.expires_at for row in sessions.living(session, account_of(session), now)]
    renewed = change(session, token=here)
    assert renewed is not None
    kept = sessions.find_session(session, renewed, now)
    assert kept is not None
    assert kept.user_role is not None
    assert (kept.expires_at, kept.user_role.role_code) == (ends[0], "confirm")
    assert sessions.find_session(session, here, now) is None
    assert sessions.find_session(session, there, now) is None
    assert sessions.find_session(session, elses, now) is not None


@pytest.mark.parametrize(
    ("new", "reason"),
    [
        (PASSWORD, "differ from the old one"),
        ("Ｔest-2026-pass", "differ from the old one"),
        ("short#1", "at least 8"),
        ("my-clerk#77", "user name"),
        ("kite#13900139000", "telephone number"),
        (f"kite#{PASSPORT.lower()}", "ID number"),
    ],
)
def test_a_weak_new_password_changes_nothing(session: ActorSession, new: str, reason: str) -> None:
    account = account_of(session)
    account.mobile = "13900139000"
    session.add(
        Person(
            name="曾国藩", id_type="A", id_no=PASSPORT, sex="1", birth_date=date(1990, 1, 1),
            account_id=account.id,
        )
    )  # fmt: skip
    session.flush()
    before = account.password_hash
    with pytest.raises(WeakPassword, match=reason) as refused:
        change(session, new)
    assert refused.value.field == "new_password"
    assert account.password_hash == before
    assert account.must_change_password


def test_all_that_is_wrong_is_said_at_once(session: ActorSession) -> None:
    found = [str(message) for message in password_problems(session, account_of(session), "clerk")]
    assert len(found) == 4


def test_the_profile_follows_the_account_unless_configured(session: ActorSession) -> None:
    account = account_of(session)
    assert password_problems(session, account, "kiteRiver77") != []
    account.account_type = "teacher"
    assert password_problems(session, account, "kiteRiver77") == []
    session.info[PASSWORD_PROFILES] = {"teacher": STAFF}
    assert password_problems(session, account, "kiteRiver77") != []


def test_only_the_owner_who_knows_the_old_one_changes(session: ActorSession) -> None:
    account = account_of(session)
    with pytest.raises(BadInput, match="password is wrong") as refused:
        change_password(session, account, "wrong", NEW, actor_of(session))
    assert refused.value.field == "old_password"
    with pytest.raises(Forbidden, match="Only the owner"):
        change_password(session, account, PASSWORD, NEW, actor_of(session, "boss"))
    assert account.must_change_password


def test_the_trail_names_the_owner_and_no_password(
    session_of: SessionOf, session: ActorSession
) -> None:
    clerk = actor_of(session)
    session.rollback()
    own = session_of(stand_in(clerk))
    change(own)
    row = last_event(own)
    assert (row.event, row.username, row.role) == (
        "accounts:user_account:change_password", "clerk", "confirm"
    )  # fmt: skip
    assert row.changes is None
    own.rollback()


def test_own_sessions_are_those_that_live_the_latest_first(session: ActorSession) -> None:
    account = account_of(session)
    with clock.held(clock.now()) as now:
        first, second, third = (open_session(session) for _ in range(3))
        open_session(session, "boss")
    found = {t: sessions.find_session(session, t, now) for t in (first, second, third)}
    ids = {token: row.id for token, row in found.items() if row is not None}
    latest = found[first]
    assert latest is not None
    latest.seen_at = now + timedelta(minutes=5)
    session.flush()
    listed = sessions.living(session, account, now + timedelta(minutes=6))
    assert [row.id for row in listed] == [ids[first], ids[third], ids[second]]
    listed = sessions.living(session, account, now + timedelta(minutes=31))
    assert [row.id for row in listed] == [ids[first]]


def test_one_session_is_ended_and_only_ones_own(session: ActorSession) -> None:
    account, actor, now = account_of(session), actor_of(session), clock.now()
    mine, other, elses = open_session(session), open_session(session), open_session(session, "boss")
    found = [sessions.find_session(session, token, now) for token in (other, elses)]
    ids = [row.id for row in found if row is not None]
    revoke_one(session, account, actor, ids[0], now)
    session.flush()
    assert sessions.find_session(session, other, now) is None
    assert sessions.find_session(session, mine, now) is not None
    assert last_event(session).event == "accounts:user_account:end_session"
    for gone in (ids[0], ids[1], 999_999):
        with pytest.raises(NotFound, match="ended already"):
            revoke_one(session, account, actor, gone, now)
    assert sessions.find_session(session, elses, now) is not None


def test_all_others_are_ended_at_once(session: ActorSession) -> None:
    account, actor, now = account_of(session), actor_of(session), clock.now()
    mine, *others = (open_session(session) for _ in range(3))
    elses = open_session(session, "boss")
    assert revoke_others(session, account, actor, mine, now) == 2
    assert revoke_others(session, account, actor, mine, now) == 0
    living = [sessions.find_session(session, t, now) is not None for t in (mine, *others, elses)]
    assert living == [True, False, False, True]


def test_disabling_ends_sessions_at_once(session: ActorSession) -> None:
    token = open_session(session)
    account_of(session).status = AccountStatus.disabled
    assert sessions.living(session, account_of(session), clock.now()) == []
    assert sessions.find_session(session, token, clock.now()) is None

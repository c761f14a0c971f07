"""What attempts to sign in leave in the trail: who it was, one row a lock, no personal number."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from models.accounts.tables_sign_in import LoginAttempt
from models.audit.tables import AuditLog
from models.base.session import ActorSession
from tests.support.accounts import account_of
from tests.support.databases import SessionOf
from tests.support.door import ID_NUMBER, START, Try, fail, open_door, tries


@pytest.fixture
def session(session_of: SessionOf) -> ActorSession:
    return open_door(session_of)


@pytest.fixture
def try_(session: ActorSession) -> Try:
    return tries(session)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("11010519900101001X", (False, "sign-in", "system", "110***1x")),
        (ID_NUMBER, (True, "110***2x", "authority", "110***2x")),
    ],
    ids=["unknown", "known"],
)
def test_a_personal_number_that_is_typed_as_a_name_is_masked(
    session: ActorSession, try_: Try, name: str, told: tuple[bool, str, str, str]
) -> None:
    try_("wrong", name=name)
    (row,) = session.scalars(
        select(AuditLog).where(AuditLog.event == "accounts:user_account:sign_in")
    ).all()
    is_known, *words = told
    assert (row.user_id is not None, row.entity_id is not None) == (is_known, is_known)
    assert [row.username, row.role, row.entity_text] == words


def test_one_lock_leaves_one_row_in_the_trail(session: ActorSession, try_: Try) -> None:
    fail(try_, 5)
    locks = session.scalars(
        select(AuditLog).where(AuditLog.event == "accounts:user_account:lock")
    ).all()
    until = (START + timedelta(minutes=10)).isoformat()
    assert [row.changes for row in locks] == [{"locked_until": [None, until]}]
    account = account_of(session)
    assert (locks[0].entity_id, locks[0].org_id) == (account.id, account.org_id)
    assert (locks[0].user_id, locks[0].username) == (account.id, "clerk")


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        (ID_NUMBER, "110***2x"),
        ("440105199001011234", "440***34"),
        ("13800138000", "138***00"),
        ("E12345678", "e12***78"),
        ("clerk", "clerk"),
        ("clerk2026", "clerk2026"),
        ("cle\x00rk", "clerk"),
        ("n" * 100, "n" * 64),
    ],
)
def test_the_trail_holds_no_personal_number(
    session: ActorSession, try_: Try, typed: str, shown: str
) -> None:
    try_("wrong", typed)
    attempt = session.scalars(select(LoginAttempt)).one()
    row = session.scalars(select(AuditLog).where(AuditLog.event.endswith(":sign_in"))).one()
    assert (attempt.username_tried, row.entity_text) == (shown, shown)
    assert (attempt.user_id is not None) is (typed in {ID_NUMBER, "clerk"})

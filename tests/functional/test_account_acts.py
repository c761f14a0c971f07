"""The acts of administrators on accounts: who may do which to whom, and what each brings."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from models import clock
from models.accounts.states import MACHINE, MOST_PASSWORDS
from models.accounts.tables import UserAccount
from models.accounts.tables_sign_in import PasswordToken, RecoveryCode, TotpSecret, UserSession
from models.audit.tables import AuditLog
from models.base.actor import system_actor
from models.batch.operations import pin
from models.batch.tables import Batch, BatchRow
from models.errors import BadInput, Forbidden
from models.workflow.tables import WorkflowLog
from tests.support.bureau import NOW, Bureau, press

EVERYTHING = {"unscoped": "test"}
ACTS = [transition.name for transition in MACHINE.transitions]
#: actor → subject → what happens to a reset; "" is an account out of his sight.
RESETS: dict[str, dict[str, str]] = {
    "centre": {
        "centre": "own", "deputy": "done", "sysadmin": "done", "boss": "done", "clerk": "done",
        "roving": "done", "stranger": "done", "overseer": "done", "office_clerk": "done",
    },
    "sysadmin": {
        "centre": "above", "deputy": "above", "sysadmin": "own", "boss": "done", "clerk": "done",
        "roving": "done", "stranger": "done", "overseer": "done", "county_admin": "done",
    },
    "county_admin": {
        "centre": "", "sysadmin": "", "boss": "done", "clerk": "done", "county_admin": "own",
        "roving": "above", "stranger": "", "overseer": "above", "office_clerk": "done",
    },
    "boss": {
        "centre": "", "boss": "own", "peer": "above", "clerk": "done", "roving": "above",
        "stranger": "", "county_admin": "above", "overseer": "above", "office_clerk": "done",
    },
}  # fmt: skip


def tries(bureau: Bureau, who: str, act: str, name: str) -> str:
    try:
        _, told = press(bureau, who, act, name)
    except BadInput:
        return ""
    return told[name]


@pytest.mark.parametrize("who", RESETS)
def test_whose_password_may_be_reset_by_whom(bureau: Bureau, who: str) -> None:
    told = {name: tries(bureau, who, "reset_password", name) for name in RESETS[who]}
    assert told == RESETS[who]


@pytest.mark.parametrize("act", ACTS)
def test_every_act_keeps_to_the_same_limits(bureau: Bureau, act: str) -> None:
    for name in ("boss", "peer", "clerk"):
        bureau.lock(name)
        bureau.enrol(name)
        if act == "enable":
            bureau.change(name, status="disabled")
    told = {name: tries(bureau, "centre", act, name) for name in ("clerk",)}
    assert told == {"clerk": "done"}
    if act == "enable":
        bureau.change("boss", status="active")
    wanted = {"boss": "state:active" if act == "enable" else "own", "peer": "above"}
    assert {name: tries(bureau, "boss", act, name) for name in wanted} == wanted


@pytest.mark.parametrize("act", ACTS)
def test_without_the_right_nothing_is_pinned(bureau: Bureau, act: str) -> None:
    with pytest.raises(Forbidden, match="may not do this"):
        press(bureau, "clerk", act, "clerk")
    assert bureau.stored(select(func.count()).select_from(Batch)) == [0]


def test_enable_and_disable_go_to_and_fro(bureau: Bureau) -> None:
    assert press(bureau, "boss", "enable", "clerk")[1] == {"clerk": "state:active"}
    bureau.sign_in("clerk")
    epoch = bureau.account("clerk").session_epoch
    batch, told = press(bureau, "boss", "disable", "clerk", inputs={"input_reason": "离岗"})
    account = bureau.account("clerk")
    assert (told, account.status) == ({"clerk": "done"}, "disabled")
    assert account.session_epoch == epoch + 1
    living = select(func.count()).where(UserSession.revoked_at.is_(None))
    assert bureau.stored(living) == [0]
    assert bureau.stored(select(func.count(PasswordToken.id))) == [0]
    row = bureau.stored(select(AuditLog).where(AuditLog.batch_id == batch))[0]
    assert (row.event, row.reason) == ("accounts:user_account:disable", "离岗")
    assert press(bureau, "boss", "disable", "clerk")[1] == {"clerk": "state:disabled"}
    assert press(bureau, "boss", "enable", "clerk")[1] == {"clerk": "done"}
    assert bureau.account("clerk").session_epoch == epoch + 2, "old sessions stay closed"


def test_undoing_would_bring_no_session_back(bureau: Bureau) -> None:
    batch, _ = press(bureau, "boss", "disable", "clerk")
    before = bureau.system.scalars(select(BatchRow.before).where(BatchRow.batch_id == batch)).one()
    assert before == {"status": "active"}


def test_unlock_clears_what_failures_left(bureau: Bureau) -> None:
    assert press(bureau, "boss", "unlock", "clerk")[1] == {"clerk": "not_locked"}
    bureau.lock("clerk")
    batch, told = press(bureau, "boss", "unlock", "clerk")
    assert told == {"clerk": "done"}
    account = bureau.account("clerk")
    assert (account.failed_count, account.first_failed_at, account.locked_until) == (0, None, None)
    assert account.status == "active"
    history = bureau.stored(select(WorkflowLog).where(WorkflowLog.batch_id == batch))
    assert [(h.from_state, h.to_state, h.action) for h in history] == [
        ("active", "active", "unlock")
    ]


def test_unlock_helps_before_the_third_failure_and_for_a_lock_still_on(bureau: Bureau) -> None:
    bureau.change("clerk", failed_count=1)
    assert press(bureau, "boss", "unlock", "clerk")[1] == {"clerk": "done"}
    bureau.lock("clerk")
    bureau.change("clerk", failed_count=0)
    with clock.held(NOW + timedelta(minutes=9, seconds=59)):
        assert press(bureau, "boss", "unlock", "clerk")[1] == {"clerk": "done"}
    bureau.lock("clerk")
    bureau.change("clerk", failed_count=0)
    with clock.held(NOW + timedelta(minutes=10)):
        assert press(bureau, "boss", "unlock", "clerk")[1] == {"clerk": "not_locked"}


def test_ending_sessions_ends_them_and_nothing_else(bureau: Bureau) -> None:
    for name in ("clerk", "boss"):
        bureau.sign_in(name)
    epoch = bureau.account("clerk").session_epoch
    assert press(bureau, "boss", "end_sessions", "clerk")[1] == {"clerk": "done"}
    living = select(UserSession.user_id).where(UserSession.revoked_at.is_(None))
    assert bureau.stored(living) == [bureau.accounts["boss"]]
    account = bureau.account("clerk")
    assert (account.session_epoch, account.must_change_password) == (epoch + 1, False)


def test_a_second_factor_is_cleared_with_the_codes_and_the_reason(bureau: Bureau) -> None:
    assert press(bureau, "boss", "clear_second_factor", "clerk")[1] == {"clerk": "no_second_factor"}
    for name in ("clerk", "boss"):
        bureau.enrol(name)
        bureau.system.add(RecoveryCode(user_id=bureau.accounts[name], code_hash="x"))
        bureau.system.commit()
    with pytest.raises(BadInput, match="How identity was confirmed"):
        press(bureau, "boss", "clear_second_factor", "clerk", inputs={"input_reason": " "})
    batch, told = press(bureau, "boss", "clear_second_factor", "clerk")
    assert told == {"clerk": "done"}
    for table in (TotpSecret, RecoveryCode):
        assert bureau.stored(select(table.user_id)) == [bureau.accounts["boss"]]
    row = bureau.stored(select(AuditLog).where(AuditLog.batch_id == batch))[0]
    assert (row.event, row.username, row.reason, row.entity_id) == (
        "accounts:user_account:clear_second_factor",
        "boss",
        "持身份证到场",
        bureau.accounts["clerk"],
    )


def test_a_factor_that_was_never_confirmed_is_none(bureau: Bureau) -> None:
    bureau.system.add(TotpSecret(user_id=bureau.accounts["clerk"], secret="sealed"))
    bureau.system.commit()
    assert press(bureau, "boss", "clear_second_factor", "clerk")[1] == {"clerk": "no_second_factor"}


def test_the_history_of_a_sites_account_is_its_authoritys(bureau: Bureau) -> None:
    press(bureau, "boss", "disable", "clerk")
    log = bureau.stored(select(WorkflowLog))[0]
    assert (log.org_id, log.site_id) == (bureau.orgs["here"], bureau.orgs["here_site"])
    press(bureau, "boss", "disable", "office_clerk")
    log = bureau.stored(select(WorkflowLog).order_by(WorkflowLog.id.desc()))[0]
    assert (log.org_id, log.site_id) == (bureau.orgs["here"], None)


def test_a_document_number_stands_in_no_title(bureau: Bureau) -> None:
    bureau.change("clerk", username="37010219900101001x", display_name="王小明")
    batch, _ = press(bureau, "boss", "disable", "clerk", "office_clerk")
    labels = bureau.stored(select(BatchRow.label).where(BatchRow.batch_id == batch))
    assert set(labels) == {"王小明", "office_clerk 同志（office_clerk）"}
    single, _ = press(bureau, "boss", "enable", "clerk")
    told = bureau.stored(select(AuditLog.entity_text).where(AuditLog.batch_id == single))
    assert told == ["王小明"]


def test_more_than_can_be_hashed_at_once_is_refused_in_words(bureau: Bureau) -> None:
    session = bureau.open_as(system_actor("test"))
    for number in range(MOST_PASSWORDS + 1):
        session.add(UserAccount(username=f"t{number}", display_name="T", password_hash="x"))
    session.flush()
    many = select(UserAccount)
    with pytest.raises(BadInput, match=f"at most {MOST_PASSWORDS} at once"):
        pin(session, session.need_actor(), MACHINE, "reset_password", many)
    assert (
        pin(session, session.need_actor(), MACHINE, "disable", many).pinned_count > MOST_PASSWORDS
    )

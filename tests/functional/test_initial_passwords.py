"""Initial passwords: made by a reset, handed over once in each way, then destroyed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import Engine, select, text

from models import clock
from models.accounts import handing_over, sign_in
from models.accounts.handing_over import Slip
from models.accounts.initial_passwords import LIFE, forget_expired
from models.accounts.password_changes import change_password
from models.accounts.passwords import verify_or_waste
from models.accounts.tables import UserAccount
from models.accounts.tables_initial import HandedAs, InitialPassword
from models.audit.tables import AuditLog
from models.base.session import KEY, ActorSession
from models.batch.tables import Batch, BatchRow
from models.errors import Conflict, Forbidden, NotFound
from tests.support.accounts import ADDRESS, visitor
from tests.support.bureau import NOW, SECRET, Bureau, press


def batch_of(session: ActorSession, id_: int) -> Batch:
    return session.get_one(Batch, id_, execution_options={"unscoped": "test"})


def show(bureau: Bureau, who: str, batch: int) -> list[Slip]:
    session = bureau.open(who)
    try:
        slips = handing_over.show(
            session, session.need_actor(), batch_of(session, batch), clock.now()
        )
        session.commit()
        return slips
    finally:
        session.rollback()


def take(bureau: Bureau, who: str, batch: int, form: HandedAs = HandedAs.csv) -> list[Slip]:
    session = bureau.open(who)
    try:
        slips = handing_over.take(
            session, session.need_actor(), batch_of(session, batch), form, clock.now()
        )
        session.commit()
        return slips
    finally:
        session.rollback()


def sealed(bureau: Bureau) -> list[str | None]:
    return bureau.stored(select(InitialPassword.sealed).order_by(InitialPassword.id))


def reset(bureau: Bureau, who: str, *names: str) -> int:
    batch, told = press(bureau, who, "reset_password", *names)
    assert set(told.values()) == {"done"}
    return batch


def test_a_reset_gives_a_password_that_must_be_changed(bureau: Bureau) -> None:
    bureau.lock("clerk")
    bureau.sign_in("clerk")
    epoch = bureau.account("clerk").session_epoch
    slips = show(bureau, "boss", reset(bureau, "boss", "clerk", "office_clerk"))
    assert [(s.org, s.name, s.username) for s in slips] == [
        ("here点", "clerk 同志", "clerk"),
        ("甲市", "office_clerk 同志", "office_clerk"),
    ]
    passwords = [slip.password for slip in slips]
    assert len(set(passwords)) == 2
    account = bureau.account("clerk")
    assert (account.must_change_password, account.initial_password_pending) == (True, True)
    assert (account.failed_count, account.locked_until) == (0, None)
    assert (account.session_epoch, account.password_changed_at) == (epoch + 1, NOW)
    assert passwords[0]
    assert verify_or_waste(account.password_hash, passwords[0])
    session = bureau.open_as(visitor())
    assert sign_in.attempt(session, "clerk", passwords[0], ADDRESS, NOW).account is not None
    session.rollback()


def test_nothing_but_the_hash_and_the_sealed_text_is_stored(bureau: Bureau) -> None:
    batch = reset(bureau, "boss", "clerk")
    (slip,) = show(bureau, "boss", batch)
    assert slip.password
    held = [table.name for table in UserAccount.metadata.sorted_tables]
    for name in held:
        rows = bureau.system.execute(
            text(f"SELECT * FROM {name}"), execution_options={"unscoped": "t"}
        )
        assert slip.password not in str(rows.all()), name
    bureau.system.rollback()
    assert bureau.stored(select(BatchRow.before).where(BatchRow.batch_id == batch))[0].keys() == {
        "status", "failed_count", "first_failed_at", "locked_until", "must_change_password",
        "initial_password_pending", "password_changed_at",
    }  # fmt: skip


def test_another_key_opens_nothing(bureau: Bureau) -> None:
    batch = reset(bureau, "boss", "clerk")
    session = bureau.open("boss")
    session.info[KEY] = "another key"
    slips = handing_over.show(session, session.need_actor(), batch_of(session, batch), NOW)
    assert [slip.password for slip in slips] == [None]
    session.rollback()


def test_each_way_hands_them_over_once_and_then_they_are_destroyed(bureau: Bureau) -> None:
    batch = reset(bureau, "boss", "clerk", "office_clerk")
    shown = show(bureau, "boss", batch)
    with pytest.raises(Conflict, match="handed over already"):
        show(bureau, "boss", batch)
    assert None not in sealed(bureau)
    assert take(bureau, "boss", batch, HandedAs.slips) == shown
    assert sealed(bureau) == [None, None]
    for form in HandedAs:
        with pytest.raises(Conflict, match="handed over already"):
            take(bureau, "boss", batch, form)


def test_of_many_who_press_at_once_one_sees_them(bureau: Bureau, engine: Engine) -> None:
    batch, actor, together = reset(bureau, "boss", "clerk"), bureau.actor("boss"), Barrier(4)

    def press_show(_number: int) -> int:
        with ActorSession(bind=engine) as session:
            session.act_as(actor)
            session.info[KEY] = SECRET
            together.wait()
            try:
                seen = handing_over.show(session, actor, batch_of(session, batch), NOW)
            except Conflict:
                return 0
            session.commit()
            return len(seen)

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(press_show, range(4))) == [0, 0, 0, 1]


def test_only_who_made_them_sees_them_and_only_for_a_day(bureau: Bureau) -> None:
    batch = reset(bureau, "boss", "clerk")
    for who in ("peer", "centre", "clerk"):
        with pytest.raises(NotFound, match="no such batch"):
            show(bureau, who, batch)
        with pytest.raises(NotFound, match="no such batch"):
            take(bureau, who, batch)
    with clock.held(NOW + LIFE - timedelta(seconds=1)):
        assert len(show(bureau, "boss", batch)) == 1
    with clock.held(NOW + LIFE), pytest.raises(Conflict, match="24 hours are up"):
        take(bureau, "boss", batch)


def test_who_lost_the_right_sees_nothing(bureau: Bureau) -> None:
    batch = reset(bureau, "boss", "clerk")
    session = bureau.open("boss")
    boss = session.need_actor()
    boss._known["accounts:user_account:reset_password"] = False
    with pytest.raises(Forbidden, match="may not do this"):
        handing_over.show(session, boss, batch_of(session, batch), NOW)
    session.rollback()


def test_what_is_too_old_is_destroyed_by_the_next_reset_or_sign_in(bureau: Bureau) -> None:
    reset(bureau, "boss", "clerk")
    forget_expired(bureau.system, NOW + LIFE - timedelta(seconds=1))
    bureau.system.commit()
    assert None not in sealed(bureau)
    with clock.held(NOW + LIFE):
        reset(bureau, "boss", "office_clerk")
    assert [value is None for value in sealed(bureau)] == [True, False]
    session = bureau.open_as(visitor())
    sign_in.attempt(session, "boss", "Test-2026-pass", ADDRESS, NOW + LIFE * 2)
    session.commit()
    assert sealed(bureau) == [None, None]


def test_who_has_a_password_of_his_own_is_shown_as_a_dash(bureau: Bureau) -> None:
    batch = reset(bureau, "boss", "clerk", "office_clerk")
    taken = {slip.username: slip.password for slip in take(bureau, "boss", batch)}
    assert all(taken.values())
    clerk, own = bureau.actor("clerk"), bureau.open_as(visitor())
    account = own.get_one(UserAccount, bureau.accounts["clerk"])
    change_password(own, account, str(taken["clerk"]), "kite#river7", clerk)
    own.commit()
    assert {s.username: s.password for s in show(bureau, "boss", batch)} == {
        "clerk": None,
        "office_clerk": taken["office_clerk"],
    }


def test_a_second_reset_makes_the_first_worthless(bureau: Bureau) -> None:
    first = reset(bureau, "boss", "clerk", "office_clerk")
    second = reset(bureau, "county_admin", "clerk")
    assert [bool(slip.password) for slip in show(bureau, "boss", first)] == [False, True]
    assert [bool(slip.password) for slip in show(bureau, "county_admin", second)] == [True]


def test_an_account_that_moved_away_is_nobodys_here_any_more(bureau: Bureau) -> None:
    batch = reset(bureau, "boss", "clerk", "office_clerk")
    bureau.change("clerk", org_id=bureau.orgs["there"])
    found = {slip.username: bool(slip.password) for slip in show(bureau, "boss", batch)}
    assert found == {"clerk": False, "office_clerk": True}


def test_the_trail_says_who_took_how_many_and_how(bureau: Bureau) -> None:
    batch = reset(bureau, "boss", "clerk", "office_clerk")
    slips = show(bureau, "boss", batch) + take(bureau, "boss", batch, HandedAs.xlsx)
    rows = bureau.stored(select(AuditLog).where(AuditLog.batch_id == batch).order_by(AuditLog.id))
    assert [(row.event.rpartition(":")[2], row.username) for row in rows] == [
        ("reset_password", "boss"),
        ("show_passwords", "boss"),
        ("take_passwords", "boss"),
    ]
    assert rows[2].changes == {"rows": [None, 2], "format": [None, "xlsx"]}
    told = str([row.changes for row in rows])
    assert not any(str(slip.password) in told for slip in slips)

"""The second factor: enrolment, codes that open once, and recovery codes."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import Engine, select

from models.accounts import recovery, sign_in, totp
from models.accounts.tables import UserAccount
from models.accounts.tables_sign_in import RecoveryCode, TotpSecret
from models.base.session import ActorSession
from models.errors import BadInput, Conflict
from tests.support.accounts import ADDRESS, PASSWORD, account_of, actor_of, visitor
from tests.support.second_factor import KEY, START, STEP, code_at, codes, secret, session

__all__ = ["codes", "secret", "session"]


def verify(session: ActorSession, code: str, now: datetime) -> bool:
    return totp.verify(session, account_of(session), code, key=KEY, now=now)


def test_the_address_tells_a_device_everything(session: ActorSession, secret: str) -> None:
    shown = totp.pending(session, account_of(session), KEY)
    assert shown is not None
    assert shown.secret == secret
    parts = urlsplit(shown.address)
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert parts.path.endswith("clerk")
    assert parse_qs(parts.query) == {"secret": [secret], "issuer": [totp.ISSUER]}


def test_the_database_does_not_hold_the_secret(session: ActorSession, secret: str) -> None:
    stored = session.scalars(select(TotpSecret)).one().secret
    assert secret not in stored
    assert totp.pending(session, account_of(session), "another key") is None


def test_nothing_is_asked_before_the_first_code(session: ActorSession, secret: str) -> None:
    assert not totp.is_enrolled(session, account_of(session))
    assert not verify(session, code_at(secret, START), START)
    opened = sign_in.attempt(session, "clerk", PASSWORD, ADDRESS, START)
    assert (opened.account, opened.needs_code) == (account_of(session), False)


def test_a_wrong_first_code_confirms_nothing(session: ActorSession, secret: str) -> None:
    account, actor = account_of(session), actor_of(session)
    wrong = f"{(int(code_at(secret, START)) + 1) % 10**6:06d}"
    for code in (wrong, "", "²" * 6, "x" * 10_000, code_at(secret, START + 3 * STEP)):
        with pytest.raises(BadInput, match="code is wrong"):
            totp.confirm(session, account, actor, code, key=KEY, now=START)
    assert not totp.is_enrolled(session, account)
    assert recovery.left(session, account) == 0


def test_beginning_anew_makes_the_former_secret_worthless(
    session: ActorSession, secret: str
) -> None:
    account, actor = account_of(session), actor_of(session)
    again = totp.enrol(session, account, actor, key=KEY, now=START)
    assert again.secret != secret
    with pytest.raises(BadInput, match="code is wrong"):
        totp.confirm(session, account, actor, code_at(secret, START), key=KEY, now=START)
    assert (
        len(totp.confirm(session, account, actor, code_at(again.secret, START), key=KEY, now=START))
        == recovery.COUNT
    )


def test_a_confirmed_factor_is_not_replaced_unasked(
    session: ActorSession, codes: list[str]
) -> None:
    account, actor = account_of(session), actor_of(session)
    with pytest.raises(Conflict, match="second factor already"):
        totp.enrol(session, account, actor, key=KEY, now=START)
    assert totp.pending(session, account, KEY) is None


@pytest.mark.parametrize(
    ("steps", "opens"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_a_clock_may_be_one_step_off(
    session: ActorSession, secret: str, codes: list[str], steps: int, opens: bool
) -> None:
    now = START + timedelta(hours=1)
    assert verify(session, code_at(secret, now + steps * STEP), now) is opens


def test_a_code_opens_once_and_no_older_one_afterwards(
    session: ActorSession, secret: str, codes: list[str]
) -> None:
    now = START + timedelta(hours=1)
    assert not verify(session, code_at(secret, START), START), "used to confirm"
    assert verify(session, code_at(secret, now), now)
    assert not verify(session, code_at(secret, now), now)
    assert not verify(session, code_at(secret, now - STEP), now)
    assert verify(session, code_at(secret, now + STEP), now)


def test_a_code_may_be_typed_with_gaps_and_full_width(
    session: ActorSession, secret: str, codes: list[str]
) -> None:
    now = START + timedelta(hours=1)
    code = code_at(secret, now)
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in code[3:])
    assert verify(session, f" {code[:3]} {wide}", now)


def test_another_key_opens_nothing(session: ActorSession, secret: str, codes: list[str]) -> None:
    now = START + timedelta(hours=1)
    account = account_of(session)
    assert not totp.verify(session, account, code_at(secret, now), key="another", now=now)


def test_of_many_at_once_one_opens(
    engine: Engine, session: ActorSession, secret: str, codes: list[str]
) -> None:
    now, user_id = START + timedelta(hours=1), account_of(session).id
    session.rollback()
    together = Barrier(6)

    def press(code: str) -> bool:
        with ActorSession(bind=engine) as own:
            own.act_as(visitor())
            account = own.get_one(UserAccount, user_id)
            own.commit()
            together.wait()
            opened = totp.verify(own, account, code, key=KEY, now=now) or recovery.use(
                own, account, code, now
            )
            own.commit()
            return opened

    with ThreadPoolExecutor(6) as pool:
        outcomes = pool.map(press, [code_at(secret, now)] * 3 + codes[:1] * 3)
        opened = Counter(zip("tttrrr", outcomes, strict=True))
    assert opened == {("t", True): 1, ("t", False): 2, ("r", True): 1, ("r", False): 2}


def test_ten_recovery_codes_open_once_each(session: ActorSession, codes: list[str]) -> None:
    account = account_of(session)
    assert len(set(codes)) == recovery.COUNT == recovery.left(session, account)
    stored = set(session.scalars(select(RecoveryCode.code_hash)))
    assert not stored & set(codes)
    assert recovery.use(session, account, codes[0], START)
    assert not recovery.use(session, account, codes[0], START)
    assert recovery.use(session, account, f" {codes[1].lower().replace('-', ' ')} ", START)
    for junk in ("", "-", codes[2][:-1], codes[2] + "A", "x" * 10_000):
        assert not recovery.use(session, account, junk, START)
    assert not recovery.use(session, account_of(session, "boss"), codes[2], START)
    assert recovery.left(session, account) == recovery.COUNT - 2


def test_new_recovery_codes_void_the_former(session: ActorSession, codes: list[str]) -> None:
    account, actor = account_of(session), actor_of(session)
    fresh = totp.renew_recovery_codes(session, account, actor, PASSWORD, START)
    assert not recovery.use(session, account, codes[0], START)
    assert recovery.use(session, account, fresh[0], START)
    boss = account_of(session, "boss")
    with pytest.raises(Conflict, match="no second factor"):
        totp.renew_recovery_codes(session, boss, actor_of(session, "boss"), PASSWORD, START)

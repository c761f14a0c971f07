"""The second factor: enrolment, codes that open once, recovery codes, and who may take it away."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from sqlalchemy import Engine, func, select

from models.accounts import recovery, sign_in, totp
from models.accounts.hands import stand_in
from models.accounts.queries import actor_for, roles_of
from models.accounts.tables import UserAccount
from models.accounts.tables_sign_in import LoginOutcome, RecoveryCode, TotpSecret
from models.audit.tables import AuditLog
from models.base.actor import Actor
from models.base.session import ActorSession
from models.errors import BadInput, Conflict, Forbidden, NotFound
from tests.support.accounts import ADDRESS, PASSWORD, make_account, make_office, visitor
from tests.support.databases import SessionOf

KEY = "a key for tests only"
START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
STEP = timedelta(seconds=totp.STEP_SECONDS)


@pytest.fixture
def session(session_of: SessionOf) -> ActorSession:
    """Open the system's session over an office with a boss, a colleague and a site's clerk."""
    session = session_of(visitor())
    office = make_office(session)
    make_account(session, office, "clerk", "confirm")
    make_account(session, office, "boss", "authority")
    make_account(session, office, "peer", "authority")
    session.commit()
    return session


def account_of(session: ActorSession, name: str = "clerk") -> UserAccount:
    return session.scalars(select(UserAccount).where(UserAccount.username == name)).one()


def actor_of(session: ActorSession, name: str = "clerk") -> Actor:
    account = account_of(session, name)
    return actor_for(session, account.id, roles_of(session, account.id)[0])


def code_at(secret: str, moment: datetime) -> str:
    return pyotp.TOTP(secret).at(moment)


@pytest.fixture
def secret(session: ActorSession) -> str:
    """Begin the clerk's enrolment and return the secret."""
    begun = totp.enrol(session, account_of(session), actor_of(session), key=KEY, now=START)
    session.commit()
    return begun.secret


@pytest.fixture
def codes(session: ActorSession, secret: str) -> list[str]:
    """Confirm the clerk's enrolment and return the recovery codes."""
    code = code_at(secret, START)
    codes = totp.confirm(session, account_of(session), actor_of(session), code, key=KEY, now=START)
    session.commit()
    return codes


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
    fresh = totp.renew_recovery_codes(session, account, actor, START)
    assert not recovery.use(session, account, codes[0], START)
    assert recovery.use(session, account, fresh[0], START)
    boss = account_of(session, "boss")
    with pytest.raises(Conflict, match="no second factor"):
        totp.renew_recovery_codes(session, boss, actor_of(session, "boss"), START)


def test_the_password_alone_signs_nobody_in(
    session: ActorSession, secret: str, codes: list[str]
) -> None:
    now, account = START + timedelta(hours=1), account_of(session)
    half = sign_in.attempt(session, "clerk", PASSWORD, ADDRESS, now)
    assert (half.account, half.needs_code, half.status) == (account, True, 200)
    assert account.last_login_at is None
    code = code_at(secret, now)
    whole = sign_in.attempt_code(session, account.id, code, ADDRESS, now, key=KEY)
    assert (whole.account, whole.needs_code, whole.inner) == (account, False, LoginOutcome.ok)
    assert account.last_login_at == now
    again = sign_in.attempt_code(session, account.id, codes[0], ADDRESS, now, key=KEY)
    assert again.account is account


def test_wrong_codes_lock_and_the_password_does_not_clear_them(
    session: ActorSession, secret: str, codes: list[str]
) -> None:
    now, account = START + timedelta(hours=1), account_of(session)
    for expected in (1, 2, 3):
        assert sign_in.attempt(session, "clerk", PASSWORD, ADDRESS, now).needs_code
        wrong = sign_in.attempt_code(session, account.id, "000", ADDRESS, now, key=KEY)
        assert (wrong.account, wrong.refusal) == (None, sign_in.WRONG_CODE)
        assert account.failed_count == expected
    assert sign_in.attempt(session, "clerk", PASSWORD, ADDRESS, now).refusal == sign_in.WRONG
    locked = sign_in.attempt_code(session, account.id, codes[0], ADDRESS, now, key=KEY)
    assert (locked.inner, locked.refusal) == (LoginOutcome.locked, sign_in.WRONG_CODE)
    assert recovery.left(session, account) == recovery.COUNT, "not used up while locked"
    later = now + timedelta(minutes=10)
    code = code_at(secret, later)
    assert sign_in.attempt_code(session, account.id, code, ADDRESS, later, key=KEY).account


def test_only_the_owner_enrols(session: ActorSession, secret: str) -> None:
    account, boss = account_of(session), actor_of(session, "boss")
    code = code_at(secret, START)
    with pytest.raises(Forbidden, match="Only the owner"):
        totp.enrol(session, account, boss, key=KEY, now=START)
    with pytest.raises(Forbidden, match="Only the owner"):
        totp.confirm(session, account, boss, code, key=KEY, now=START)
    with pytest.raises(Forbidden, match="Only the owner"):
        totp.drop(session, account, boss, PASSWORD)


def test_removing_ones_own_asks_for_the_password(session: ActorSession, codes: list[str]) -> None:
    account, actor = account_of(session), actor_of(session)
    with pytest.raises(BadInput, match="password is wrong"):
        totp.drop(session, account, actor, "wrong")
    assert totp.is_enrolled(session, account)
    totp.drop(session, account, actor, PASSWORD)
    assert not totp.is_enrolled(session, account)
    assert session.scalar(select(func.count(RecoveryCode.id))) == 0


def test_an_administrator_clears_with_a_reason_on_record(
    session_of: SessionOf, session: ActorSession, codes: list[str]
) -> None:
    boss = actor_of(session, "boss")
    session.rollback()
    with session_of(stand_in(boss)) as own:
        account = account_of(own)
        with pytest.raises(BadInput, match="made sure who is asking"):
            totp.clear(own, account, boss, "  ")
        totp.clear(own, account, boss, " 持身份证到场 ")
        assert not totp.is_enrolled(own, account)
        assert recovery.left(own, account) == 0
        row = own.scalars(select(AuditLog).order_by(AuditLog.id.desc())).first()
        assert row is not None
        assert (row.event, row.username, row.role, row.reason, row.entity_id) == (
            "accounts:user_account:clear_second_factor",
            "boss",
            "authority",
            "持身份证到场",
            account.id,
        )
        own.rollback()


def test_nobody_clears_his_own_his_equals_or_beyond_his_office(
    session: ActorSession, codes: list[str]
) -> None:
    boss, clerk, account = actor_of(session, "boss"), actor_of(session), account_of(session)
    with pytest.raises(Forbidden, match="may not do this"):
        totp.clear(session, account, clerk, "x")
    with pytest.raises(Forbidden, match="your own page"):
        totp.clear(session, account_of(session, "boss"), boss, "x")
    with pytest.raises(Forbidden, match="rights that you may not give"):
        totp.clear(session, account_of(session, "peer"), boss, "x")
    account.org_id = None
    session.flush()
    with pytest.raises(NotFound, match="no such account"):
        totp.clear(session, account, boss, "x")


def test_the_trail_tells_each_step_and_no_secret(
    session: ActorSession, secret: str, codes: list[str]
) -> None:
    totp.drop(session, account_of(session), actor_of(session), PASSWORD)
    rows = session.scalars(
        select(AuditLog).where(AuditLog.event.endswith("_second_factor")).order_by(AuditLog.id)
    ).all()
    assert [row.event.rpartition(":")[2] for row in rows] == [
        "begin_second_factor",
        "confirm_second_factor",
        "drop_second_factor",
    ]
    entities = set(session.scalars(select(AuditLog.entity)))
    assert not entities & {"totp_secret", "recovery_code"}
    assert all(row.changes is None for row in rows)

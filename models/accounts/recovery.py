"""Recovery codes: ten single-use ways in for whoever lost the second factor [ACCT-22]."""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from datetime import datetime
from typing import Final

from sqlalchemy import delete, func, select, update

from models.accounts.tables import UserAccount
from models.accounts.tables_sign_in import RecoveryCode
from models.base.session import ActorSession

COUNT: Final = 10
_GROUPS: Final = 4
_GROUP_LENGTH: Final = 4
#: Sixteen of these are 74 random bits: a plain digest is enough, nobody can try them all.
_ALPHABET: Final = "ABCDEFGHJKMNPQRTUVWXY3469"


def make(session: ActorSession, account: UserAccount, now: datetime) -> list[str]:
    """Make ten new codes in place of the former ones; they are shown once and stored nowhere."""
    drop(session, account)
    codes = [_draw() for _ in range(COUNT)]
    session.add_all(
        RecoveryCode(user_id=account.id, code_hash=_digest(code), created_at=now) for code in codes
    )
    session.flush()
    return codes


def use(session: ActorSession, account: UserAccount, code: str, now: datetime) -> bool:
    """Say whether a code opens, and use it up in the same statement."""
    used = session.scalar(
        update(RecoveryCode)
        .where(
            RecoveryCode.user_id == account.id,
            RecoveryCode.code_hash == _digest(code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now)
        .returning(RecoveryCode.id),
        execution_options={"synchronize_session": False, "set_wise": "recovery code used"},
    )
    return used is not None


def left(session: ActorSession, account: UserAccount) -> int:
    """Return how many codes are unused."""
    unused = select(func.count(RecoveryCode.id)).where(
        RecoveryCode.user_id == account.id, RecoveryCode.used_at.is_(None)
    )
    return session.scalar(unused) or 0


def drop(session: ActorSession, account: UserAccount) -> None:
    """Delete all codes of an account."""
    session.execute(
        delete(RecoveryCode).where(RecoveryCode.user_id == account.id),
        execution_options={"synchronize_session": False, "set_wise": "recovery codes replaced"},
    )


def _draw() -> str:
    groups = (
        "".join(secrets.choice(_ALPHABET) for _ in range(_GROUP_LENGTH)) for _ in range(_GROUPS)
    )
    return "-".join(groups)


def _digest(code: str) -> str:
    """Digest a code as it may be typed: any case, with or without hyphens and spaces."""
    folded = unicodedata.normalize("NFKC", code[:64]).upper()
    plain = "".join(c for c in folded if c in _ALPHABET)
    return hashlib.sha256(plain.encode()).hexdigest()

"""Initial passwords: random, read without mistakes from a printed slip [ACCT-19], strong."""

from __future__ import annotations

from secrets import SystemRandom
from typing import Final

from models.accounts.password_rules import STAFF, problems

LENGTH: Final = 12
#: Nothing that has a double in print: no 0 O o D Q, 1 l I i j !, 5 S s, 2 Z z, 8 B &, 9 g q, - _,
#: rn m, no letter whose capital differs in size alone.
CAPITALS: Final = "AEFGHKLMNPRTY"
SMALLS: Final = "abdefhmrt"
DIGITS: Final = "3467"
SPECIALS: Final = "#%*@$"
_random = SystemRandom()


def initial_password(username: str = "") -> str:
    """Return a new initial password that satisfies the staff profile for ``username``.

    It begins with a letter, so that no spreadsheet takes it for a formula.
    """
    while True:
        password = _draw()
        if not problems(STAFF, password, username):
            return password


def _draw() -> str:
    sure = [_random.choice(kind) for kind in (CAPITALS, SMALLS, DIGITS, SPECIALS)]
    every = CAPITALS + SMALLS + DIGITS + SPECIALS
    rest = sure + [_random.choice(every) for _ in range(LENGTH - len(sure) - 1)]
    _random.shuffle(rest)
    return _random.choice(CAPITALS + SMALLS) + "".join(rest)

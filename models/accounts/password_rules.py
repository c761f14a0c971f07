"""What makes a password strong enough (reading 28): pure rules, one sentence for each failing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from zxcvbn import zxcvbn

from models.accounts.passwords import LONGEST, normalise_password
from models.accounts.tables import AccountType
from models.errors import BadInput
from models.text import Message, msg

#: zxcvbn's scale is 0 (guessed at once) to 4; it reads no more than 72 characters.
LEAST_SCORE: Final = 2
_SCORED_CHARACTERS: Final = 72
#: A shorter user name is part of too many honest passwords.
_TELLING_LENGTH: Final = 3
_EXAMPLES: Final = "# % * - _ ! @ $ &"
_ID_NUMBER: Final = re.compile(r"(?<![0-9])([0-9]{17}[0-9Xx]|[0-9]{15})(?![0-9])")


def _is_special(character: str) -> bool:
    return character.isprintable() and not character.isalnum() and not character.isspace()


def _is_digit(character: str) -> bool:
    return character in "0123456789"


Kind = Callable[[str], bool]
_KINDS: Final[tuple[Kind, ...]] = (str.isupper, str.islower, _is_digit, _is_special)


def _has(password: str, kind: Kind) -> bool:
    return any(kind(character) for character in password)


def _staff_kinds(password: str) -> Iterator[Message]:
    if not _has(password, str.isalpha):
        yield msg("Add a letter: a password needs letters, digits and special characters.")
    if not _has(password, _is_digit):
        yield msg("Add a digit: a password needs letters, digits and special characters.")
    if not _has(password, _is_special):
        yield msg("Add a special character such as %(examples)s.", examples=_EXAMPLES)


def _teacher_kinds(password: str) -> Iterator[Message]:
    if sum(_has(password, kind) for kind in _KINDS) < 3:
        yield msg(
            "Use at least three of these: capital letters, small letters, digits,"
            " special characters."
        )


@dataclass(frozen=True, slots=True)
class Profile:
    """A set of rules: the least number of characters, and the kinds of characters.

    ``told`` says the kinds before anything is typed.
    """

    name: str
    least_characters: int
    kinds: Callable[[str], Iterator[Message]]
    told: Message = field(compare=False)


#: ACCT-08 in its stricter reading (X1), and the 强 of ACCT-06.
STAFF: Final = Profile(
    "staff",
    8,
    _staff_kinds,
    msg("Letters, digits and special characters such as %(examples)s.", examples=_EXAMPLES),
)
TEACHER: Final = Profile(
    "teacher",
    8,
    _teacher_kinds,
    msg(
        "At least three of these: capital letters, small letters, digits, special characters"
        " such as %(examples)s.",
        examples=_EXAMPLES,
    ),
)
PROFILES: Final = {profile.name: profile for profile in (STAFF, TEACHER)}
#: Longer than this a least length keeps people from having a password at all.
MOST_LEAST_CHARACTERS: Final = 64


class WeakPassword(BadInput):
    """A password that the rules refuse; ``messages`` says everything that is wrong with it."""

    def __init__(self, messages: list[Message]) -> None:
        super().__init__(messages[0], "new_password")
        self.messages = messages


def profile_of(account_type: str, chosen: Mapping[str, Profile] | None = None) -> Profile:
    """Return the profile of a type of account: the one ``chosen`` here, else staff have the strict
    one.
    """
    usual = STAFF if account_type == AccountType.staff else TEACHER
    return (chosen or {}).get(account_type, usual)


def read_profiles(setting: str) -> dict[str, Profile]:
    """Read ``type=profile:length`` with commas, such as ``teacher=staff, staff=staff:12``.

    The length may be left out. No installation makes the rules weaker than they are.

    :raises ValueError: with a sentence for whoever sets it.
    """
    entries = (entry.strip() for entry in setting.split(","))
    return dict(_read_profile(entry) for entry in entries if entry)


def _read_profile(entry: str) -> tuple[str, Profile]:
    account_type, _, rest = entry.partition("=")
    name, _, length = rest.partition(":")
    profile = PROFILES.get(name)
    if account_type not in AccountType.labels() or profile is None:
        raise ValueError(
            f"{entry!r} is not TYPE=PROFILE or TYPE=PROFILE:LENGTH with a type of"
            f" {', '.join(AccountType.labels())} and a profile of {', '.join(PROFILES)}"
        )
    if account_type == AccountType.staff and profile is not STAFF:
        raise ValueError("staff keep the profile staff")
    return account_type, replace(profile, least_characters=_read_length(length, profile))


def _read_length(typed: str, profile: Profile) -> int:
    if not typed:
        return profile.least_characters
    length = int(typed) if typed.isascii() and typed.isdigit() else 0
    if not profile.least_characters <= length <= MOST_LEAST_CHARACTERS:
        raise ValueError(
            f"a least length lies between {profile.least_characters} and {MOST_LEAST_CHARACTERS}"
        )
    return length


def told(profile: Profile) -> list[Message]:
    """Return the rules as sentences, for whoever has not typed anything yet."""
    return [
        msg("At least %(count)s characters.", count=profile.least_characters),
        profile.told,
        msg("Not the old password, and without your user name, ID number or telephone number."),
        msg("Not easy to guess: no common words, names, rows of keys or dates alone."),
    ]


def problems(
    profile: Profile, password: str, username: str, personal: Iterable[str] = ()
) -> list[Message]:
    """Return one sentence for each rule that a password breaks; none when it is good.

    ``personal`` are numbers that strangers may know of the owner: documents, telephones.
    """
    if len(password) > LONGEST:
        return [msg("Use at most %(count)s characters.", count=LONGEST)]
    spelt = normalise_password(password)
    found = [*_length_problems(profile, spelt), *profile.kinds(spelt)]
    found += _telling_problems(spelt, username, personal)
    if not found and _score(spelt, username) < LEAST_SCORE:
        found.append(
            msg(
                "This password is easy to guess."
                " Make it longer, with words that do not belong together."
            )
        )
    return found


def _length_problems(profile: Profile, password: str) -> Iterator[Message]:
    if len(password) < profile.least_characters:
        yield msg("Use at least %(count)s characters.", count=profile.least_characters)
    if not password.isprintable():
        yield msg("Leave out characters that cannot be seen, such as tabs and line ends.")


def _telling_problems(password: str, username: str, personal: Iterable[str]) -> Iterator[Message]:
    folded = password.casefold()
    if len(username) >= _TELLING_LENGTH and username.casefold() in folded:
        yield msg("The password must not contain the user name.")
    numbers = [number.casefold() for number in personal if len(number) > _TELLING_LENGTH]
    if any(number in folded for number in numbers) or _ID_NUMBER.search(password):
        yield msg("The password must not contain an ID number or a telephone number.")


def _score(password: str, username: str) -> int:
    judged = zxcvbn(password[:_SCORED_CHARACTERS], user_inputs=[username])
    score: int = judged["score"]
    return score

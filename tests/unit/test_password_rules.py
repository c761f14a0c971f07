"""Which passwords the profiles take, what is said of the others, and what the generator makes."""

from __future__ import annotations

import pytest

from models.accounts import passwords
from models.accounts.generate import CAPITALS, DIGITS, LENGTH, SMALLS, SPECIALS, initial_password
from models.accounts.password_rules import (
    PROFILES,
    STAFF,
    TEACHER,
    Profile,
    WeakPassword,
    problems,
    profile_of,
    read_profiles,
    told,
)
from models.accounts.passwords import hash_password, verify_or_waste

ID_NUMBER = "11010519491231002X"
SHORT = "Use at least 8 characters."
LETTER, DIGIT, SPECIAL = "Add a letter", "Add a digit", "Add a special character"
KINDS, GUESSED = "Use at least three of these", "easy to guess"
NAME, NUMBER = "must not contain the user name", "must not contain an ID number"


def said(profile: Profile, password: str, *personal: str) -> list[str]:
    return [str(message) for message in problems(profile, password, "clerk", personal)]


@pytest.mark.parametrize(
    "password", ["kite#river7", "Kd3#Lm9@xQ", "资格中心2026#", "a b c 1 # d e", "７kite＃river"]
)
def test_staff_may_use_any_strong_password(password: str) -> None:
    assert said(STAFF, password) == []


@pytest.mark.parametrize("special", list("#%*-_!@$&~+=?.,;:'\"<>()[]{}|/\\^`，。￥"))
def test_any_printable_special_is_taken(special: str) -> None:
    assert said(STAFF, f"kite{special}river7") == []


@pytest.mark.parametrize(
    ("password", "expected"),
    [
        ("q7#Lvx9m", []),
        ("q7#Lvx9", [SHORT]),
        ("38146#925", [LETTER]),
        ("kite#river", [DIGIT]),
        ("kite²#river", []),
        ("kite①river", [SPECIAL]),
        ("kite7river", [SPECIAL]),
        ("kite7 river", [SPECIAL]),
        ("k", [SHORT, DIGIT, SPECIAL]),
        ("", [SHORT, LETTER, DIGIT, SPECIAL]),
        ("Passw0rd!", [GUESSED]),
        ("aaaaaaa1#", [GUESSED]),
        ("Clerk#river7", [NAME]),
        ("ｃｌｅｒｋ#river7", [NAME]),
        (f"k#{ID_NUMBER}", [NUMBER]),
        (f"k#{ID_NUMBER.lower()}", [NUMBER]),
        ("kite#13800138000", [NUMBER]),
        ("kite#e12345678", [NUMBER]),
        ("kite#\triver7", ["cannot be seen"]),
        ("kite#\x00river7", ["cannot be seen"]),
        ("Clerk\t", [SHORT, DIGIT, SPECIAL, "cannot be seen", NAME]),
        ("kR7#" * 33, ["Use at most 128 characters."]),
        ("x" * 1_000_000, ["Use at most 128 characters."]),
    ],
)
def test_each_failing_rule_of_staff_says_so(password: str, expected: list[str]) -> None:
    found = said(STAFF, password, "13800138000", "E12345678")
    assert len(found) == len(expected)
    assert all(any(part in text for text in found) for part in expected)


@pytest.mark.parametrize(
    ("password", "expected"),
    [
        ("kiteRiver7", []),
        ("kite#river7", []),
        ("kite#RIVER", []),
        ("kiteriver7", [KINDS]),
        ("KITE#RIVER", [KINDS]),
        ("kR7#", [SHORT]),
        ("Password1", [GUESSED]),
    ],
)
def test_teachers_need_three_of_four_kinds(password: str, expected: list[str]) -> None:
    found = said(TEACHER, password)
    assert len(found) == len(expected)
    assert all(part in text for part, text in zip(expected, found, strict=True))


def test_a_short_user_name_may_be_part_of_a_password() -> None:
    assert problems(STAFF, "kite#river7", "ki") == []


def test_only_staff_have_the_staff_profile() -> None:
    assert profile_of("staff") is STAFF
    assert {profile_of(kind) for kind in ("applicant", "teacher", "trainee")} == {TEACHER}
    assert set(PROFILES) == {"staff", "teacher"}


def test_a_refusal_leads_with_its_first_sentence_and_keeps_all() -> None:
    found = problems(STAFF, "k", "clerk")
    refusal = WeakPassword(found)
    assert (refusal.message, refusal.messages, refusal.field) == (found[0], found, "new_password")


@pytest.mark.parametrize(
    ("chosen", "typed"),
    [("kite#river7", "ｋｉｔｅ＃ｒｉｖｅｒ７"), ("ｋite#river7", "kite#river7")],
)
def test_a_password_has_one_spelling(chosen: str, typed: str) -> None:
    assert verify_or_waste(hash_password(chosen), typed)


def test_a_password_too_long_to_be_stored_opens_nothing() -> None:
    stored = hash_password("k" * 128)
    assert verify_or_waste(stored, "k" * 128)
    assert not verify_or_waste(stored, "k" * 129)
    assert not verify_or_waste(stored, "\ud800")


def test_generated_passwords_are_strong_and_read_without_mistakes() -> None:
    made = [initial_password("clerk") for _ in range(300)]
    assert len(set(made)) == 300
    allowed = set(CAPITALS + SMALLS + DIGITS + SPECIALS)
    for password in made:
        assert problems(STAFF, password, "clerk") == []
        assert len(password) == LENGTH
        assert set(password) <= allowed
        assert password[0].isalpha(), "a spreadsheet would take it for a formula"


def test_no_generated_character_has_a_double() -> None:
    assert not set(CAPITALS + SMALLS + DIGITS + SPECIALS) & set("0Oo1lIi!|5Ss2Zz8B&-_9gq")
    assert not set(CAPITALS.lower()) & set(SMALLS) & set("ckopsuvwxyz")
    assert set(SPECIALS) <= set("#%*-_!@$&")


def test_an_account_that_nobody_can_open_costs_a_hash_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stored: list[str | None] = []
    inner = passwords.verify_or_waste

    def count(hash_: str | None, given: str) -> bool:
        stored.append(hash_)
        return inner(hash_, given)

    monkeypatch.setattr(passwords, "verify_or_waste", count)
    assert not passwords.verify_or_waste("-", "kite#river7")
    assert stored == ["-", None]


def test_an_installation_may_be_stricter() -> None:
    chosen = read_profiles(" teacher=staff:10, staff=staff ,")
    assert (chosen["teacher"].kinds, chosen["teacher"].least_characters) == (STAFF.kinds, 10)
    assert profile_of("teacher", chosen) is chosen["teacher"]
    assert profile_of("applicant", chosen) is TEACHER
    assert read_profiles("") == {}
    assert str(told(chosen["teacher"])[0]) == "At least 10 characters."


@pytest.mark.parametrize(
    ("setting", "why"),
    [
        ("boss=staff", "is not TYPE=PROFILE"),
        ("staff", "is not TYPE=PROFILE"),
        ("teacher=strong", "is not TYPE=PROFILE"),
        ("staff=teacher", "staff keep the profile staff"),
        ("teacher=teacher:7", "between 8 and 64"),
        ("staff=staff:65", "between 8 and 64"),
        ("staff=staff:x", "between 8 and 64"),
        ("staff=staff:²", "between 8 and 64"),
    ],
)
def test_no_installation_is_weaker(setting: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_profiles(setting)

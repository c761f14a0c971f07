"""Numbers as people type them: folding, masks, mobiles, and what Excel has destroyed."""

import re

import pytest

from models.base.contact import is_mobile
from models.people.rules import (
    mask_id_no,
    mask_mobile,
    normalise_id_no,
)
from models.transfer.cells import has_full_width, lost_precision

GOOD = "371327198506150012"


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        (" 11010519491231002x\t", "11010519491231002X"),
        ("３７１３２７１９８５０６１５００１２", GOOD),
        ("\u300011010519491231002ｘ\u3000", "11010519491231002X"),
        ("ｈ12345678", "H12345678"),
        ("37132719850615001²", "37132719850615001²"),
        ("371327 198506150012", "371327 198506150012"),
        ("\ufeff" + GOOD, "\ufeff" + GOOD),
        (GOOD + "\x00", GOOD + "\x00"),
        ("Ⅷ号ß", "Ⅷ号ß"),
        ("", ""),
    ],
)
def test_normalise_folds_full_width_and_nothing_else(raw: str, clean: str) -> None:
    assert normalise_id_no(raw) == clean
    assert normalise_id_no(clean) == clean


@pytest.mark.parametrize(
    ("id_no", "masked"),
    [(GOOD, "371*************12"), ("H12345678", "H12****78"), ("12345", "*****"), ("", "")],
)
def test_id_mask_keeps_three_and_two(id_no: str, masked: str) -> None:
    assert mask_id_no(id_no) == masked


@pytest.mark.parametrize(
    ("mobile", "masked"), [("13800001234", "138****1234"), ("1234567", "*******"), ("", "")]
)
def test_mobile_mask_keeps_three_and_four(mobile: str, masked: str) -> None:
    assert mask_mobile(mobile) == masked


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("13800001234", True),
        ("19999999999", True),
        ("12800001234", False),
        ("1380000123", False),
        ("138000012345", False),
        ("1380000123４", False),
        ("1380000123²", False),
        ("13800001234\n", False),
        ("+8613800001234", False),
        ("", False),
    ],
)
def test_mobile_is_eleven_ascii_digits(text: str, expected: bool) -> None:
    assert is_mobile(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("abc123", False),
        ("张三²", False),
        ("１", True),
        ("Ａ", True),
        ("a\u3000b", True),
        ("", False),
    ],
)
def test_full_width_forms_are_seen(text: str, expected: bool) -> None:
    assert has_full_width(text) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (371327198506150000, True),
        (3.7132719850615e17, True),
        (-20203714132000000, True),
        (10**15, True),
        (10**15 - 1, False),
        (963713273100123, False),
        (13800001234.0, False),
        (0.1, False),
        (0, False),
        (float("inf"), True),
        (float("nan"), True),
    ],
)
def test_numbers_over_fifteen_digits_have_lost_precision(value: float, expected: bool) -> None:
    assert lost_precision(value) is expected


def test_masks_show_no_birth_date() -> None:
    assert not re.search(r"1985|0615", mask_id_no(GOOD))

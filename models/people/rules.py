"""Rules on identity documents and phone numbers: what is refused, what is only doubted."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

from stdnum.cn import ric
from stdnum.exceptions import ValidationError

from models.base.spelling import half_width

RESIDENT_ID: Final = "1"
TAIWAN_TRAVEL_PERMIT: Final = "8"
FOREIGN_PERMANENT_RESIDENCE: Final = "9"
PASSPORT: Final = "A"
HONG_KONG_MACAO_PERMIT: Final = "C"
RESIDENCE_PERMIT: Final = "D"

_RESIDENCE_PERMIT_AREAS = frozenset({"810000", "820000", "830000"})
_EARLIEST_BIRTH = date(1900, 1, 1)

#: How many characters at the head and at the tail of a masked number stay to be seen.
ID_ENDS: Final = (3, 2)
MOBILE_ENDS: Final = (3, 4)

# [0-9], never \d: \d takes the digits of every script.
_GB11643 = re.compile(r"[0-9]{17}[0-9X]")
# Provinces of GB/T 2260, then 81-83 of residence permits and 9x of foreign cards.
_PROVINCE = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|9[1-9]")
_LEGACY_FOREIGN_CARD = re.compile(r"[A-Z]{3}[0-9]{12}")
_LATIN = re.compile(r"[0-9A-Z]{1,30}")
# Officers' cards read like 南字第01234567号, so these documents may hold Chinese characters.
_LATIN_OR_CHINESE = re.compile(r"[0-9A-Z\u3400-\u4dbf\u4e00-\u9fff]{1,30}")
_SHAPES: Final = dict.fromkeys("2345BZ", _LATIN_OR_CHINESE) | {
    "6": _LATIN,
    "7": _LATIN,
    PASSPORT: _LATIN,
    TAIWAN_TRAVEL_PERMIT: re.compile(r"[0-9]{8}([0-9]{2})?"),
    HONG_KONG_MACAO_PERMIT: re.compile(r"[HM][0-9]{8}([0-9]{2})?"),
}


@dataclass(frozen=True, slots=True)
class IdCheck:
    """The verdict on one document number.

    `problem` is one of `type length digits birth_date checksum province format` and refuses the
    number; `warning` (`region`) lets it pass as doubtful. `birth_date` and `sex` ("1" male,
    "2" female) are None where the document does not carry them.
    """

    ok: bool
    problem: str | None = None
    warning: str | None = None
    birth_date: date | None = None
    sex: str | None = None


def normalise_id_no(raw: str) -> str:
    """Fold full-width forms to ASCII, strip the ends and put ASCII letters in upper case.

    Inner spaces, BOM and NUL stay, to be refused.
    """
    return "".join(c.upper() if c.isascii() else c for c in half_width(raw).strip())


def check_id(id_type: str, id_no: str, today: date) -> IdCheck:
    """Judge a normalised document number by its type (JY/T 1001 codes plus C and D, facts 3-4).

    `today` is the Shanghai date; a birth date after it is refused.
    """
    if id_type in _NUMBERED:
        return _NUMBERED[id_type](id_no, today)
    shape = _SHAPES.get(id_type)
    if shape is None:
        return _refused("type")
    return IdCheck(ok=True) if shape.fullmatch(id_no) else _refused("format")


def make_id_no(area6: str, birth: date, order: int) -> str:
    """Build an 18-digit number with a right check digit, for seeds and tests (GB 11643).

    :raises ValueError: if the area is not six ASCII digits or the order not 0..999
    """
    if not re.fullmatch(r"[0-9]{6}", area6):
        raise ValueError("The area code must be six digits.")
    if not 0 <= order <= 999:
        raise ValueError("The order code must be between 0 and 999.")
    body = f"{area6}{birth.isoformat().replace('-', '')}{order:03d}"
    # The function wants a number with its check digit and ignores that digit.
    return body + ric.calc_check_digit(body + "0")


def mask_id_no(id_no: str) -> str:
    """Hide all but the first three and the last two characters; a short number is hidden whole."""
    return _mask(id_no, *ID_ENDS)


def mask_mobile(mobile: str) -> str:
    """Hide all but the first three and the last four digits; a short number is hidden whole."""
    return _mask(mobile, *MOBILE_ENDS)


def _check_resident(id_no: str, today: date) -> IdCheck:
    """GB 11643. The county is a soft check: tables miss new codes and rows before a change."""
    checked = _check_gb11643(id_no, today)
    if not checked.ok or _is_known_region(id_no[:10]):
        return checked
    return IdCheck(True, None, "region", checked.birth_date, checked.sex)


def _check_residence_permit(id_no: str, today: date) -> IdCheck:
    """港澳台居民居住证: GB 11643 with one of three fixed areas."""
    checked = _check_gb11643(id_no, today)
    if checked.ok and id_no[:6] not in _RESIDENCE_PERMIT_AREAS:
        return _refused("province")
    return checked


def _check_foreign_card(id_no: str, today: date) -> IdCheck:
    """外国人永久居留身份证: since 2023-12 eighteen digits from 9; before, AAA + 12 digits."""
    if _LEGACY_FOREIGN_CARD.fullmatch(id_no):
        return IdCheck(ok=True)
    checked = _check_gb11643(id_no, today)
    if checked.ok and not id_no.startswith("9"):
        return _refused("province")
    return checked


_NUMBERED: Final[dict[str, Callable[[str, date], IdCheck]]] = {
    RESIDENT_ID: _check_resident,
    RESIDENCE_PERMIT: _check_residence_permit,
    FOREIGN_PERMANENT_RESIDENCE: _check_foreign_card,
}


def _check_gb11643(id_no: str, today: date) -> IdCheck:
    if len(id_no) != 18:
        return _refused("length")
    if not _GB11643.fullmatch(id_no):
        return _refused("digits")
    birth_date = _birth_date(id_no[6:14])
    if birth_date is None or not _EARLIEST_BIRTH <= birth_date <= today:
        return _refused("birth_date")
    if id_no[-1] != ric.calc_check_digit(id_no):
        return _refused("checksum")
    if not _PROVINCE.match(id_no):
        return _refused("province")
    return IdCheck(ok=True, birth_date=birth_date, sex="1" if int(id_no[16]) % 2 else "2")


def _birth_date(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


@lru_cache(maxsize=8192)  # the library reads its list of counties through for every question
def _is_known_region(area_and_year: str) -> bool:
    try:
        ric.get_birth_place(f"{area_and_year}0101")
    except (ValidationError, KeyError):  # stdnum 2.2 leaks KeyError for counties it lacks.
        return False
    return True


def _mask(text: str, head: int, tail: int) -> str:
    hidden = len(text) - head - tail
    if hidden <= 0:
        return "*" * len(text)
    return text[:head] + "*" * hidden + text[-tail:]


def _refused(problem: str) -> IdCheck:
    return IdCheck(ok=False, problem=problem)

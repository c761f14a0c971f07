"""Numbers of teachers' certificates: the document that a person brings or a restriction names."""

import re
from dataclasses import dataclass
from typing import Final, Literal

from models.people.rules import normalise_id_no

FIRST_YEAR: Final = 1996
LAST_V15_YEAR: Final = 1999
"""Up to this year a number has the 15-digit layout, also when "19" was put before it."""

FIRST_GB_SEX_YEAR: Final = 2009
"""Since this year the sex digit is 1 male, 2 female; before, sources disagree (facts 1.1)."""

_V15 = re.compile(r"([0-9]{4})([0-9]{6})([1-7])([0-2])([0-9]{5})")
_V17 = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{3})([1-7])([0-2])([0-9]{6})")


@dataclass(frozen=True, slots=True)
class CertificateNo:
    """The parts of a certificate number.

    `raw` is the number as printed, `canonical` its 17 digits. Layout v15 carries the holder's
    six-digit `area` and no `authority`, v17 the three-digit `authority` and no `area`.
    """

    layout: Literal["v15", "v17"]
    year: int
    province: str
    authority: str | None
    area: str | None
    qualification_type: int
    sex: str
    serial: int
    raw: str
    canonical: str


def decode_certificate_no(text: str, *, last_year: int | None = None) -> CertificateNo:
    """Take a certificate number of 15 or 17 digits apart; years to 1999 have the v15 layout.

    `last_year` is the current year and bounds the number's year; None leaves it open.

    :raises ValueError: if it is no certificate number
    """
    if not re.fullmatch(r"[0-9]{15}|[0-9]{17}", text):
        raise ValueError("A certificate number has 15 or 17 digits and nothing else.")
    canonical = text if len(text) == 17 else f"19{text}"
    year = int(canonical[:4])
    latest = 9999 if last_year is None else last_year
    if not FIRST_YEAR <= year <= latest:
        raise ValueError(f"The year must be between {FIRST_YEAR} and {latest}, but is {year}.")
    return _decode_v15(canonical, text) if year <= LAST_V15_YEAR else _decode_v17(canonical, text)


def canonical_certificate_no(text: str) -> str:
    """Spell a number as certificates are stored: full-width forms folded, 17 digits.

    What is no certificate number is folded only, to be refused where it is typed.
    """
    folded = normalise_id_no(text)
    try:
        return decode_certificate_no(folded).canonical
    except ValueError:
        return folded


def sex_differs(number: CertificateNo, sex: str) -> bool:
    """Tell whether the number contradicts the holder's sex; a flag, never a refusal.

    Numbers before 2009 and holders of unknown sex never differ: the early digit has no sure
    meaning (facts 1.1).
    """
    return number.year >= FIRST_GB_SEX_YEAR and sex in {"1", "2"} and number.sex != sex


def _decode_v15(canonical: str, raw: str) -> CertificateNo:
    match = _V15.fullmatch(canonical)
    if match is None:
        raise ValueError("Before 2000, digit 9 of 15 is the type (1-7) and digit 10 the sex (0-2).")
    year, area, kind, sex, serial = match.groups()
    return CertificateNo(
        "v15", int(year), area[:2], None, area, int(kind), sex, int(serial), raw, canonical
    )


def _decode_v17(canonical: str, raw: str) -> CertificateNo:
    match = _V17.fullmatch(canonical)
    if match is None:
        raise ValueError("Since 2000, digit 10 of 17 is the type (1-7) and digit 11 the sex (0-2).")
    year, province, authority, kind, sex, serial = match.groups()
    return CertificateNo(
        "v17", int(year), province, authority, None, int(kind), sex, int(serial), raw, canonical
    )

"""Numbers of certification: certificate number, application number (报名号), receipt number."""

import re
from dataclasses import dataclass
from typing import Final, Literal

FIRST_YEAR: Final = 1996
LAST_V15_YEAR: Final = 1999
"""Up to this year a number has the 15-digit layout, also when "19" was put before it."""

FIRST_GB_SEX_YEAR: Final = 2009
"""Since this year the sex digit is 1 male, 2 female; before, sources disagree (facts 1.1)."""

_V15 = re.compile(r"([0-9]{4})([0-9]{6})([1-7])([0-2])([0-9]{5})")
_V17 = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{3})([1-7])([0-2])([0-9]{6})")
_APPLICATION = re.compile(r"B([0-9]{4})([0-9]{2})([0-9]{3})([0-9]{2})([0-9]{6})")
_RECEIPT = re.compile(r"SL([0-9]{4})([0-9]{2})([0-9]{3})([0-9]{6})")


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


@dataclass(frozen=True, slots=True)
class ApplicationNo:
    """The parts of an application number."""

    year: int
    province: str
    authority: str
    batch_no: int
    serial: int


@dataclass(frozen=True, slots=True)
class ReceiptNo:
    """The parts of a receipt number."""

    year: int
    province: str
    authority: str
    serial: int


def certificate_no(  # noqa: PLR0917 -- the arguments stand in the order of the digits
    year: int, province: str, authority: str, qualification_type: int, sex: str, serial: int
) -> str:
    """Compose the 17 digits: year 4, province 2, authority 3, type 1, sex 1, serial 6 (facts 1.1).

    The serial counts all certificates of one authority and year. `sex` is "1" or "2".

    :raises ValueError: if a part is out of its range
    """
    # An earlier year would be read back in the 15-digit layout.
    _require_between("year", year, LAST_V15_YEAR + 1, 9999)
    _require_between("qualification type", qualification_type, 1, 7)
    if sex not in {"1", "2"}:
        raise ValueError("The sex digit of a new certificate number must be 1 or 2.")
    return f"{year}{_org(province, authority)}{qualification_type}{sex}{_serial(serial)}"


def decode_certificate_no(text: str, *, last_year: int | None = None) -> CertificateNo:
    """Take a certificate number of 15 or 17 digits apart; years to 1999 have the v15 layout.

    `last_year` is the current year and bounds the number's year; None leaves it open.

    :raises ValueError: if it is no certificate number
    """
    if not re.fullmatch(r"[0-9]{15}|[0-9]{17}", text):
        raise ValueError("A certificate number has 15 or 17 digits and nothing else.")
    canonical = text if len(text) == 17 else f"19{text}"
    year = int(canonical[:4])
    _require_between("year", year, FIRST_YEAR, 9999 if last_year is None else last_year)
    return _decode_v15(canonical, text) if year <= LAST_V15_YEAR else _decode_v17(canonical, text)


def sex_differs(number: CertificateNo, sex: str) -> bool:
    """Tell whether the number contradicts the holder's sex; a flag, never a refusal.

    Numbers before 2009 and holders of unknown sex never differ: the early digit has no sure
    meaning (facts 1.1).
    """
    return number.year >= FIRST_GB_SEX_YEAR and sex in {"1", "2"} and number.sex != sex


def application_no(year: int, province: str, authority: str, batch_no: int, serial: int) -> str:
    """Compose a 报名号: B, year 4, organisation 5, batch 2, serial 6 (reading 15).

    :raises ValueError: if a part is out of its range
    """
    _require_between("year", year, 1000, 9999)
    _require_between("batch number", batch_no, 0, 99)
    return f"B{year}{_org(province, authority)}{batch_no:02d}{_serial(serial)}"


def decode_application_no(text: str) -> ApplicationNo:
    """Take a 报名号 apart.

    :raises ValueError: if it has another shape
    """
    match = _APPLICATION.fullmatch(text)
    if match is None:
        raise ValueError("An application number is the letter B and 17 digits.")
    year, province, authority, batch_no, serial = match.groups()
    return ApplicationNo(int(year), province, authority, int(batch_no), int(serial))


def receipt_no(year: int, province: str, authority: str, serial: int) -> str:
    """Compose a 受理凭证号: SL, year 4, organisation 5, serial 6 (facts 9).

    :raises ValueError: if a part is out of its range
    """
    _require_between("year", year, 1000, 9999)
    return f"SL{year}{_org(province, authority)}{_serial(serial)}"


def decode_receipt_no(text: str) -> ReceiptNo:
    """Take a 受理凭证号 apart.

    :raises ValueError: if it has another shape
    """
    match = _RECEIPT.fullmatch(text)
    if match is None:
        raise ValueError("A receipt number is the letters SL and 15 digits.")
    year, province, authority, serial = match.groups()
    return ReceiptNo(int(year), province, authority, int(serial))


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


def _org(province: str, authority: str) -> str:
    if not re.fullmatch(r"[0-9]{2}", province):
        raise ValueError("The province code must be two digits.")
    if not re.fullmatch(r"[0-9]{3}", authority):
        raise ValueError("The authority code must be three digits.")
    return province + authority


def _serial(serial: int) -> str:
    _require_between("serial", serial, 1, 999_999)
    return f"{serial:06d}"


def _require_between(part: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise ValueError(f"The {part} must be between {low} and {high}, but is {value}.")

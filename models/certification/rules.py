"""Numbers that certification issues: certificates, applications (报名号), receipts."""

import re
from dataclasses import dataclass

from models.people.certificate_numbers import LAST_V15_YEAR

_APPLICATION = re.compile(r"B([0-9]{4})([0-9]{2})([0-9]{3})([0-9]{2})([0-9]{6})")
_RECEIPT = re.compile(r"SL([0-9]{4})([0-9]{2})([0-9]{3})([0-9]{6})")


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

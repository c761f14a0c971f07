"""What is wrong with the identity and contacts of a person, typed or imported: column, sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from models.base.contact import is_mobile
from models.people.choices import IdCheckState
from models.people.rules import RESIDENT_ID, IdCheck, check_id
from models.text import Message, msg

#: Columns that are judged together because one says what another must be.
IDENTITY = ("id_type", "id_no", "sex", "birth_date")
ID_PROBLEMS: dict[str, Message] = {
    "length": msg("A resident ID number has 18 characters."),
    "digits": msg("An ID number holds digits only, the last may be X."),
    "birth_date": msg("The date of birth inside the ID number does not exist or lies ahead."),
    "checksum": msg("The check digit is wrong: the number was mistyped."),
    "province": msg("The ID number begins with an unknown province."),
    "format": msg("The number does not have the form of this document."),
    "type": msg("This type of document is not known."),
}
_ZIP = re.compile(r"[0-9]{6}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


def id_check_state(id_type: str, check: IdCheck) -> IdCheckState:
    """Return what is kept of the check of a document that was not refused; of other documents than
    resident IDs only the form can be checked.
    """
    if id_type != RESIDENT_ID or not check.ok:
        return IdCheckState.unchecked
    return IdCheckState.region_warn if check.warning else IdCheckState.ok


def person_faults(
    values: Any, changed: frozenset[str], today: date
) -> Iterator[tuple[str, Message]]:
    """Yield the faults of what was changed: what was stored before is not refused now.

    ``values`` has the columns of a person; ``today`` is the Shanghai date.
    """
    if changed & frozenset(IDENTITY):
        yield from _identity_faults(values, today)
    if "mobile" in changed and values.mobile and not is_mobile(values.mobile):
        yield "mobile", msg("A mobile number has eleven digits and begins with 13 to 19.")
    if "zip_code" in changed and values.zip_code and not _ZIP.fullmatch(values.zip_code):
        yield "zip_code", msg("A postcode has six digits.")
    if "email" in changed and values.email and not _EMAIL.fullmatch(values.email):
        yield "email", msg("This is no e-mail address.")


def _identity_faults(values: Any, today: date) -> Iterator[tuple[str, Message]]:
    check = check_id(values.id_type, values.id_no, today)
    if not check.ok:
        yield "id_no", ID_PROBLEMS[str(check.problem)]
        return
    if check.sex is not None and check.sex != values.sex:
        yield "sex", msg("The ID number says another sex.")
    if check.birth_date is not None and check.birth_date != values.birth_date:
        yield "birth_date", msg("The ID number says another birth date.")

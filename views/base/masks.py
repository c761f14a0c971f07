"""How personal data is hidden where it need not be seen."""

from __future__ import annotations

from typing import Any

from models.base.columns import Sensitivity
from models.people.rules import mask_id_no, mask_mobile

HIDDEN = "****"
#: How much of an address stays to be seen: the province and its kind.
OPEN_ADDRESS = 6


def masked(kind: Sensitivity, value: Any) -> str:
    """Return what everybody may see of a personal value: enough to recognise it, too little to use
    it.
    """
    if value is None or value == "":
        return ""
    text = str(value)
    if kind == "id_no":
        return mask_id_no(text)
    if kind == "mobile":
        return mask_mobile(text)
    if kind == "email":
        return _email(text)
    is_long = kind == "address" and len(text) > OPEN_ADDRESS
    return text[:OPEN_ADDRESS] + HIDDEN if is_long else HIDDEN


def _email(text: str) -> str:
    name, at, domain = text.partition("@")
    return f"{name[:1]}{HIDDEN}{at}{domain}" if at else HIDDEN

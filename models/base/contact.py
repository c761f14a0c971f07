"""Telephone numbers and e-mail addresses: what can be one at all."""

from __future__ import annotations

import re
from typing import Final

_MOBILE: Final = re.compile(r"1[3-9][0-9]{9}")
_EMAIL: Final = re.compile(
    r"[!#-'*+./0-9=?^_`a-z{|}~-]{1,64}@([a-z0-9-]{1,63}\.)+[a-z]{2,63}", re.I | re.A
)


def is_mobile(text: str) -> bool:
    """Tell whether the text is a mainland mobile number: eleven ASCII digits, 13 to 19 first."""
    return _MOBILE.fullmatch(text) is not None


def is_email(text: str) -> bool:
    """Tell whether the text has the shape of an e-mail address; whether it exists, mail tells."""
    return _EMAIL.fullmatch(text) is not None

"""What a log line must not hold: personal numbers, e-mail addresses, query strings.

It stands where records are made, so that no logger and no handler gets round it: ours, the
server's, those of libraries, and the text of exceptions.
"""

from __future__ import annotations

import logging
import re
from typing import Any, Final

from flask import Flask

#: Cards, telephones and documents with their letters, as a word of their own: not inside the hex
#: number of a request, nor a size with its unit.
_NUMBER: Final = re.compile(r"(?<![0-9A-Za-z])(?:[A-Za-z]{1,3}\d{6,}|\d{8,})[Xx]?(?![0-9A-Za-z])")
#: Groups of a number written with blanks or dashes between them.
_GROUPS: Final = re.compile(
    r"(?<![0-9A-Za-z])(?:\d{6}[ -]\d{8}[ -]\d{3}[0-9Xx]|1[3-9]\d[ -]\d{4}[ -]\d{4})(?![0-9A-Za-z])"
)
_ADDRESS: Final = re.compile(r"[^\s@'\"<>(=:]+@[^\s@'\"<>),:]+\.[A-Za-z]{2,}")
#: The query of an address, of whatever form.
_QUERY: Final = re.compile(r"(/[^\s?'\"]*)\?[^\s'\"]+")
#: What PostgreSQL quotes of a row that it refuses.
_ROW: Final = re.compile(r"(\)=|contains |含)\(.*\)")

_FORMATTER: Final = logging.Formatter()


def init_app(_app: Flask) -> None:
    """Mask every record of this process from now on; doing it twice is once."""
    logging.setLogRecordFactory(masked_record)


def mask(text: str) -> str:
    """Return a line of a log without what is personal."""
    for hidden, instead in (
        (_ROW, r"\1(…)"),
        (_QUERY, r"\1?…"),
        (_ADDRESS, "…@…"),
        (_GROUPS, "***"),
        (_NUMBER, "***"),
    ):
        text = hidden.sub(instead, text)
    return text


def masked_record(*args: Any, **kwargs: Any) -> logging.LogRecord:
    """Make a record whose message and exception are masked already."""
    record = logging.LogRecord(*args, **kwargs)
    try:
        record.msg, record.args = mask(record.getMessage()), ()
    except (TypeError, ValueError):  # a mistake of whoever logs; the handler tells it
        return record
    if record.exc_info and record.exc_info[0] is not None:
        record.exc_text = mask(_FORMATTER.formatException(record.exc_info))
    if record.stack_info:
        record.stack_info = mask(record.stack_info)
    return record

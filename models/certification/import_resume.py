"""The résumé cell of a workbook: ``2016-09~2020-06|单位|职务|证明人``, lines parted by ``;``."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from models.errors import BadInput
from models.text import msg
from models.transfer.cells import need_sane_year

MONTHS = re.compile(r"(\d{4})[-./](\d{1,2})\s*[~～至]\s*(?:(\d{4})[-./](\d{1,2})|至?今)?", re.ASCII)
LENGTHS = {"unit": 120, "position": 60, "witness": 60}


def read_resume(text: str | None) -> list[dict[str, Any]]:
    """Return the lines as values of ``application_resume``; an open end means "until now".

    :raises BadInput: when a line does not have the form, or its months are no months or in reverse.
    """
    lines = re.split(r"[;；\n]", text or "")
    return [_line(line.strip()) for line in lines if line.strip()]


def _line(line: str) -> dict[str, Any]:
    months, *rest = (part.strip() for part in re.split(r"[|｜]", line))
    found = MONTHS.fullmatch(months)
    if not found or not rest or not rest[0] or len(rest) > len(LENGTHS):
        raise BadInput(
            msg("Write each line as 2016-09~2020-06|school|position|witness, parted by semicolons.")
        )
    start, end = _month(found[1], found[2]), _month(found[3], found[4]) if found[3] else None
    if end and end < start:
        raise BadInput(msg("The end of %(months)s lies before its start.", months=months))
    values = dict(zip(LENGTHS, (*rest, None, None), strict=False))
    for name, value in values.items():
        if value and len(value) > LENGTHS[name]:
            raise BadInput(msg("At most %(length)s characters.", length=LENGTHS[name]))
    return {"start_month": start, "end_month": end} | {k: v or None for k, v in values.items()}


def _month(year: str, month: str) -> date:
    try:
        return need_sane_year(date(int(year), int(month), 1))
    except ValueError as error:
        raise BadInput(msg("%(text)s is no month.", text=f"{year}-{month}")) from error

"""The columns of a workbook of applications: headings, what is mandatory, how a cell becomes a
value.

Headings and labels are those of the mapped class, so that a column is named once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from sqlalchemy import Boolean, Date

from models import clock
from models.base.columns import meta
from models.base.types import Instant
from models.certification.tables import CertificationApplication
from models.errors import BadInput
from models.text import msg
from models.transfer.cells import bounded, choice_reader, read_number_text, read_text

#: Codes of a set by code and by label, as the loader of look-ups makes them.
Codes = Mapping[str, Mapping[str, str]]

#: Days and times outside are typing errors, or what Excel makes of a number that is no date.
FIRST_YEAR, LAST_YEAR = 1900, 2100
Day = TypeVar("Day", date, datetime)

TABLE = CertificationApplication.__table__
YES = frozenset({"是", "有", "1", "true", "yes", "y", "√"})
NO = frozenset({"否", "无", "0", "false", "no", "n", ""})


@dataclass(frozen=True, slots=True)
class Field:
    """One heading: the attribute it fills, whether a cell must be there, whether it is a
    look-up.
    """

    name: str
    heading: str
    required: bool = False
    lookup: bool = False


def _field(name: str, *, required: bool = False, lookup: bool = False) -> Field:
    return Field(name, meta(TABLE.c[name]).label.zh, required, lookup)


RESUME = Field("resume", "简历")
FIELDS: tuple[Field, ...] = (
    _field("apply_no"),
    _field("plan_id", lookup=True),
    _field("org_id", required=True, lookup=True),
    _field("site_id", required=True, lookup=True),
    _field("name", required=True),
    _field("id_type", required=True),
    _field("id_no", required=True),
    _field("sex"),
    _field("birth_date"),
    _field("ethnic_code", required=True),
    _field("political_code", required=True),
    _field("exam_channel", required=True),
    _field("qualification_type", required=True),
    _field("subject_id", required=True, lookup=True),
    _field("place_basis", required=True),
    _field("edu_level_code", required=True),
    _field("degree_code"),
    _field("school_name", required=True),
    _field("major_code"),
    _field("major_category_code"),
    _field("learn_form_code"),
    _field("graduated_on"),
    _field("is_fresh_graduate"),
    _field("pth_level_code"),
    _field("pth_cert_no"),
    _field("work_unit"),
    _field("occupation_code"),
    _field("title_code"),
    _field("address", required=True),
    _field("zip_code"),
    _field("mobile", required=True),
    _field("email"),
    _field("pledge_signed"),
    _field("submitted_at"),
    RESUME,
)
BY_HEADING = {field.heading: field for field in FIELDS}
BY_NAME = {field.name: field for field in FIELDS}


def need_sane_year(day: Day) -> Day:
    """Return a day or time of the years that an application can speak of.

    :raises BadInput: for another year.
    """
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise BadInput(
            msg(
                "The year must lie between %(first)s and %(last)s.",
                first=FIRST_YEAR,
                last=LAST_YEAR,
            )
        )
    return day


def read_day(cell: Any) -> date | None:
    """Return a date cell, or a text of the form 2026-11-23, 2026/11/23 or 20261123.

    :raises BadInput: when it is no date, or one of another age.
    """
    if isinstance(cell, datetime | date):
        return need_sane_year(date(cell.year, cell.month, cell.day))
    text = read_text(cell)
    if text is None:
        return None
    for form in ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d"):
        try:
            day = datetime.strptime(text, form).replace(tzinfo=UTC).date()
        except ValueError:
            continue
        return need_sane_year(day)
    raise BadInput(msg("%(text)s is no date. Write it as 2026-11-23.", text=text[:20]))


def read_instant(cell: Any) -> datetime | None:
    """Return Shanghai wall time as an aware instant; a bare day means its start.

    :raises BadInput: when it is no date and time, or one of another age.
    """
    if isinstance(cell, str):
        for form in ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"):
            try:
                cell = datetime.strptime(cell.strip(), form)  # noqa: DTZ007 -- made aware below
                break
            except ValueError:
                continue
    if isinstance(cell, datetime):
        return need_sane_year(cell).replace(tzinfo=clock.SHANGHAI).astimezone(UTC)
    day = read_day(cell)
    return clock.day_start(day) if day else None


def read_claim(cell: Any) -> bool:
    """Return 是/否.

    :raises BadInput: for anything else.
    """
    text = (read_text(cell) or "").lower()
    if text in YES:
        return True
    if text in NO:
        return False
    raise BadInput(msg("Write 是 or 否."))


Reader = Callable[[Any, Codes], Any]


def _code_reader(name: str) -> Reader:
    code_set = str(meta(TABLE.c[name]).code_set)

    def read(cell: Any, codes: Codes) -> str | None:
        text = read_text(cell)
        if text is None:
            return None
        found = codes.get(code_set, {}).get(text)
        if found is None:
            raise BadInput(msg("%(text)s is not in the list of codes.", text=text[:30]))
        return found

    return read


def _plain_reader(read: Callable[[Any], Any]) -> Reader:
    return lambda cell, _codes: read(cell)


#: Documents and telephones: what is typed in full width would never be found again.
NUMBERS = frozenset({"id_no", "apply_no", "mobile"})


def _reader(field: Field) -> Reader:
    """Return how the cells of a column are read; look-ups and the résumé stay text."""
    if field.lookup or field is RESUME:
        return _plain_reader(read_text)
    column = TABLE.c[field.name]
    if field.name in NUMBERS:
        return _plain_reader(read_number_text)
    if meta(column).choices:
        return _plain_reader(choice_reader(column))
    if meta(column).code_set:
        return _code_reader(field.name)
    kinds = ((Boolean, read_claim), (Instant, read_instant), (Date, read_day))
    for kind, read in kinds:
        if isinstance(column.type, kind):
            return _plain_reader(read)
    return _plain_reader(read_text)


def _length(field: Field) -> int | None:
    is_plain = not field.lookup and field is not RESUME
    return getattr(TABLE.c[field.name].type, "length", None) if is_plain else None


READERS = {field.name: _reader(field) for field in FIELDS}
LENGTHS = {field.name: _length(field) for field in FIELDS}


def read_cell(field: Field, cell: Any, codes: Codes) -> Any:
    """Turn the cell of a plain field into the column's value; look-ups and the résumé stay text.

    :raises BadInput: with the reason, without naming the heading.
    """
    return bounded(READERS[field.name](cell, codes), LENGTHS[field.name])

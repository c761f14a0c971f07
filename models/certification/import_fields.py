"""The columns of a workbook of applications: headings, what is mandatory, how a cell becomes a
value.

Headings and labels are those of the mapped class, so that a column is named once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from models.base.columns import meta
from models.certification.tables import CertificationApplication
from models.text import Label
from models.transfer.cells import Codes, Reader, bounded, column_reader, read_number_text, read_text
from models.transfer.declaring import ImportField

TABLE = CertificationApplication.__table__


@dataclass(frozen=True, slots=True)
class Field(ImportField):
    """A column of a workbook of applications; a look-up stays text until the row is whole."""

    lookup: bool = False

    @property
    def heading(self) -> str:
        """The heading of its column."""
        return self.label.zh


def _field(name: str, *, required: bool = False, lookup: bool = False) -> Field:
    return Field(name, meta(TABLE.c[name]).label, required, TABLE.c[name], lookup)


RESUME = Field("resume", Label("简历", "Résumé"))
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


def _plain_reader(read: Callable[[Any], Any]) -> Reader:
    return lambda cell, _codes: read(cell)


#: Documents and telephones: what is typed in full width would never be found again.
NUMBERS = frozenset({"id_no", "apply_no", "mobile"})


def _reader(field: Field) -> Reader:
    """Return how the cells of a column are read; look-ups and the résumé stay text."""
    if field.lookup or field is RESUME:
        return _plain_reader(read_text)
    if field.name in NUMBERS:
        return _plain_reader(read_number_text)
    return column_reader(TABLE.c[field.name])


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

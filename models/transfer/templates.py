"""The workbook into which people fill what is to be imported: headings, lists to choose from, text
where numbers are long, and a sheet that explains.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any, Final

import xlsxwriter
from sqlalchemy import Boolean, Date, Integer, select
from sqlalchemy.orm import Session
from xlsxwriter.utility import xl_col_to_name

from models.base.columns import meta
from models.base.types import Instant
from models.text import Label
from models.transfer.codes import offered
from models.transfer.columns import NO, YES, Text
from models.transfer.declaring import Importer, ImportField
from models.transfer.importing import ADDED_HEADINGS, Outfit
from models.transfer.lookups import is_reference, target_of

#: Rows below the headings that are formatted and offer lists.
ROWS: Final = 5_000
CHOICES: Final = Label("选项", "Choices")
EXPLAINED: Final = Label("填写说明", "How to fill in")
CODE: Final = Label("代码", "Code")
OPTIONAL: Final = Label("选填", "optional")
#: Records that a cell may name are listed up to so many.
MOST_LISTED: Final = 500
HEADS: Final = (
    Label("列标题", "Heading"),
    Label("要求", "Requirement"),
    Label("怎样填写", "How to write it"),
)
#: How values of a kind are written.
HOWS: Final[Mapping[str, Label]] = {
    "choice": Label("从下拉列表选择，或填写代码", "Choose from the list, or write the code"),
    "claim": Label("填“是”或“否”", "Write 是 or 否"),
    "instant": Label("日期或时间，如 2026-11-23 09:00", "A day or time, such as 2026-11-23 09:00"),
    "end": Label(
        "日期或时间，如 2026-11-23（到当日结束）或 2026-11-23 18:00",
        "A day or time, such as 2026-11-23 (to its end) or 2026-11-23 18:00",
    ),
    "day": Label("日期，如 2026-11-23", "A day, such as 2026-11-23"),
    "whole": Label("整数", "A whole number"),
    "record": Label("填写名称或代码", "The name or code of the record"),
    "listed": Label(
        "从下拉列表选择，或填写名称或代码", "Choose from the list, or write the name or code"
    ),
    "text": Label("文字", "Text"),
}


#: A list takes a column for its words and one for their codes.
COLUMNS_OF_A_LIST: Final = 2
#: Formats of cells by the kind of their column; what is not named here is text.
FORMS: Final[Mapping[str, str]] = {
    "day": "yyyy-mm-dd",
    "instant": "yyyy-mm-dd hh:mm",
    "whole": "General",
}
TEXT: Final = "@"


@dataclass(frozen=True, slots=True)
class Guide:
    """How one column is filled: whether it must be, its kind (a key of :data:`HOWS`), what is to be
    said of it, and what may be chosen: words, with their codes where they have any.
    """

    field: ImportField
    kind: str
    choices: Sequence[tuple[str, str]] = ()
    need: Label | None = None
    note: Label | None = None


def write_template(
    session: Session,
    target: IO[bytes],
    importer: Importer,
    names: frozenset[str],
    text: Text,
) -> None:
    """Write the workbook with the columns of ``names``; headings are those that every import
    knows, explanations in the reader's language.
    """
    book = xlsxwriter.Workbook(target, {"strings_to_formulas": False})
    guides = [_guide(session, importer, each) for each in importer.fields if each.name in names]
    _write_rows(book, importer, guides)
    _write_choices(book, guides, text)
    _write_explained(book, guides, text)
    book.close()


def outfit_of(
    session: Session, importer: Importer, headings: Sequence[str], rows: int, text: Text
) -> Outfit:
    """Return what a template gives its cells, for a workbook of these headings and ``rows``."""
    fields = {field.label.zh: field for field in importer.fields}
    known = [name for name in headings if name not in ADDED_HEADINGS]
    guides = [_guide(session, importer, fields[name]) for name in known if name in fields]

    def dress(book: Any, sheets: Sequence[Any]) -> None:
        for sheet in sheets:
            _format(book, sheet, guides, max(rows, 1))
        _write_choices(book, guides, text)
        _write_explained(book, guides, text)

    texts = {guide.field.label.zh for guide in guides if guide.kind not in FORMS}
    return Outfit(frozenset(texts), dress if len(guides) == len(known) else None)


def _guide(session: Session, importer: Importer, field: ImportField) -> Guide:
    kind, choices = _kind_of(session, importer, field)
    help_ = meta(field.column).help if field.column is not None else None
    note = importer.notes.get(field.name, help_)
    return Guide(field, kind, choices, importer.need_of(field), note)


def _kind_of(
    session: Session, importer: Importer, field: ImportField
) -> tuple[str, Sequence[tuple[str, str]]]:
    """Return how a column is filled and what may be chosen for it."""
    column = field.column
    if field.name in importer.offers:
        return "choice", _worded(importer.offers[field.name])
    if column is None:
        return "text", ()
    if is_reference(column):
        narrow = importer.listed.get(field.name)
        listed = _records(session, column, narrow) if narrow else []
        return ("listed" if listed else "record"), listed
    return _kind_of_values(session, column)


def _kind_of_values(session: Session, column: Any) -> tuple[str, Sequence[tuple[str, str]]]:
    info = meta(column)
    if info.choices:
        return "choice", _worded(info.choices)
    if info.code_set:
        return "choice", offered(session, info.code_set)
    if isinstance(column.type, Boolean):
        return "claim", [(YES.zh, ""), (NO.zh, "")]
    kinds = ((Instant, "instant"), (Date, "day"), (Integer, "whole"))
    kind = next((name for type_, name in kinds if isinstance(column.type, type_)), "text")
    return ("end" if info.day == "end" else kind), ()


def _worded(choices: Mapping[str, Label]) -> list[tuple[str, str]]:
    return [(label.zh, code) for code, label in choices.items()]


def _records(
    session: Session, column: Any, narrow: Callable[[Any], Sequence[Any]]
) -> list[tuple[str, str]]:
    """Return the titles of the records that a column may name and the reader may see; none where
    they are too many to choose from.
    """
    target: Any = target_of(column)[0]
    title = getattr(target, target.__title__)
    in_use = [*narrow(target), *(getattr(target, n) for n in ("enabled",) if hasattr(target, n))]
    in_use += [~getattr(target, n) for n in ("is_deleted",) if hasattr(target, n)]
    wanted = select(title).where(*in_use).distinct().order_by(title).limit(MOST_LISTED + 1)
    found = [(str(each), "") for each in session.scalars(wanted)]
    return found if len(found) <= MOST_LISTED else []


def _write_rows(book: Any, importer: Importer, guides: Sequence[Guide]) -> None:
    sheet = book.add_worksheet(importer.table.__label__.zh.replace("/", " ")[:31])
    sheet.freeze_panes(1, 0)
    heads = {
        True: book.add_format({"bold": True, "bottom": 2, "bg_color": "#D9ECE9"}),
        False: book.add_format({"bottom": 1, "bg_color": "#EEF2F1"}),
    }
    for number, guide in enumerate(guides):
        sheet.write_string(0, number, guide.field.label.zh, heads[guide.need is not None])
    _format(book, sheet, guides, ROWS)


def _format(book: Any, sheet: Any, guides: Sequence[Guide], rows: int) -> None:
    """Give the columns of a sheet their widths and formats, and lists to so many rows."""
    forms = {form: book.add_format({"num_format": form}) for form in {TEXT, *FORMS.values()}}
    place = 0
    for number, guide in enumerate(guides):
        width = max(12, min(40, len(guide.field.label.zh) * 2 + 8))
        sheet.set_column(number, number, width, forms[FORMS.get(guide.kind, TEXT)])
        if guide.choices:
            at = xl_col_to_name(place, col_abs=True)
            source = f"='{CHOICES.zh}'!{at}$2:{at}${len(guide.choices) + 1}"
            listed = {"validate": "list", "source": source, "error_type": "warning"}
            sheet.data_validation(1, number, rows, number, listed)
            place += COLUMNS_OF_A_LIST


def _write_choices(book: Any, guides: Sequence[Guide], text: Text) -> None:
    """Write what may be chosen, each word with its code beside it."""
    sheet = book.add_worksheet(CHOICES.zh)
    for number, guide in enumerate(each for each in guides if each.choices):
        place = number * COLUMNS_OF_A_LIST
        sheet.set_column(place, place, 24)
        sheet.write_string(0, place, text(guide.field.label))
        if any(code for _word, code in guide.choices):
            sheet.write_string(0, place + 1, text(CODE))
        for row, (word, code) in enumerate(guide.choices, 1):
            sheet.write_string(row, place, word)
            sheet.write_string(row, place + 1, code)


def _write_explained(book: Any, guides: Sequence[Guide], text: Text) -> None:
    sheet = book.add_worksheet(EXPLAINED.zh)
    bold, wrap = book.add_format({"bold": True}), book.add_format({"text_wrap": True})
    for number, (head, width) in enumerate(zip(HEADS, (24, 10, 60), strict=True)):
        sheet.set_column(number, number, width)
        sheet.write_string(0, number, text(head), bold)
    for row, guide in enumerate(guides, 1):
        told = text(HOWS[guide.kind])
        sheet.write_string(row, 0, guide.field.label.zh)
        sheet.write_string(row, 1, text(guide.need or OPTIONAL))
        sheet.write_string(row, 2, f"{told}　{text(guide.note)}" if guide.note else told, wrap)

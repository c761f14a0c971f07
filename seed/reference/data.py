"""Code sets, subjects and material rules as plain rows, from the CSV files beside this file."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

_FOLDER: Final = Path(__file__).parent

ANY: Final = "*"
"""In a material rule: the column does not matter."""


def code_set_rows() -> list[dict[str, str | bool | None]]:
    """Answer the code sets: `code`, `name`, `standard` (None for a local list), `is_editable`.

    A set that restates a national standard is not editable.
    """
    return [
        {
            "code": line["code"],
            "name": line["name"],
            "standard": line["standard"] or None,
            "is_editable": line["is_editable"] == "1",
        }
        for line in _lines("code_sets.csv")
    ]


def code_item_rows() -> list[dict[str, str | int | None]]:
    """Answer the code items, parents before children: `set_code code name parent_code sort`.

    `parent_code` is a code of the same set, or None at the top; `sort` counts from 1 per set.
    """
    return [
        {
            "set_code": line["set_code"],
            "code": line["code"],
            "name": line["name"],
            "parent_code": line["parent_code"] or None,
            "sort": int(line["sort"]),
        }
        for line in _lines("code_items.csv")
    ]


def subject_rows() -> list[dict[str, Any]]:
    """Answer the subject tree, parents before children (CERT-10).

    Keys: `code`, `name`, `parent_code` (None at the top), `qualification_types` (sorted list of
    1..7; empty means all). A child never has a type that its parent lacks.
    """
    return [
        {
            "code": line["code"],
            "name": line["name"],
            "parent_code": line["parent_code"] or None,
            "qualification_types": [int(kind) for kind in line["qualification_types"].split()],
        }
        for line in _lines("subjects.csv")
    ]


def material_rule_rows() -> list[dict[str, str | int | bool | None]]:
    """Answer which materials an application needs (reading 13).

    Keys: `qualification_type` (1..7), `id_type` (a code of ID_TYPE), `is_fresh_graduate`,
    `material_code` (a code of MATERIAL_TYPE), `required`. None in one of the first three stands
    for any value ("*" in the file). For one application and one material at most one row fits,
    so no order of precedence is needed: the check-list is every row that fits, and `required`
    False puts a material on it that may be missing.
    """
    return [
        {
            "qualification_type": _number_unless_any(line["qualification_type"]),
            "id_type": _unless_any(line["id_type"]),
            "is_fresh_graduate": _flag_unless_any(line["is_fresh_graduate"]),
            "material_code": line["material_code"],
            "required": line["required"] == "1",
        }
        for line in _lines("material_rules.csv")
    ]


def _unless_any(text: str) -> str | None:
    return None if text == ANY else text


def _number_unless_any(text: str) -> int | None:
    return None if text == ANY else int(text)


def _flag_unless_any(text: str) -> bool | None:
    return None if text == ANY else text == "1"


def _lines(file_name: str) -> Iterator[dict[str, str]]:
    with (_FOLDER / file_name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)

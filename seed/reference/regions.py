"""Administrative divisions (GB/T 2260) as plain rows; source china-division 2.7.0, see NOTICE."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_FOLDER: Final = Path(__file__).parent / "regions"

_NATION: Final = "0"
_SPECIAL: Final = (
    ("71", "台湾省", True),
    ("81", "香港特别行政区", True),
    ("82", "澳门特别行政区", True),
    ("83", "台湾居民居住证(证件区划)", False),
    ("91", "外国人永久居留身份证(证件区划)", False),
)
"""Codes the source lacks. 83 and 91 begin document numbers and are no places: never offered."""

_FIRST_ZONE, _LAST_ZONE = 71, 79


def region_rows() -> list[dict[str, str | int | bool | None]]:
    """Answer all divisions, parents before children (reading 21).

    Keys: `code` (string of 2, 4 or 6 digits, "0" for the nation), `name`, `level` (0 nation,
    1 province, 2 city, 3 county), `parent_code` (None for the nation), `province_code`,
    `is_active`. Development zones (county codes ending in 71 to 79) are left out: they belong to
    the statistics office and are no divisions.
    """
    return [*_top_rows(), *_city_rows(), *_county_rows()]


def _top_rows() -> Iterator[dict[str, str | int | bool | None]]:
    yield _row(_NATION, "全国", 0, None, _NATION)
    for line in _lines("provinces.csv"):
        yield _row(line["code"], line["name"], 1, _NATION, line["code"])
    for code, name, is_active in _SPECIAL:
        yield _row(code, name, 1, _NATION, code) | {"is_active": is_active}


def _city_rows() -> Iterator[dict[str, str | int | bool | None]]:
    for line in _lines("cities.csv"):
        yield _row(line["code"], line["name"], 2, line["provinceCode"], line["provinceCode"])


def _county_rows() -> Iterator[dict[str, str | int | bool | None]]:
    for line in _lines("areas.csv"):
        if not _FIRST_ZONE <= int(line["code"][4:]) <= _LAST_ZONE:
            yield _row(line["code"], line["name"], 3, line["cityCode"], line["provinceCode"])


def _row(
    code: str, name: str, level: int, parent_code: str | None, province_code: str
) -> dict[str, str | int | bool | None]:
    return {
        "code": code,
        "name": name,
        "level": level,
        "parent_code": parent_code,
        "province_code": province_code,
        "is_active": True,
    }


def _lines(file_name: str) -> Iterator[dict[str, str]]:
    with (_FOLDER / file_name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)

"""Large scans: a picture of forty million dots takes little memory, whatever way it is written."""

from __future__ import annotations

import subprocess
import sys
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from models.errors import BadInput
from models.files.accepted import picture

#: Reads one picture and prints by how many KB the process grew at most, and how large it was kept.
READING = """
import re, sys
from io import BytesIO
from pathlib import Path
from PIL import Image
from models.files.accepted import picture
from tests.support.uploads import jpeg

def peak():  # that of getrusage is handed down by the process that starts this one
    return int(re.search(r"VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text())[1])

data = sys.stdin.buffer.read()
picture(jpeg())  # whatever is loaded once
before = peak()
kept = picture(data).data
print(peak() - before, *Image.open(BytesIO(kept)).size)
"""
MEGABYTE = 1024
MOST_GROWTH = 140 * MEGABYTE

pytestmark = pytest.mark.one_database("sqlite")


def scan(width: int, height: int, **options: Any) -> bytes:
    """Return an empty page, scanned: many dots in few bytes, with the tag of a lying camera."""
    tags = Image.Exif()
    tags[0x0112] = 6
    file = BytesIO()
    page = Image.new("L", (width, height), 240)
    page.convert("RGB").save(file, "JPEG", quality=1, exif=tags, optimize=True, **options)
    return file.getvalue()


@pytest.mark.parametrize(
    ("width", "height", "options"),
    [
        (8_000, 5_000, {"subsampling": 0}),
        (6_324, 6_324, {}),
        (4_799, 4_799, {}),
        (40_000, 1_000, {}),
        (4_160, 3_120, {}),
        (3_530, 3_530, {"progressive": True, "subsampling": 0}),
    ],
)
def test_a_large_picture_takes_little_memory(
    width: int, height: int, options: dict[str, Any]
) -> None:
    data = scan(width, height, **options)
    told = subprocess.run(
        [sys.executable, "-c", READING], input=data, capture_output=True, check=True
    )
    grown, *size = map(int, told.stdout.split())
    assert grown < MOST_GROWTH
    assert 1_600 <= max(size) <= 2_400
    assert (size[0] < size[1]) == (width > height)


@pytest.mark.parametrize(
    ("width", "height", "options"),
    [(8_001, 5_000, {}), (4_000, 3_200, {"progressive": True})],
)
def test_more_dots_are_refused_unread(width: int, height: int, options: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match="too many dots"):
        picture(scan(width, height, **options))


def test_a_small_picture_keeps_its_dots() -> None:
    with Image.open(BytesIO(picture(scan(1_200, 800)).data)) as kept:
        assert kept.size == (800, 1_200)


def test_a_progressive_picture_cut_after_its_first_scan_is_no_smaller() -> None:
    whole = scan(6_324, 6_324, progressive=True)
    first = whole.index(b"\xff\xda")
    cut = whole[: whole.index(b"\xff\xda", first + 2)] + b"\xff\xd9"
    assert cut.count(b"\xff\xda") == 1
    with pytest.raises(BadInput, match="too many dots"):
        picture(cut)

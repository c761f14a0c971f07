"""What a PDF holds, read without a library for it."""

from __future__ import annotations

import re
import zlib

STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)


def unpacked(pdf: bytes) -> bytes:
    """Return a PDF with its packed streams behind it, unpacked."""
    assert pdf.startswith(b"%PDF-")
    found = [pdf]
    for packed in STREAM.findall(pdf):
        try:
            found.append(zlib.decompress(packed))
        except zlib.error:
            continue  # a picture, or packed otherwise
    return b"\n".join(found)


def pages_in(pdf: bytes) -> int:
    """Return how many pages a PDF has."""
    return len(re.findall(rb"/Type\s*/Page\b", unpacked(pdf)))


def fonts_in(pdf: bytes) -> set[str]:
    """Return the names of the fonts that a PDF carries."""
    names = re.findall(rb"/BaseFont\s*/([^\s/<>\[\]]+)", unpacked(pdf))
    return {name.decode() for name in names}

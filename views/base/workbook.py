"""A workbook as the answer to a request."""

from __future__ import annotations

from collections.abc import Callable
from tempfile import TemporaryFile
from typing import IO

from flask import Response, send_file

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def send_workbook(name: str, write: Callable[[IO[bytes]], object]) -> Response:
    """Send what ``write`` puts into a file, under a name without its ending."""
    file = TemporaryFile()  # noqa: SIM115 -- send_file closes it
    write(file)
    file.seek(0)
    return send_file(file, XLSX, as_attachment=True, download_name=f"{name}.xlsx")

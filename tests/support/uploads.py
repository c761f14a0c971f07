"""Files to upload, and how a person uploads them."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from typing import Any

from PIL import Image
from werkzeug.test import TestResponse

from tests.support.record_pages import Staff


def jpeg(width: int = 300, height: int = 200, **options: Any) -> bytes:
    """Return a JPG."""
    file = BytesIO()
    Image.new("RGB", (width, height), "teal").save(file, "JPEG", **options)
    return file.getvalue()


def office_file(*names: str) -> bytes:
    """Return a zip that looks like an Office file with some parts."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in ("[Content_Types].xml", *names):
            archive.writestr(name, "<x/>")
    return file.getvalue()


def attach(
    staff: Staff, grid: str, key: int, data: bytes, name: str = "扫描.jpg", page: str = ""
) -> TestResponse:
    """Upload a file to a record by the form of its page, or with the token of another page."""
    page = page or f"{grid}details/?id={key}"
    found = re.search(r'name="row_version" value="(\d+)"', staff.get(page).text)
    version = found[1] if found else "1"
    fields = {"id": str(key), "column": "attachment_id", "row_version": version}
    sent = {**fields, "csrf_token": staff.token(page), "file": (BytesIO(data), name)}
    return staff.http.post(f"{grid}attach/", data=sent)


def state_purpose(staff: Staff, grid: str, key: int, purpose: str = "核对证书") -> TestResponse:
    """Say why one looks at the pictures of a record, on its page."""
    page = f"{grid}details/?id={key}"
    fields = {"id": str(key), "purpose": purpose, "url": page}
    return staff.post(f"{grid}purpose/", fields, page=page)

"""Files of records: known by content, drawn anew, kept out of reach, served by scope."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import func, select

from models import clock
from models.audit.tables import AuditLog
from models.base.engine import reading
from models.base.session import ActorSession
from models.certification.tables import CertificationApplication
from models.files.operations import plain_name
from models.files.tables import Attachment
from models.messaging.tables import Notice
from models.people.tables import PersonCredential
from tests.factories.records import House
from tests.support.record_pages import Ask, SignIn, Staff

CREDENTIALS = "/admin/person_credential/"
NOTICES = "/admin/notice/"
C = PersonCredential


def jpeg(width: int = 300, height: int = 200, **options: Any) -> bytes:
    file = BytesIO()
    Image.new("RGB", (width, height), "teal").save(file, "JPEG", **options)
    return file.getvalue()


def office_file(*names: str) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in ("[Content_Types].xml", *names):
            archive.writestr(name, "<x/>")
    return file.getvalue()


@pytest.fixture
def credential(work: ActorSession, house: House) -> int:
    """Return a credential of the own office's applicant, to be verified."""
    application = work.get(CertificationApplication, house.own.application)
    assert application
    made = C(person_id=application.person_id, kind="putonghua", number="PTH1", mode="manual")
    work.add(made)
    work.flush()
    key = made.id
    work.commit()
    return key


@pytest.fixture
def document(work: ActorSession, house: House) -> int:
    """Return a published common document of the province, without its file."""
    made = Notice(
        title="体检表",
        kind="common_doc",
        org_id=house.province,
        body="入职体检用",
        published_at=clock.now(),
    )
    work.add(made)
    work.flush()
    key = made.id
    work.commit()
    return key


def rows(work: ActorSession) -> list[Attachment]:
    """Return what is kept, and leave no transaction open."""
    with reading():
        found = list(work.scalars(select(Attachment)))
    work.expunge_all()
    work.rollback()
    return found


def attach(staff: Staff, grid: str, key: int, data: bytes, name: str = "扫描.jpg") -> Any:
    page = f"{grid}details/?id={key}"
    found = re.search(r'name="row_version" value="(\d+)"', staff.get(page).text)
    version = found[1] if found else "1"
    fields = {"id": str(key), "column": "attachment_id", "row_version": version}
    sent = {**fields, "csrf_token": staff.token(page), "file": (BytesIO(data), name)}
    return staff.http.post(f"{grid}attach/", data=sent)


def picture_of(key: int) -> str:
    return f"{CREDENTIALS}file/?id={key}&column=attachment_id"


def test_a_picture_is_drawn_anew_and_kept_under_a_name_that_tells_nothing(
    app: Flask, sign_in: SignIn, credential: int, work: ActorSession
) -> None:
    hidden = Image.Exif()
    hidden[0x010E] = "secret place"
    sent = jpeg(exif=hidden) + b"<script>alert(1)</script>"
    staff = sign_in("authority")
    assert attach(staff, CREDENTIALS, credential, sent, "..\\x/证书.php").status_code == 303
    row = rows(work)[0]
    assert (row.file_name, row.mime, row.kind) == ("证书.jpg", "image/jpeg", "credential")
    assert re.fullmatch(r"[0-9a-f]{2}/[0-9a-f]{38}", row.storage_path)
    kept = (Path(app.config["FILES"]) / row.storage_path).read_bytes()
    assert b"secret" not in kept
    assert b"<script>" not in kept
    assert not Path(app.config["FILES"]).is_relative_to(Path(str(app.static_folder)))
    answer = staff.get(picture_of(credential))
    assert answer.data == kept
    assert answer.mimetype == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"


def kept_files(app: Flask) -> set[Path]:
    return {path for path in Path(app.config["FILES"]).rglob("*") if path.is_file()}


def bomb() -> bytes:
    """Return a small JPG whose header says 60,000 × 60,000."""
    data = bytearray(jpeg())
    place = data.index(b"\xff\xc0") + 5
    data[place : place + 4] = b"\xea\x60\xea\x60"
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "没有选择文件"),
        (b"\x89PNG\r\n\x1a\n" + b"0" * 100, "不是 JPG 图片"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "不是 JPG 图片"),
        (b"\xff\xd8\xff" + b"0" * 500, "不是 JPG 图片"),
        (jpeg()[:400], "不是 JPG 图片"),
        (jpeg() + b"0" * 204_800, "必须小于 200 KB"),
        (bomb(), "像素过多"),
    ],
    ids=["empty", "png", "svg", "junk", "cut off", "too large", "bomb"],
)
def test_what_is_no_picture_of_a_certificate_is_refused_in_words(
    app: Flask, sign_in: SignIn, credential: int, ask: Ask, data: bytes, why: str
) -> None:
    before = kept_files(app)
    answer = attach(sign_in("authority"), CREDENTIALS, credential, data)
    assert answer.status_code == 400
    assert why in answer.text
    assert ask(select(func.count()).select_from(Attachment)) == 0
    assert kept_files(app) == before


def test_a_picture_is_served_within_scope_only_and_each_view_is_on_record(
    sign_in: SignIn, credential: int, ask: Ask
) -> None:
    assert attach(sign_in("authority"), CREDENTIALS, credential, jpeg()).status_code == 303
    assert sign_in("confirm").get(picture_of(credential)).status_code == 200
    assert sign_in("neighbour").get(picture_of(credential)).status_code == 404
    assert sign_in("viewer").get(picture_of(credential)).status_code == 403
    other = f"{CREDENTIALS}file/?id={credential}&column=person_id"
    assert sign_in("authority").get(other).status_code == 404
    seen = select(func.count()).where(
        AuditLog.event == "people:person_credential:reveal", AuditLog.result == "ok"
    )
    assert ask(seen) == 1


def test_the_same_bytes_are_stored_once(
    sign_in: SignIn, credential: int, work: ActorSession
) -> None:
    staff = sign_in("authority")
    for _time in range(2):
        assert attach(staff, CREDENTIALS, credential, jpeg()).status_code == 303
    kept = rows(work)
    assert len(kept) == 2
    assert len({row.storage_path for row in kept}) == 1


def test_an_upload_to_a_record_that_has_moved_on_is_refused(
    sign_in: SignIn, credential: int, ask: Ask
) -> None:
    staff = sign_in("authority")
    page = f"{CREDENTIALS}details/?id={credential}"
    fields = {"id": str(credential), "column": "attachment_id", "row_version": "77"}
    token = staff.token(page)
    sent = {**fields, "csrf_token": token, "file": (BytesIO(jpeg()), "a.jpg")}
    assert staff.http.post(f"{CREDENTIALS}attach/", data=sent).status_code == 409
    assert ask(select(C.attachment_id).where(C.id == credential)) is None


def test_the_form_cannot_point_a_record_at_another_file(
    sign_in: SignIn, credential: int, ask: Ask
) -> None:
    staff = sign_in("authority")
    assert attach(staff, CREDENTIALS, credential, jpeg()).status_code == 303
    own = ask(select(C.attachment_id).where(C.id == credential))
    assert "attachment_id" not in staff.form(f"{CREDENTIALS}edit/?id={credential}")
    staff.send(f"{CREDENTIALS}edit/?id={credential}", attachment_id="999", institution="某中心")
    assert ask(select(C.attachment_id).where(C.id == credential)) == own
    assert ask(select(C.institution).where(C.id == credential)) == "某中心"


def test_in_the_queue_the_picture_stands_beside_the_fields(
    sign_in: SignIn, credential: int, ask: Ask
) -> None:
    assert attach(sign_in("authority"), CREDENTIALS, credential, jpeg()).status_code == 303
    staff = sign_in("confirm")
    begun = staff.post(f"{CREDENTIALS}queue/next/", {"state": "pending"}, page=CREDENTIALS)
    page = staff.get(begun.location).text
    assert f"/admin/person_credential/file/?id={credential}&amp;column=attachment_id" in page
    assert "PTH1" in page
    fields = {"id": str(credential), "action": "verify", "row_version": "2", "state": "pending"}
    decided = staff.post(f"{CREDENTIALS}queue/decide/", fields, page=begun.location)
    assert decided.status_code == 303
    assert ask(select(C.verify_status).where(C.id == credential)) == "passed"


def test_sites_download_the_documents_of_the_offices_above(sign_in: SignIn, document: int) -> None:
    centre, site = sign_in("centre"), sign_in("confirm")
    assert "体检表" not in site.get(f"{NOTICES}documents/").text
    kept = attach(centre, NOTICES, document, b"%PDF-1.7\n...", "体检表.exe")
    assert kept.status_code == 303
    page = site.get(f"{NOTICES}documents/").text
    assert "体检表" in page
    answer = site.get(f"{NOTICES}file/?id={document}&column=attachment_id")
    assert answer.data == b"%PDF-1.7\n..."
    assert answer.headers["Content-Disposition"].startswith("attachment; filename")
    assert "documents/" in site.get(NOTICES).text


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (office_file("word/document.xml"), 303),
        (office_file("xl/workbook.xml"), 303),
        (office_file("word/document.xml", "word/vbaProject.bin"), 400),
        (office_file("nothing.xml"), 400),
        (b"MZ\x90\x00", 400),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 400),
        (b"<html><script>", 400),
    ],
)
def test_documents_are_known_by_their_content(
    sign_in: SignIn, document: int, data: bytes, status: int
) -> None:
    assert attach(sign_in("centre"), NOTICES, document, data, "表.docx").status_code == status


@pytest.mark.one_database("sqlite")
@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd.jpg"),
        ("证书\u202egpj.exe", "证书gpj.jpg"),
        ("", "file.jpg"),
        ("a" * 300 + ".JPG", "a" * 120 + ".jpg"),
    ],
)
def test_a_file_name_is_made_plain(given: str, kept: str) -> None:
    assert plain_name(given, "jpg") == kept

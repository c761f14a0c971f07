"""Pictures of records: known by content, drawn anew, kept out of reach, served by scope."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from random import Random

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import func, select

from models.audit.tables import AuditLog
from models.base.engine import reading
from models.base.session import ActorSession
from models.certification.tables import CertificationApplication
from models.errors import BadInput
from models.files.accepted import picture
from models.files.operations import plain_name
from models.files.storage import Folder
from models.files.tables import Attachment
from models.people.tables import PersonCredential
from tests.factories.records import House
from tests.support.forms import form_of
from tests.support.record_pages import Ask, SignIn
from tests.support.uploads import attach, jpeg, state_purpose
from views.base.pdf import require_pdf

CREDENTIALS = "/admin/person_credential/"
C = PersonCredential


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


def rows(work: ActorSession) -> list[Attachment]:
    """Return what is kept, and leave no transaction open."""
    with reading():
        found = list(work.scalars(select(Attachment)))
    work.expunge_all()
    work.rollback()
    return found


def picture_of(key: int) -> str:
    return f"{CREDENTIALS}file/?id={key}&column=attachment_id"


def test_a_picture_is_drawn_anew_and_kept_under_a_name_that_tells_nothing(
    app: Flask, sign_in: SignIn, credential: int, work: ActorSession
) -> None:
    hidden = Image.Exif()
    hidden[0x010E] = "secret place"
    sent = jpeg(exif=hidden, comment=b"secret comment") + b"<script>alert(1)</script>"
    staff = sign_in("authority")
    assert attach(staff, CREDENTIALS, credential, sent, "..\\x/证书.php").status_code == 303
    row = rows(work)[0]
    assert (row.file_name, row.mime, row.kind) == ("证书.jpg", "image/jpeg", "credential")
    assert re.fullmatch(r"[0-9a-f]{2}/[0-9a-f]{38}", row.storage_path)
    kept = (Path(app.config["FILES"]) / row.storage_path).read_bytes()
    assert b"secret" not in kept
    assert b"<script>" not in kept
    assert not Path(app.config["FILES"]).is_relative_to(Path(str(app.static_folder)))
    state_purpose(staff, CREDENTIALS, credential)
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
        (jpeg()[:400], "图片已损坏或不完整"),
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


def test_a_picture_that_is_cut_off_is_refused_after_a_pdf_was_made_too(
    sign_in: SignIn, credential: int
) -> None:
    """The library of PDF files tells the one of pictures, process-wide, to take what is broken."""
    require_pdf()
    answer = attach(sign_in("authority"), CREDENTIALS, credential, jpeg()[:-200])
    assert answer.status_code == 400
    assert "图片已损坏或不完整" in answer.text


def test_a_picture_is_served_within_scope_only_and_each_view_is_on_record(
    sign_in: SignIn, credential: int, ask: Ask
) -> None:
    assert attach(sign_in("authority"), CREDENTIALS, credential, jpeg()).status_code == 303
    confirm = sign_in("confirm")
    state_purpose(confirm, CREDENTIALS, credential)
    assert confirm.get(picture_of(credential)).status_code == 200
    assert sign_in("neighbour").get(picture_of(credential)).status_code == 404
    assert sign_in("viewer").get(picture_of(credential)).status_code == 403
    assert sign_in("confirm").get("/admin/attachment/file/?id=1").status_code == 404
    other = f"{CREDENTIALS}file/?id={credential}&column=person_id"
    assert sign_in("authority").get(other).status_code == 404
    seen = select(func.count()).where(
        AuditLog.event == "people:person_credential:reveal", AuditLog.result == "ok"
    )
    assert ask(seen) == 1


def test_who_may_not_see_or_edit_a_record_puts_no_file_there(
    sign_in: SignIn, credential: int, ask: Ask
) -> None:
    neighbour, viewer, own = sign_in("neighbour"), sign_in("viewer"), sign_in("authority")
    page = f"{CREDENTIALS}details/?id={credential}"
    assert attach(neighbour, CREDENTIALS, credential, jpeg(), page="/admin/").status_code == 404
    assert attach(viewer, CREDENTIALS, credential, jpeg(), page="/admin/").status_code == 403
    assert ask(select(func.count()).select_from(Attachment)) == 0
    assert attach(own, CREDENTIALS, credential, jpeg(), page=page).status_code == 303


@pytest.mark.one_database("sqlite")
def test_a_picture_stands_upright_whatever_its_camera_wrote() -> None:
    tags = Image.Exif()
    tags[0x0112] = 6
    lying = tags.tobytes()
    broken = lying.replace(b"\x01\x12\x00\x03", b"\x01\x12\x00\x02")
    assert broken != lying
    sizes = []
    for tags_written in (lying, broken):
        with Image.open(BytesIO(picture(jpeg(300, 200, exif=tags_written)).data)) as kept:
            sizes.append(kept.size)
    assert sizes == [(200, 300), (300, 200)]


@pytest.mark.one_database("sqlite")
@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
def test_bytes_that_were_tampered_with_are_kept_or_refused_and_never_a_fault() -> None:
    chance = Random(5)
    tags = Image.Exif()
    tags[0x010E], tags[0x0112] = "place", 6
    good, refused = jpeg(60, 40, exif=tags), 0
    for _time in range(1_500):
        data = bytearray(good)
        for _byte in range(chance.randint(1, 6)):
            data[chance.randrange(3, len(data))] = chance.randrange(256)
        try:
            picture(bytes(data))
        except BadInput:
            refused += 1
    assert 0 < refused < 1_500


@pytest.mark.one_database("sqlite")
@pytest.mark.parametrize(
    "name", ["../settings.env", "/etc/passwd", "ab/../../x", "", "ab/" + "g" * 38]
)
def test_only_names_that_storage_gave_are_read(tmp_path: Path, name: str) -> None:
    (tmp_path / "settings.env").write_text("secret")
    folder = Folder(tmp_path / "files")
    assert not folder.has(name)
    with pytest.raises(FileNotFoundError):
        folder.read(name)


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
    asked = form_of(staff.get(begun.location).text, "data-purpose")
    said = staff.http.post(f"{CREDENTIALS}purpose/", data=asked | {"purpose": "核对证书"})
    assert said.location == begun.location
    page = staff.get(said.location).text
    assert "/purpose/" not in page
    assert f"/admin/person_credential/file/?id={credential}&amp;column=attachment_id" in page
    assert "PTH1" in page
    fields = {"id": str(credential), "action": "verify", "row_version": "2", "state": "pending"}
    decided = staff.post(f"{CREDENTIALS}queue/decide/", fields, page=begun.location)
    assert decided.status_code == 303
    assert ask(select(C.verify_status).where(C.id == credential)) == "passed"


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

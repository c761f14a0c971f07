"""Common documents: put up by an office, downloaded by those below it [CONF-23, MSG-05]."""

from __future__ import annotations

from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import update

from models import clock
from models.base.session import ActorSession
from models.errors import BadInput
from models.files.accepted import DOCUMENT
from models.messaging.tables import Notice
from tests.factories.records import House
from tests.support.record_pages import SignIn
from tests.support.uploads import attach, office_file

NOTICES = "/admin/notice/"
DAY = timedelta(days=1)


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


def of_another_kind(data: bytes) -> bytes:
    """Return a zip whose first entry asks for a version that nobody has."""
    place = data.index(b"PK\x01\x02") + 6
    return data[:place] + b"\xff\x00" + data[place + 2 :]


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


def test_the_start_page_leads_to_the_documents(
    sign_in: SignIn, document: int, work: ActorSession
) -> None:
    site = sign_in("confirm")
    empty = site.get("/admin/").text
    assert "暂无文件。" in empty
    assert f'href="{NOTICES}documents/"' in empty
    assert attach(sign_in("centre"), NOTICES, document, b"%PDF-1.7\n...").status_code == 303
    page = unescape(site.get("/admin/").text)
    assert page.count("体检表") == 1
    assert f"{NOTICES}file/?id={document}&column=attachment_id" in page
    change = update(Notice).where(Notice.id == document).values(expires_at=clock.now())
    work.execute(change, execution_options={"set_wise": True})
    work.commit()
    assert "体检表" not in site.get("/admin/").text


@pytest.mark.parametrize(
    ("start", "end", "is_handed_out"),
    [
        (-DAY, None, True),
        (-DAY, DAY, True),
        (DAY, None, False),
        (-2 * DAY, -DAY, False),
    ],
)
def test_a_document_is_handed_out_while_its_notice_is_in_force(
    sign_in: SignIn,
    document: int,
    work: ActorSession,
    start: timedelta,
    end: timedelta | None,
    is_handed_out: bool,
) -> None:
    centre, site = sign_in("centre"), sign_in("confirm")
    assert attach(centre, NOTICES, document, b"%PDF-1.7\n...").status_code == 303
    now = clock.now()
    times = {"published_at": now + start, "expires_at": now + end if end else None}
    change = update(Notice).where(Notice.id == document).values(times)
    work.execute(change, execution_options={"set_wise": True})
    work.commit()
    address = f"{NOTICES}file/?id={document}&column=attachment_id"
    page = f"{NOTICES}details/?id={document}"
    sent, seen = site.get(address), site.get(page).text
    assert centre.get(address).data == b"%PDF-1.7\n..."  # its keeper, always
    if is_handed_out:
        assert sent.data == b"%PDF-1.7\n..."
        assert "暂不提供下载" not in seen
    else:
        assert sent.status_code == 403
        assert "暂不提供下载" in sent.text
        assert "暂不提供下载" in seen


def test_a_document_meant_for_others_is_not_handed_out(
    sign_in: SignIn, document: int, house: House, work: ActorSession
) -> None:
    change = update(Notice).where(Notice.id == document).values(org_id=house.own.authority)
    work.execute(change, execution_options={"set_wise": True})
    work.commit()
    assert attach(sign_in("authority"), NOTICES, document, b"%PDF-1.7\n...").status_code == 303
    address = f"{NOTICES}file/?id={document}&column=attachment_id"
    assert sign_in("confirm").get(address).status_code == 200
    neighbour = sign_in("neighbour")
    assert neighbour.get(address).status_code == 404
    assert "体检表" not in neighbour.get(f"{NOTICES}documents/").text


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (office_file("word/document.xml"), 303),
        (office_file("xl/workbook.xml"), 303),
        (office_file("word/document.xml", "word/vbaProject.bin"), 400),
        (office_file("word/document.xml", *map(str, range(2_100)), "vbaProject.bin"), 400),
        (office_file("nothing.xml"), 400),
        (of_another_kind(office_file("word/document.xml")), 400),
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
def test_a_document_under_a_password_is_refused() -> None:
    with pytest.raises(BadInput, match="protected by a password"):
        DOCUMENT.judge(bytes.fromhex("d0cf11e0a1b11ae1") + b"EncryptedPackage")
    with pytest.raises(BadInput, match="protected by a password"):
        DOCUMENT.judge(b"%PDF-1.7\ntrailer << /Root 1 0 R /Encrypt 5 0 R >>")
    assert DOCUMENT.judge(b"%PDF-1.7\ntrailer << /Root 1 0 R >>").mime == "application/pdf"

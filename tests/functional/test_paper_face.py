"""The face of papers: the font that names are checked against is the one that sets them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection, TTFont
from sqlalchemy import select, update

from admin_app import config
from models.base.session import ActorSession
from models.certification.tables import CertificationApplication
from models.papers.faces import characters_of, face_of
from models.papers.tables import PaperPrint
from models.reference.tables import Org
from tests.factories.records import House
from tests.support.field_rights import Grant
from tests.support.pdfs import fonts_in
from tests.support.record_pages import Ask, SignIn, Staff
from views.base.typeface import family_rule

A = CertificationApplication
LIST = "/admin/certification_application/"
PAPER = f"{LIST}paper/"
FAMILY = "Office Song"


def make_font(path: Path, family: str = FAMILY, signs: str = "曾国藩") -> Path:
    """Write a font of one face with a few characters, each a full square."""
    pen = TTGlyphPen(None)
    for step, place in enumerate([(0, 0), (0, 800), (800, 800), (800, 0)]):
        (pen.lineTo if step else pen.moveTo)(place)
    pen.closePath()
    square = pen.glyph()
    names = [".notdef", *(f"uni{ord(sign):04X}" for sign in signs)]
    font = FontBuilder(1000, isTTF=True)
    font.setupGlyphOrder(names)
    font.setupCharacterMap({ord(sign): f"uni{ord(sign):04X}" for sign in signs})
    font.setupGlyf(dict.fromkeys(names, square))
    font.setupHorizontalMetrics(dict.fromkeys(names, (1000, 0)))
    font.setupHorizontalHeader(ascent=800, descent=-200)
    font.setupNameTable(
        {"familyName": family, "styleName": "Regular", "psName": family.replace(" ", "")}
    )
    font.setupOS2(sTypoAscender=800, usWinAscent=800, usWinDescent=200)
    font.setupPost()
    font.save(path)
    return path


@pytest.fixture
def own_font(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let papers be set in a font that the system does not know."""
    font = make_font(tmp_path / "office.ttf")
    monkeypatch.setitem(app.config, "PAPER_FONT", font)
    monkeypatch.setitem(app.config, "PAPER_FONT_CARRIED", True)
    return font


def ask_for(staff: Staff, *keys: int, **fields: str) -> Any:
    rows = [str(key) for key in keys]
    return staff.post(PAPER, {"paper": "pledge", "rowid": rows, **fields}, page=LIST)


@pytest.mark.usefixtures("own_font")
def test_page_and_pdf_are_set_in_the_font_that_is_checked(sign_in: SignIn, house: House) -> None:
    staff = sign_in("authority")
    made = ask_for(staff, house.own.application, form="pdf", seen="1").data
    assert any("Office-Song" in name or "OfficeSong" in name for name in fonts_in(made))
    page = ask_for(staff, house.own.application, form="page", seen="1").text
    assert '<link rel="stylesheet" href="/paper-face.css">' in page
    style = staff.get("/paper-face.css")
    assert style.mimetype == "text/css"
    assert style.text == ':root { --paper-face: "Office Song"; }\n'


def test_the_usual_font_sets_the_pdf(sign_in: SignIn, house: House) -> None:
    made = ask_for(sign_in("authority"), house.own.application, form="pdf").data
    assert any("Noto-Serif-CJK-SC" in name for name in fonts_in(made))


@pytest.mark.usefixtures("own_font")
def test_what_another_font_would_have_to_set_is_named(sign_in: SignIn, house: House) -> None:
    looked = ask_for(sign_in("authority"), house.own.application, form="page").text
    assert "office.ttf" in looked
    assert "本 U+672C" in looked
    assert "曾 U+66FE" not in looked


def test_the_words_of_offices_are_checked_too(
    sign_in: SignIn, work: ActorSession, house: House, ask: Ask
) -> None:
    change = update(Org).where(Org.id == house.own.authority).values(name="甲\ue863教育局")
    work.execute(change, execution_options={"set_wise": True})
    work.commit()
    looked = ask_for(sign_in("authority"), house.own.application, form="pdf").text
    assert "U+E863" in looked
    assert f"details/?id={house.own.application}" in looked
    assert ask(select(PaperPrint.id)) is None


def test_each_record_is_named_with_its_own_characters(
    sign_in: SignIn, work: ActorSession, house: House
) -> None:
    change = update(A).where(A.id == house.own.application).values(name="王\ue863")
    work.execute(change, execution_options={"set_wise": True})
    work.commit()
    looked = sign_in("authority").post(
        PAPER, {"paper": "pledge", "all_matching": "1", "query": ""}, page=LIST
    )
    listed = re.findall(r"<li><a href=[^>]*>[^<]*</a>[^<]*<?.*?U\+[0-9A-F]{4}", looked.text)
    assert len(listed) == 1
    assert "王" in listed[0]


@pytest.mark.one_database("sqlite")
def test_of_several_faces_the_mainland_s_is_taken(tmp_path: Path) -> None:
    collection = TTCollection()
    parts = [make_font(tmp_path / f"{n}.ttf", f"Song {n}", sign) for n, sign in
             [("JP", "日"), ("SC", "简"), ("TC", "繁")]]  # fmt: skip

    collection.fonts = [TTFont(part) for part in parts]
    collection.save(tmp_path / "song.ttc")
    face = face_of(tmp_path / "song.ttc")
    assert (face.number, face.family) == (1, "Song SC")
    assert characters_of(face) == {ord("简")}
    (tmp_path / "alone.ttf").write_bytes(face.alone())
    assert face_of(tmp_path / "alone.ttf").family == "Song SC"


@pytest.mark.one_database("sqlite")
def test_a_family_cannot_leave_its_quotes(tmp_path: Path) -> None:
    face = face_of(make_font(tmp_path / "odd.ttf", 'x"; } * { display: none } \\'))
    assert family_rule(face) == (':root { --paper-face: "x\\"; } * { display: none } \\\\"; }\n')


@pytest.mark.one_database("sqlite")
def test_a_setting_that_is_no_font_keeps_the_app_from_starting(tmp_path: Path) -> None:
    junk = tmp_path / "junk.ttf"
    junk.write_bytes(b"no font at all")
    given = {"ENV": "testing", "SECRET_KEY": "a key for tests only", "PAPER_FONT": str(junk)}
    with pytest.raises(config.BadSetting, match=r"PAPER_FONT cannot be used: junk\.ttf is no font"):
        config.load(given)
    with pytest.raises(config.BadSetting, match="PAPER_FONT names no font file"):
        config.load(given | {"PAPER_FONT": str(tmp_path / "none.ttf")})


@pytest.mark.parametrize(("right", "is_told"), [("editable", True), ("masked", False)])
def test_related_columns_follow_the_rights_of_the_role(
    sign_in: SignIn, work: ActorSession, house: House, grant: Grant, right: str, is_told: bool
) -> None:
    application = work.get(A, house.own.application)
    assert application
    application.person.birth_place = "湘乡荷叶塘"
    work.commit()
    grant("authority", "person.birth_place", right)
    grant("authority", "org.name", right)
    rows = {"paper": "application_form", "rowid": [str(house.own.application)], "form": "page"}
    page = sign_in("authority").post(PAPER, rows, page=LIST).text
    assert "<article" in page
    assert ("湘乡荷叶塘" in page) == is_told

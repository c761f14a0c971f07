"""``flask import``: exit codes, words, and files that are no workbooks."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from openpyxl import load_workbook

from models.accounts.tables import Role, UserRole
from models.certification.import_fields import FIELDS
from models.reference.tables import Org
from tests.factories.accounts import make_actor
from tests.support.certifying import system, world
from tests.support.databases import SessionOf
from tests.support.importing import SYSTEM, Desk, desk
from tests.support.workbooks import cell, package, workbook

__all__ = ["desk", "system", "world"]

ALL_GOOD, FILE_REFUSED, SOME_REFUSED = 0, 2, 3
Command = Callable[..., tuple[int, str]]


@pytest.fixture
def command(app: Flask) -> Command:
    """Return a function that runs ``flask import certification_application …``."""
    from admin_app.extensions import db

    def run(*words: object) -> tuple[int, str]:
        args = ["import", "certification_application", *map(str, words)]
        result = app.test_cli_runner().invoke(args=args)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        with app.app_context():
            db.engine.dispose()
        return result.exit_code, result.output

    return run


def account(session_of: SessionOf, role: str, office: Org) -> str:
    """Store a user in a role over an office; return his name."""
    with session_of(SYSTEM) as session:
        actor = make_actor(session, role, session.get_one(Org, office.id))
        session.add(Role(code=role, name=role, name_en=role))
        session.flush()
        session.add(UserRole(user_id=actor.user_id, role_code=role, scope_org_id=office.id))
        session.commit()
        return actor.username


def test_all_good(desk: Desk, command: Command) -> None:
    code, output = command(desk.write(desk.row(0), desk.row(1)))
    assert (code, output) == (ALL_GOOD, "共 2 行：已导入 2 行，不能导入 0 行。\n其中新增 2 行。\n")
    assert desk.stored()["certification_application"] == 2


def test_a_dry_run_saves_nothing(desk: Desk, command: Command) -> None:
    before = desk.stored()
    code, output = command(desk.write(desk.row(0)), "--dry-run")
    assert (code, output) == (
        ALL_GOOD,
        "共 1 行：可以导入 1 行，不能导入 0 行。\n其中新增 1 行。\n",
    )
    assert desk.stored() == before


def test_refused_rows_are_returned_beside_the_file(desk: Desk, command: Command) -> None:
    code, output = command(desk.write(desk.row(0), desk.row(1, 手机号码="1")))
    assert code == SOME_REFUSED
    assert "手机号码：手机号码为 11 位数字" in output
    target = desk.file.with_name("apply-原因.xlsx")
    assert f"1 行未导入，原因见 {target}" in output
    sheet = load_workbook(target).worksheets[0]
    assert [cell.value for cell in sheet[2]][-1] == 3
    assert stat.S_IMODE(target.stat().st_mode) == 0o600, "persons are named in it"
    assert sorted(each.name for each in desk.file.parent.iterdir()) == [
        "apply-原因.xlsx",
        "apply.xlsx",
    ]
    assert desk.stored()["certification_application"] == 1


def test_all_or_nothing_saves_nothing_for_one_bad_row(desk: Desk, command: Command) -> None:
    before = desk.stored()
    bad = desk.write(desk.row(0), desk.row(1, 手机号码="1"))
    code, output = command(bad, "--all-or-nothing")
    assert (code, output.splitlines()[0]) == (SOME_REFUSED, "共 2 行：已导入 0 行，不能导入 1 行。")
    assert desk.stored() == before | {"audit_log": before["audit_log"] + 1}
    assert command(desk.write(desk.row(0)), "--all-or-nothing")[0] == ALL_GOOD


def test_refused_rows_go_where_out_says(desk: Desk, command: Command, tmp_path: Path) -> None:
    target = tmp_path / "退回.xlsx"
    file = desk.write(desk.row(0, 邮政编码="1"))
    assert command(file, "--out", target)[0] == SOME_REFUSED
    assert load_workbook(target).worksheets[0].max_row == 2


@pytest.mark.parametrize("out", ["nowhere/returned.xlsx", "apply.xlsx", ".", "/dev/null"])
def test_out_is_judged_before_anything_is_saved(
    desk: Desk, command: Command, tmp_path: Path, out: str
) -> None:
    file = desk.write(desk.row(0), desk.row(1, 邮政编码="1"))
    code, output = command(file, "--out", tmp_path / out)
    assert code == FILE_REFUSED
    assert "无法写入" in output
    assert desk.stored()["certification_application"] == 0


def test_an_unknown_user_is_refused(desk: Desk, command: Command) -> None:
    code, output = command(desk.write(desk.row(0)), "--as", "nobody")
    assert code == FILE_REFUSED
    assert "nobody" in output
    assert "Error" not in output


def test_a_site_may_not_import(desk: Desk, command: Command, session_of: SessionOf) -> None:
    name = account(session_of, "confirm", desk.world.here.site)
    code, output = command(desk.write(desk.row(0)), "--as", name)
    assert code == FILE_REFUSED
    assert "当前角色没有此项权限" in output
    assert desk.stored()["certification_application"] == 0


def test_an_office_imports_for_itself_alone(
    desk: Desk, command: Command, session_of: SessionOf
) -> None:
    name = account(session_of, "authority", desk.world.here.org)
    there = desk.world.there
    foreign = desk.row(1, 认定机构=there.org.name, 确认点=there.site.name)
    code, output = command(desk.write(desk.row(0), foreign), "--as", name)
    assert code == SOME_REFUSED
    assert "没有认定机构“乙市”" in output
    assert desk.stored()["certification_application"] == 1


def text(path: Path) -> None:
    path.write_text("姓名,证件号码\n", "utf-8")


def encrypted(path: Path) -> None:
    """Excel keeps a workbook with a password in the container of old files."""
    path.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 4096)


def document(path: Path) -> None:
    package(path, {"word/document.xml": "<w/>", "[Content_Types].xml": "<Types/>"})


def macros(path: Path) -> None:
    package(path, {"xl/vbaProject.bin": b"\0", "[Content_Types].xml": "<Types/>"})


def truncated(path: Path) -> None:
    workbook(path, '<row r="1"><c r="A1" t="inlineStr"><is><t>姓名</t>')


def damaged(path: Path) -> None:
    workbook(path, heading_row())
    content = bytearray(path.read_bytes())
    start = content.index(b"xl/worksheets/sheet1.xml") + len(b"xl/worksheets/sheet1.xml")
    content[start + 5 : start + 25] = b"\xff" * 20
    path.write_bytes(bytes(content))


def missing(path: Path) -> None:
    path.unlink(missing_ok=True)


@pytest.mark.one_database("sqlite")
@pytest.mark.parametrize(
    ("make", "words"),
    [
        (text, "没有列对应到：认定机构"),
        (encrypted, "密码"),
        (document, "无法读取此 XLSX 工作簿"),
        (macros, "宏"),
        (truncated, "无法读取此 XLSX 工作簿"),
        (damaged, "无法读取此 XLSX 工作簿"),
        (missing, "没有"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_is_no_workbook_is_refused_in_words(
    desk: Desk, command: Command, make: Callable[[Path], None], words: str
) -> None:
    make(desk.file)
    code, output = command(desk.file)
    assert code == FILE_REFUSED
    assert words in output
    assert "Traceback" not in output


def heading_row() -> str:
    letters = [chr(65 + n) if n < 26 else "A" + chr(39 + n) for n in range(len(FIELDS))]
    named = zip(letters, FIELDS, strict=True)
    cells = "".join(cell(f"{letter}1", field.heading) for letter, field in named)
    return f'<row r="1">{cells}</row>'


def last(column: str) -> str:
    return f'<row r="1048576">{cell(f"{column}1048576", "x")}</row>'


@pytest.mark.one_database("sqlite")
@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (f'<row r="1">{cell("A1", "姓名")}</row>{last("XFD")}', "连续空白超过 1000 行"),
        (heading_row() + last("A"), "连续空白超过 1000 行"),
    ],
    ids=["one heading", "all headings"],
)
def test_two_cells_at_the_ends_of_a_sheet_are_refused_before_its_end_is_read(
    desk: Desk, command: Command, rows: str, words: str
) -> None:
    workbook(desk.file, rows)
    code, output = command(desk.file)
    assert code == FILE_REFUSED
    assert words in output

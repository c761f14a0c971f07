"""``flask user``: the acts on accounts from the command line, by the same rules, on record."""

from __future__ import annotations

import errno
import re
import stat
from collections.abc import Callable
from pathlib import Path
from typing import IO

import pytest
from flask import Flask
from openpyxl import Workbook, load_workbook
from sqlalchemy import select

from admin_app.cli import transfer
from admin_app.cli.passwords import write_slips
from models.accounts.handing_over import Slip
from models.accounts.passwords import verify_or_waste
from models.accounts.tables import AccountStatus, UserAccount, UserRole
from models.accounts.tables_initial import InitialPassword
from models.audit.tables import AuditLog
from models.reference.tables import Org
from tests.support.bureau import Bureau
from tests.support.http import Client

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(app: Flask, bureau: Bureau) -> Run:
    """Return a function that runs a command and gives its exit code and what it said."""

    def run(*words: object) -> tuple[int, str]:
        bureau.system.rollback()
        result = app.test_cli_runner().invoke(args=[str(word) for word in words])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.output

    return run


def trail(bureau: Bureau, act: str) -> list[AuditLog]:
    wanted = select(AuditLog).where(AuditLog.event == f"accounts:user_account:{act}")
    return list(bureau.stored(wanted))


def password_in(said: str) -> str:
    found = re.search(r"初始密码：(\S+)", said)
    assert found, said
    return found[1]


def test_unlocking(run: Run, bureau: Bureau) -> None:
    bureau.system.get_one(UserAccount, bureau.accounts["clerk"]).failed_count = 2
    bureau.system.commit()
    assert run("user", "unlock", "CLERK") == (0, "解锁：CLERK\n")
    assert bureau.account("clerk").failed_count == 0
    (row,) = trail(bureau, "unlock")
    assert (row.username, row.result, row.entity_id) == ("user", "ok", bureau.accounts["clerk"])
    assert row.os_user
    code, said = run("user", "unlock", "clerk")
    assert (code, "锁定" in said) == (1, True), said


def test_a_reset_prints_a_password_that_must_be_changed(
    run: Run, bureau: Bureau, client: Client
) -> None:
    code, said = run("user", "reset-password", "clerk", "--reason", "忘记密码")
    assert code == 0
    password = password_in(said)
    account = bureau.account("clerk")
    assert verify_or_waste(account.password_hash, password)
    assert (account.must_change_password, account.initial_password_pending) == (True, True)
    assert client.login("clerk", password).status_code == 303
    assert "/admin/me/password/" in client.get("/admin/").location
    told = " ".join(str(row.changes) + str(row.reason) for row in trail(bureau, "reset_password"))
    assert "忘记密码" in told
    assert password not in told


def test_disabling_and_enabling(run: Run, bureau: Bureau) -> None:
    assert run("user", "disable", "clerk", "--reason", "离岗")[0] == 0
    assert bureau.account("clerk").status == AccountStatus.disabled
    assert run("user", "enable", "clerk")[0] == 0
    assert bureau.account("clerk").status == AccountStatus.active


def test_the_last_account_of_the_centre_stays(run: Run, bureau: Bureau) -> None:
    assert run("user", "disable", "deputy")[0] == 0
    code, said = run("user", "disable", "centre")
    assert (code, said.startswith("Error: ")) == (1, True)
    assert bureau.account("centre").status == AccountStatus.active
    assert {row.result for row in trail(bureau, "disable")} == {"ok", "refused"}


def test_an_unknown_name_is_a_sentence(run: Run) -> None:
    code, said = run("user", "unlock", "nobody")
    assert (code, "没有账号 nobody" in said) == (1, True), said


def test_a_reason_is_needed_to_clear_a_second_factor(run: Run) -> None:
    code, said = run("user", "clear-second-factor", "clerk")
    assert (code, "--reason" in said) == (2, True), said


def test_creating(run: Run, bureau: Bureau, client: Client) -> None:
    site = bureau.orgs["here_site"]
    words = ("--name", "新人", "--org", site, "--role", "confirm")
    code, said = run("user", "create", "NewClerk", *words)
    assert code == 0, said
    (account,) = bureau.stored(select(UserAccount).where(UserAccount.username == "newclerk"))
    (role,) = bureau.stored(select(UserRole).where(UserRole.user_id == account.id))
    assert (role.role_code, role.scope_org_id, account.org_id) == ("confirm", site, site)
    assert client.login("newclerk", password_in(said)).status_code == 303
    code, said = run("user", "create", "newclerk", *words)
    assert (code, "newclerk" in said) == (1, True), said


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--org", "哪里", "--role", "confirm"), "没有机构 哪里"),
        (("--role", "super"), "不能"),
        ((), "角色"),
        (("--role", "confirm", "--mobile", "123"), "11"),
    ],
)
def test_a_bad_account_is_refused_with_the_reason(
    run: Run, bureau: Bureau, words: tuple[str, ...], why: str
) -> None:
    given = ("--name", "新人", "--org", bureau.orgs["here_site"], *words)
    code, said = run("user", "create", "newcomer", *given)
    assert (code, why in said) == (1, True), said
    assert bureau.stored(select(UserAccount).where(UserAccount.username == "newcomer")) == []


def test_the_list_by_state_and_role(run: Run, bureau: Bureau) -> None:
    assert run("user", "disable", "clerk")[0] == 0
    code, said = run("user", "list", "--state", "disabled")
    assert code == 0
    assert [line.split()[0] for line in said.splitlines()] == ["clerk"]
    assert "停用" in said
    _code, said = run("user", "list", "--role", "super")
    assert [line.split()[0] for line in said.splitlines()] == ["centre", "deputy"]


@pytest.fixture
def staff(bureau: Bureau, tmp_path: Path) -> Path:
    """Return a workbook of two accounts, the second of which there is already."""
    site = bureau.stored(select(Org).where(Org.id == bureau.orgs["here_site"]))[0].name
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["用户名", "姓名", "管理机构", "角色", "管辖机构"])
    for name in ("site1", "clerk"):
        sheet.append([name, "新人", site, "现场确认用户", site])
    book.save(tmp_path / "staff.xlsx")
    return tmp_path / "staff.xlsx"


def test_an_import_leaves_the_passwords_in_a_file_for_its_owner_alone(
    run: Run, staff: Path, tmp_path: Path, client: Client
) -> None:
    code, said = run("import", "user_account", staff)
    assert code == 3, said
    target = tmp_path / "staff-初始密码.xlsx"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    sheet = load_workbook(target).active
    assert sheet is not None
    rows = list(sheet.iter_rows(values_only=True))
    assert [row[2] for row in rows[1:]] == ["site1"]
    assert client.login("site1", str(rows[1][3])).status_code == 303
    assert (tmp_path / "staff-原因.xlsx").exists()


def test_no_import_writes_over_passwords_that_stand_in_the_only_copy(
    run: Run, bureau: Bureau, staff: Path, tmp_path: Path
) -> None:
    target = tmp_path / "staff-初始密码.xlsx"
    target.write_bytes(b"of the last import")
    code, said = run("import", "user_account", staff)
    assert (code, f"{target} 已存在" in said) == (2, True), said
    assert target.read_bytes() == b"of the last import"
    assert bureau.stored(select(UserAccount).where(UserAccount.username == "site1")) == []


def test_passwords_that_cannot_be_written_are_kept_on(
    run: Run, bureau: Bureau, staff: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_written: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("admin_app.cli.transfer.write_slips", full)
    code, said = run("import", "user_account", staff)
    assert (code, "账号已建立" in said) == (1, True), said
    left = sorted(each.name for each in tmp_path.glob("*staff*"))
    assert left == ["staff-原因.xlsx", "staff.xlsx"]
    account = bureau.stored(select(UserAccount).where(UserAccount.username == "site1"))[0]
    kept = bureau.stored(select(InitialPassword).where(InitialPassword.user_id == account.id))
    assert [each.sealed is not None for each in kept] == [True]


def test_the_place_of_the_passwords_is_taken_before_anything_is_saved(
    run: Run, staff: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second command of the same file would else publish over the only copy, or lose its own."""
    target, seen = tmp_path / "staff-初始密码.xlsx", []

    def watched(file: IO[bytes], slips: list[Slip]) -> None:
        with pytest.raises(FileExistsError):
            target.touch(exist_ok=False)
        seen.append(target.stat().st_size)
        write_slips(file, slips)

    monkeypatch.setattr(transfer, "write_slips", watched)
    code, said = run("import", "user_account", staff)
    assert (code, seen) == (3, [0]), said
    assert target.stat().st_size > 0


def test_reasons_that_cannot_be_written_make_no_refused_file_of_rows_that_were_saved(
    run: Run, bureau: Bureau, staff: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_written: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(transfer, "write_returned", full)
    code, said = run("import", "user_account", staff)
    assert code == 3, said
    assert "已导入 1 行" in said
    assert "原因未能写入" in said
    assert len(bureau.stored(select(UserAccount).where(UserAccount.username == "site1"))) == 1

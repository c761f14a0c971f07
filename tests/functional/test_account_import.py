"""Workbooks of accounts: every row judged in words, a dry run saves nothing, one reset for all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select

from models.accounts import handing_over
from models.accounts.importing import HEADINGS, import_accounts
from models.accounts.passwords import verify_or_waste
from models.accounts.states import MOST_PASSWORDS
from models.accounts.tables import Role, UserAccount, UserRole
from models.accounts.tables_initial import InitialPassword
from models.audit.tables import AuditLog
from models.batch.tables import Batch
from models.errors import BadInput, Forbidden
from models.reference.tables import Org
from models.transfer.importing import NOT_SEEN, Report
from models.transfer.readers import open_sheet
from tests.support.bureau import NOW, Bureau

Run = Callable[..., Report]
GOOD = {
    "用户名": "xinren",
    "姓名": "新同志",
    "账号类型": "工作人员",
    "管理机构": "here点",
    "角色": "现场确认用户",
    "管辖机构": "here点",
    "电子邮箱": "xinren@example.cn",
    "手机号码": 13800138000,
}


def row(**cells: Any) -> dict[str, Any]:
    return {**GOOD, **cells}


@pytest.fixture
def run(bureau: Bureau, tmp_path: Path) -> Run:
    """Return a function that imports rows in somebody's name."""

    def import_rows(
        *rows: Mapping[str, Any],
        who: str = "boss",
        headings: tuple[str, ...] = tuple(HEADINGS.values()),
        **how: Any,
    ) -> Report:
        book = Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.append(headings)
        for cells in rows:
            sheet.append([cells.get(heading) for heading in headings])
        file = tmp_path / "accounts.xlsx"
        book.save(file)
        session = bureau.open(who)
        try:
            with open_sheet(file) as opened:
                report = import_accounts(
                    session, session.need_actor(), opened, file_name=file.name, **how
                )
            session.commit()
            return report
        finally:
            session.rollback()

    return import_rows


def said(report: Report) -> list[tuple[int, str, str]]:
    return [(p.row, p.heading, str(p.message)) for p in report.problems]


def counted(bureau: Bureau) -> dict[str, int]:
    tables = (UserAccount, UserRole, InitialPassword, Batch, AuditLog)
    return {
        table.__tablename__: bureau.stored(select(func.count()).select_from(table))[0]
        for table in tables
    }


def test_the_headings_are_the_labels_of_the_columns() -> None:
    assert set(GOOD) == set(HEADINGS.values())


def test_good_rows_become_accounts_with_passwords_of_one_batch(bureau: Bureau, run: Run) -> None:
    report = run(row(), row(用户名="ＬａｏＲｅｎ", 手机号码=None, 管辖机构=None))
    assert (report.total, report.saved, said(report)) == (2, 2, [])
    wanted = select(UserAccount).where(UserAccount.username.in_(["xinren", "laoren"]))
    made = {account.username: account for account in bureau.stored(wanted)}
    assert made["xinren"].mobile == "13800138000"
    assert made["xinren"].org_id == bureau.orgs["here_site"]
    assert all(account.must_change_password for account in made.values())
    held = select(UserRole.scope_org_id).where(UserRole.user_id == made["laoren"].id)
    assert bureau.stored(held) == [bureau.orgs["here_site"]]
    session = bureau.open("boss")
    assert report.batch_id is not None
    batch = session.get_one(Batch, report.batch_id)
    slips = handing_over.show(session, session.need_actor(), batch, NOW)
    assert [slip.username for slip in slips] == ["laoren", "xinren"]
    for slip in slips:
        assert verify_or_waste(made[slip.username].password_hash, str(slip.password))
    session.rollback()
    trail = select(AuditLog).where(AuditLog.event == "accounts:user_account:import")
    (told,) = bureau.stored(trail)
    assert (told.batch_id, told.changes["saved"]) == (report.batch_id, [None, 2])


def test_a_dry_run_judges_alike_and_saves_nothing(bureau: Bureau, run: Run) -> None:
    before = counted(bureau)
    rows = (row(), row(用户名="boss"), row(用户名="zhang", 手机号码="1"))
    dry = run(*rows, dry_run=True)
    assert counted(bureau) == before
    wet = run(*rows)
    assert said(dry) == said(wet)
    assert (dry.saved, wet.saved, dry.batch_id) == (1, 1, None)
    assert counted(bureau)["user_account"] == before["user_account"] + 1


def test_a_row_that_the_preview_refused_is_not_made_unseen(bureau: Bureau, run: Run) -> None:
    rows = row(), row(用户名="stranger")
    seen = run(*rows, dry_run=True).versions
    assert seen == {2: 0}
    taken = select(UserAccount).where(UserAccount.username == "stranger")
    bureau.system.scalars(taken).one().username = "renamed"
    bureau.system.commit()
    report = run(*rows, seen=seen)
    assert (report.saved, said(report)) == (1, [(3, "", str(NOT_SEEN))])


@pytest.mark.parametrize(
    ("cells", "heading", "reason"),
    [
        ({"用户名": None}, "用户名", "must be filled in"),
        ({"姓名": None}, "姓名", "must be filled in"),
        ({"用户名": "新 人"}, "用户名", "no blanks"),
        ({"用户名": "x" * 65}, "用户名", "At most 64"),
        ({"用户名": "stranger"}, "用户名", "stranger is taken"),
        ({"用户名": " ＢＯＳＳ"}, "用户名", "boss is taken"),
        ({"用户名": 370102199001010010}, "用户名", "Excel has rounded"),
        ({"账号类型": "机器人"}, "账号类型", "not one of the allowed"),
        ({"管理机构": "there点"}, "管理机构", "whose accounts you keep"),
        ({"管理机构": "没有"}, "管理机构", "whose accounts you keep"),
        ({"角色": "现场"}, "角色", "no role"),
        ({"角色": "认定机构用户", "管辖机构": "甲市"}, "角色", "may not give"),
        ({"角色": None, "管辖机构": None}, "角色", "needs a role"),
        ({"管辖机构": "there点"}, "管辖机构", "whose accounts you keep"),
        ({"管辖机构": "甲市"}, "管辖机构", "cannot be held over"),
        ({"电子邮箱": "xinren"}, "电子邮箱", "no e-mail address"),
        ({"手机号码": "1380013800"}, "手机号码", "eleven digits"),
        ({"手机号码": "１３８００１３８０００"}, "手机号码", "full-width"),
    ],
)
def test_a_faulty_row_is_refused_in_words(
    bureau: Bureau, run: Run, cells: dict[str, Any], heading: str, reason: str
) -> None:
    report = run(row(用户名="gut"), row(**cells))
    assert [(number, name) for number, name, _ in said(report)] == [(3, heading)]
    assert reason in said(report)[0][2]
    assert (report.saved, report.refused) == (1, 1)


def test_doubles_in_the_file_are_named(bureau: Bureau, run: Run) -> None:
    report = run(row(), row(用户名="zhang"), row(用户名="ＸＩＮＲＥＮ"), row(用户名="xinren"))
    assert said(report) == [
        (4, "用户名", "The user name stands in row 2 already."),
        (5, "用户名", "The user name stands in row 2 already."),
    ]
    assert report.saved == 2


def test_a_row_is_no_double_of_one_that_is_refused(bureau: Bureau, run: Run) -> None:
    report = run(row(手机号码="1"), row(), row(手机号码="2"))
    assert [(number, heading) for number, heading, _ in said(report)] == [
        (2, "手机号码"),
        (4, "手机号码"),
        (4, "用户名"),
    ]
    assert said(report)[2][2] == "The user name stands in row 3 already."
    assert report.saved == 1


def test_all_faults_of_a_row_are_said(bureau: Bureau, run: Run) -> None:
    report = run(row(用户名="stranger", 手机号码="1", 电子邮箱="x"))
    assert [heading for _, heading, _ in said(report)] == ["电子邮箱", "手机号码", "用户名"]


def test_a_teacher_needs_no_role_here(bureau: Bureau, run: Run) -> None:
    report = run(row(账号类型="教师", 角色=None, 管辖机构=None))
    assert (report.saved, said(report)) == (1, [])


def test_offices_are_known_by_code_and_by_whose_they_are(bureau: Bureau, run: Run) -> None:
    bureau.system.get_one(Org, bureau.orgs["there_site"]).name = "here点"
    bureau.system.commit()
    alike = run(row(), who="sysadmin")
    assert "Several organisations are called here点" in said(alike)[0][2]
    meant = run(row(管理机构="乙市/here点", 管辖机构="乙市/here点"), who="sysadmin")
    assert (meant.saved, said(meant)) == (1, [])
    office = bureau.stored(select(Org).where(Org.id == bureau.orgs["here"]))[0]
    code = f"{office.province_code}{office.cert_org_code}"
    coded = run(row(用户名="li", 管理机构=code, 角色="authority", 管辖机构=code), who="sysadmin")
    assert (coded.saved, said(coded)) == (1, [])


def test_a_role_that_is_none_is_answered_with_those_one_may_give(bureau: Bureau, run: Run) -> None:
    ((_row, heading, words),) = said(run(row(角色="现场")))
    assert heading == "角色"
    assert words.startswith("There is no role 现场. Write one that you may give: ")
    assert "现场确认用户" in words
    assert "认定机构用户" not in words  # which the head of an office may not give


@pytest.mark.parametrize("text", ["现场受理员", "Site clerk", "现场确认用户", "confirm"])
def test_a_role_is_known_by_its_label_in_use(bureau: Bureau, run: Run, text: str) -> None:
    kept = bureau.system.scalars(select(Role).where(Role.code == "confirm")).one()
    kept.name, kept.name_en = "现场受理员", "Site clerk"
    bureau.system.commit()
    assert said(run(row(角色=text))) == []
    assert "现场受理员" in said(run(row(用户名="li", 角色="无")))[0][2]


def test_who_may_not_make_accounts_may_not_import(run: Run) -> None:
    with pytest.raises(Forbidden, match="may not do this"):
        run(row(), who="clerk")


def test_unknown_and_missing_headings_refuse_the_file(run: Run) -> None:
    with pytest.raises(BadInput, match="No column of the file stands for: 姓名"):
        run(row(), headings=("用户名",))
    with pytest.raises(BadInput, match="Unknown headings: 密码"):
        run(row(), headings=("用户名", "姓名", "密码"))


def test_more_rows_than_passwords_can_be_made_refuse_the_file(run: Run) -> None:
    rows = [row(用户名=f"n{number}") for number in range(MOST_PASSWORDS + 1)]
    with pytest.raises(BadInput, match=f"more than {MOST_PASSWORDS} rows"):
        run(*rows, dry_run=True)

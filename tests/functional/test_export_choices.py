"""What a file is to hold is the clerk's choice: columns, their order, codes, rows; and who leaves
early frees the database.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import Engine, select, text

from models.audit.tables import AuditLog
from models.base.session import ActorSession
from models.reference.tables import Region
from tests.support.http import Client
from tests.support.lists import LIST, ids
from tests.support.record_pages import SignIn

EXPORTED = "certification:certification_application:export"
CHOICE = {
    "chosen": "1",
    "cols": ["name", "status", "apply_no"],
    "place.apply_no": "1",
    "place.status": "2",
    "place.name": "9",
}


def sent(client: Client, more: Mapping[str, Any], kind: str = "csv") -> list[list[str]]:
    """Return the rows of the file that a form asks for."""
    answer = client.post(
        f"{LIST}export/{kind}/", {"query": "sort=apply_no", **dict(more)}, page=LIST
    )
    assert answer.status_code == 200, answer.text
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_columns_leave_as_chosen_and_in_the_order_chosen(clerk: Client) -> None:
    heading, *rows = sent(clerk, CHOICE)
    assert heading == ["报名号", "状态", "姓名"]
    assert rows
    refused = clerk.post(f"{LIST}export/csv/", {"chosen": "1"}, page=LIST)
    assert refused.status_code == 400
    assert "至少勾选一列" in refused.text


def test_codes_leave_instead_of_labels_where_asked_for(clerk: Client, work: ActorSession) -> None:
    query = "filter=status:eq:confirmed&cols=status,ethnic_code,qualification_type"
    labels = sent(clerk, {"query": query})
    codes = sent(clerk, {"query": query, "values": "codes"})
    assert labels[0] == codes[0]
    assert {row[0] for row in labels[1:]} == {"已经现场确认，等待资格审核"}
    assert {row[0] for row in codes[1:]} == {"confirmed"}
    assert {row[1] for row in labels[1:]} == {"汉族"}
    assert {row[1] for row in codes[1:]} == {"01"}
    told = work.scalars(select(AuditLog).where(AuditLog.event == EXPORTED)).all()
    assert [(each.changes or {}).get("values") for each in told] == [None, [None, "codes"]]
    work.rollback()


def test_only_the_ticked_rows_leave_and_the_trail_counts_them(
    clerk: Client, work: ActorSession
) -> None:
    shown = ids(clerk.get(f"{LIST}?sort=apply_no").text)
    wanted = {"rowid": [str(shown[4]), str(shown[1])], "query": "sort=apply_no&cols=id"}
    assert [row[0] for row in sent(clerk, wanted)[1:]] == [str(shown[1]), str(shown[4])]
    told = work.scalars(select(AuditLog).where(AuditLog.event == EXPORTED)).one()
    assert (told.changes or {})["rows"] == [None, 2]
    work.rollback()
    everything = sent(clerk, {**wanted, "all_matching": "1"})
    assert len(everything) > 3
    junk = clerk.post(f"{LIST}export/csv/", {"rowid": "1 OR 1"}, page=LIST)
    assert junk.status_code == 400


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_missing_purpose_is_asked_for_with_the_choices_kept(
    clerk: Client, work: ActorSession, kind: str
) -> None:
    first = ids(clerk.get(LIST).text)[0]
    wanted = {**CHOICE, "query": "", "full": "1", "values": "codes", "rowid": str(first)}
    answer = clerk.post(f"{LIST}export/{kind}/", wanted, page=LIST)
    assert answer.status_code == 400
    page = answer.text
    assert 'aria-invalid="true" aria-describedby="export-purpose-wrong"' in page
    assert "请填写查看个人信息的事由" in page
    for chosen in ("full-shown", "values-codes", "col-name"):
        assert re.search(rf'id="{chosen}" checked', page), chosen
    assert re.search(r'id="col-mobile"(?! checked)', page)
    assert f'<input type="hidden" name="rowid" value="{first}">' in page
    assert (
        work.scalars(
            select(AuditLog).where(AuditLog.event == EXPORTED, AuditLog.result == "ok")
        ).all()
        == []
    )
    work.rollback()
    assert clerk.post(f"{LIST}export/{kind}/", {"full": "1"}, page=LIST).status_code == 400


def test_ticked_rows_of_another_office_do_not_leave(clerk: Client, staff: SignIn) -> None:
    mine = set(ids(clerk.get(f"{LIST}?size=200").text))
    all_ids = set(ids(staff("centre").get(f"{LIST}?size=200").text))
    foreign = sorted(all_ids - mine)
    assert foreign
    assert len(sent(clerk, {"rowid": [str(foreign[0])]})) == 1


def test_the_form_offers_what_can_be_chosen_and_carries_the_ticks(clerk: Client) -> None:
    page = clerk.get(LIST).text
    assert 'formaction="export/"' in page
    first = ids(page)[0]
    form = clerk.post(f"{LIST}export/", {"query": "cols=name", "rowid": str(first)}, page=LIST).text
    assert f'<input type="hidden" name="rowid" value="{first}">' in form
    assert "1 条勾选的记录" in form
    assert re.search(r'name="cols" value="name" id="col-name" checked', form)
    assert re.search(r'name="cols" value="mobile" id="col-mobile"(?! checked)', form)
    assert 'name="full" value="1"' in form
    assert clerk.get(f"{LIST}export/?filter=nonsense").status_code == 400


def test_who_may_not_export_is_offered_no_form(staff: SignIn) -> None:
    viewer = staff("viewer")
    assert 'formaction="export/"' not in viewer.get(LIST).text
    assert viewer.get(f"{LIST}export/").status_code == 403
    assert viewer.post(f"{LIST}export/", {}, page=LIST).status_code == 403


def test_a_workbook_of_chosen_columns_is_one_sheet_with_them(clerk: Client) -> None:
    answer = clerk.post(f"{LIST}export/xlsx/", {**CHOICE, "query": ""}, page=LIST)
    sheet = load_workbook(io.BytesIO(answer.data)).active
    assert sheet is not None
    assert [cell.value for cell in sheet[1]] == ["报名号", "状态", "姓名"]
    assert sheet.freeze_panes == "B2"


@pytest.mark.one_database("postgresql")
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_reader_who_goes_away_frees_cursor_and_connection(
    sign_in: SignIn, work: ActorSession, house: object, engine: Engine, kind: str
) -> None:
    assert house
    for number in range(3000):
        row = {"code": f"{number:05d}x", "name": "长" * 40, "level": 3, "province_code": "99"}
        work.add(Region(**row))
    work.commit()
    answer = sign_in("centre").http.get(f"/admin/region/export/{kind}/")
    pieces = answer.iter_encoded()
    next(pieces), next(pieces)
    asked = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() AND state <> 'idle'"
    )
    with engine.connect().execution_options(unscoped="test") as watching:
        work.close()
        assert watching.execute(asked).scalar_one() == 1
        watching.commit()
        answer.close()
        assert watching.execute(asked).scalar_one() == 0
        watching.commit()
        assert watching.execute(text("SELECT count(*) FROM pg_cursors")).scalar_one() == 0

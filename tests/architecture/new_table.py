"""What a new reference table gets for one mapped class and two lines of view.

Run by ``test_low_code`` in a process of its own, because a mapped class cannot be taken back. The
declarations are those that the README shows, so that these stay true as well.
"""

from __future__ import annotations

import csv
import io
import re
import sys
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Mapped

import views
from models.audit.tables import AuditLog
from models.base import columns
from models.base.orm import Business
from models.text import Label
from models.workflow.editing import action_on
from models.workflow.machine import Editing
from models.workflow.registry import register
from models.workflow.stateless import stateless
from models.workflow.tables import WorkflowLog
from tests.factories.records import House
from tests.support.lists import ids, total
from tests.support.record_pages import Ask, SignIn, Staff
from views.base import menu
from views.base.grid import Grid

README = Path(__file__).parents[2] / "README.md"
TABLE = "/admin/holiday/"
DAYS = {"2027-01-01": "元旦", "2027-02-06": "春节", "2027-10-01": "国庆节"}

pytestmark = pytest.mark.one_database("sqlite")


def declared() -> tuple[str, str]:
    """Return the two pieces of code that the README shows: the mapped class and the grid."""
    part = README.read_text(encoding="utf-8").partition("## Adding a table")[2]
    block = re.search(r"```python\n(.*?)```", part, re.DOTALL)
    assert block
    mapped, _, grid = block[1].partition("# views/")
    return mapped, grid.partition("\n")[2]


MAPPED, GRID = declared()
written = ModuleType("written_in_readme")
sys.modules[written.__name__] = written
written.__dict__.update(
    Business=Business, Grid=Grid, Label=Label, Mapped=Mapped, columns=columns, date=date, menu=menu
)
exec(compile(MAPPED + GRID, str(README), "exec"), written.__dict__)
Holiday = written.Holiday
register(stateless(Holiday, Editing("name")))
views.GRIDS = (*views.GRIDS, written.Holidays)


@pytest.fixture
def centre(sign_in: SignIn, house: House) -> Staff:
    """Return the centre's clerk, after having entered three holidays by the form."""
    assert house
    client = sign_in("centre")
    for day, name in DAYS.items():
        assert client.send(f"{TABLE}new/", day=day, name=name).status_code == 303
    return client


def named(page: str) -> list[str]:
    """Return the holidays that a page names, in its order."""
    plain = re.sub("</?mark>", "", page.partition("<tbody>")[2])
    return re.findall("|".join(DAYS.values()), plain)


def test_the_view_takes_two_lines() -> None:
    assert len([line for line in GRID.splitlines() if line.strip()]) == 2


def test_the_list_is_filtered_searched_sorted_and_paged(centre: Staff) -> None:
    page = centre.get(TABLE).text
    assert total(page) == 3
    assert "节假日" in page
    assert "日期" in page
    assert 'href="/admin/holiday/"' in centre.get("/admin/").text
    assert named(centre.get(f"{TABLE}?filter=name:prefix:国").text) == ["国庆节"]
    assert total(centre.get(f"{TABLE}?filter=day:le:2027-02-06").text) == 2
    assert named(centre.get(f"{TABLE}?sort=-day").text) == ["国庆节", "春节", "元旦"]
    found = centre.post(f"{TABLE}search/", {"q": "春", "query": ""}, page=TABLE)
    assert named(centre.get(found.location).text) == ["春节"]


def test_the_export_says_the_same(centre: Staff) -> None:
    body = centre.get(f"{TABLE}export/csv/?sort=day&cols=day,name").data.decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(body))) == [["日期", "名称"], *map(list, DAYS.items())]
    assert centre.get(f"{TABLE}export/xlsx/").data.startswith(b"PK")
    assert centre.get(f"{TABLE}export/csv/?filter=day:eq:soon").status_code == 400


def test_a_record_is_shown_corrected_and_its_history_told(centre: Staff, ask: Ask) -> None:
    id_ = ids(centre.get(f"{TABLE}?filter=name:eq:元旦").text)[0]
    assert "2027-01-01" in centre.get(f"{TABLE}details/?id={id_}").text
    assert centre.send(f"{TABLE}edit/?id={id_}", name="新年").status_code == 303
    page = centre.get(f"{TABLE}details/?id={id_}").text
    assert "<del>元旦</del>" in page
    assert "<ins>新年</ins>" in page
    assert ask(select(Holiday.version).where(Holiday.id == id_)) == 2
    told = select(func.count()).where(AuditLog.event.startswith("reference:holiday:"))
    assert ask(told) == len(DAYS) + 1


def test_many_are_changed_at_once_and_brought_back(centre: Staff, ask: Ask) -> None:
    rows = ids(centre.get(f"{TABLE}?filter=day:ge:2027-02-01").text)
    fields = {"action": action_on("name"), "rowid": [str(row) for row in rows], "query": ""}
    begun = centre.post(f"{TABLE}action/", fields, page=TABLE)
    assert begun.status_code == 303, begun.text
    path = str(begun.location)
    value = {"input_value": "假日"}
    assert centre.post(f"{path}preview", value, page=path).status_code == 303
    assert centre.post(f"{path}commit", value, page=path).status_code == 303
    renamed = select(func.count()).where(Holiday.name == "假日")
    assert ask(renamed) == 2
    assert ask(select(func.count()).where(WorkflowLog.machine == "holiday")) == 2
    taking = centre.post(f"{path}undo", page=path)
    assert centre.post(f"{taking.location}commit", page=taking.location).status_code == 303
    assert ask(renamed) == 0


def test_faults_stand_beside_their_field(centre: Staff, ask: Ask) -> None:
    for sent, field in (
        ({"day": "2027-01-01", "name": "又一个"}, "day"),
        ({"day": "soon", "name": "某日"}, "day"),
        ({"day": "2027-05-01", "name": ""}, "name"),
        ({"day": "2027-05-01", "name": "长" * 61}, "name"),
    ):
        answer = centre.send(f"{TABLE}new/", **sent)
        assert answer.status_code == 400, sent
        assert f'href="#{field}"' in answer.text, sent
    assert ask(select(func.count()).select_from(Holiday)) == len(DAYS)


def test_rights_hold_without_a_word(centre: Staff, sign_in: SignIn) -> None:
    assert centre
    viewer = sign_in("viewer")
    page = viewer.get(TABLE).text
    assert total(page) == 3
    assert "new/" not in page
    assert viewer.get(f"{TABLE}new/").status_code == 403
    id_ = ids(page)[0]
    assert viewer.post(f"{TABLE}edit/?id={id_}", {"name": "x"}).status_code == 403

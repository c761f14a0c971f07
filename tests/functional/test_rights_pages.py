"""The pages that show who may do what: derived from the declarations, open to whom they concern."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask

import views
from models.accounts.permissions import GRANTS, RoleCode
from models.base.actor import Actor
from models.text import Label
from models.workflow.registry import machine_of
from tests.factories.records import House
from tests.support.record_pages import SignIn
from views.accounts.matrix import RoleRights, rights_of
from views.base.shell import panel_views

ALL, MINE = "/admin/role/matrix/", "/admin/role/mine/"

pytestmark = pytest.mark.one_database("sqlite")


@pytest.fixture
def matrix(app: Flask) -> list[RoleRights]:
    """Return the rights of every role."""
    with app.app_context():
        grids = [view for view in panel_views() if hasattr(view, "mapped")]
        return [rights_of(role, grids) for role in RoleCode]


def plain(page: str) -> str:
    """Return the words of a page without its tags."""
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.partition("<main")[2])))


def test_the_matrix_agrees_with_the_grants(matrix: list[RoleRights]) -> None:
    for shown in matrix:
        who = Actor("x", role=shown.role, grants=GRANTS[shown.role])
        for grid in views.GRIDS:
            line = shown.by_table[grid.mapped.__tablename__]
            allowed = {act.name for act, may in line.acts if may}
            right = f"{grid.mapped.__area__}:{grid.mapped.__tablename__}:"
            assert ("look" in allowed) == (who.can(f"{right}list") and who.can(f"{right}view"))
            for name, page in (("create", "create_view"), ("edit", "edit_view")):
                has_page = getattr(grid, page, None) is not None
                assert (name in allowed) == (has_page and who.can(right + name))
            machine = machine_of(grid.mapped)
            moves = machine.transitions if machine else ()
            told = set(line.verbs)
            assert {m.label for m in moves if who.can(right + m.name)} <= told
            assert not {m.label for m in moves if not who.can(right + m.name)} & told


def test_everything_in_the_matrix_has_words(matrix: list[RoleRights]) -> None:
    for shown in matrix:
        for line in shown.by_table.values():
            assert all(isinstance(verb, Label) and verb.zh for verb in line.verbs), line
            assert line.reach


def test_the_centre_sees_every_role_and_each_in_full(house: House, sign_in: SignIn) -> None:
    assert house
    centre = sign_in("centre")
    page = plain(centre.get(ALL).text)
    assert all(role.label.zh in page for role in RoleCode)
    assert "权限总表" in centre.get("/admin/role/").text
    one = plain(centre.get(f"{ALL}?role=info_viewer").text)
    assert "权限：信息查询员" in one
    assert "不可见 ：具体说明、审核意见" in one
    assert "遮盖 ：证件号码、通讯地址、手机号码、电子邮箱" in one
    assert centre.get(f"{ALL}?role=nobody").status_code == 404


def test_others_see_their_own_role_alone(house: House, sign_in: SignIn) -> None:
    assert house
    for user, label in (("authority", "认定机构用户"), ("confirm", "现场确认用户")):
        client = sign_in(user)
        assert client.get(ALL).status_code == 403
        assert client.get(f"{ALL}?role=super").status_code == 403
        assert f'href="{MINE}"' in client.get("/admin/help/").text
        assert f'href="{ALL}"' not in client.get("/admin/help/").text
        page = client.get(MINE)
        assert page.status_code == 200
        assert label in page.text
        assert "系统管理员" not in plain(page.text)
    assert "本确认点" in plain(sign_in("confirm").get(MINE).text)

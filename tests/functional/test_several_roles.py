"""One account with roles in several organisations: it acts as one at a time, and says so."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from models.accounts.tables import UserAccount, UserRole
from models.audit.tables import AuditLog
from models.base.session import ActorSession
from tests.factories.records import House
from tests.support.lists import ids
from tests.support.record_pages import Ask, SignIn, Staff

LIST = "/admin/certification_application/"
COOKIE = "__Host-session"


@pytest.fixture
def roles(work: ActorSession, house: House) -> dict[str, int]:
    """Give the authority's clerk two roles more, elsewhere; return the ids of all three."""
    user = select(UserAccount.id).where(UserAccount.username == "authority")
    user_id = work.scalars(user).one()
    first = work.scalars(select(UserRole.id).where(UserRole.user_id == user_id)).one()
    neighbour = UserRole(user_id=user_id, role_code="authority", scope_org_id=house.other.authority)
    viewer = UserRole(user_id=user_id, role_code="info_viewer", scope_org_id=house.province)
    work.add_all([neighbour, viewer])
    work.flush()
    found = {"own": first, "neighbour": neighbour.id, "viewer": viewer.id}
    work.commit()
    return found


def switch(client: Staff, role: int) -> None:
    assert client.post("/role", {"user_role": str(role)}, page="/admin/").status_code == 303


def test_the_data_of_another_role_is_out_of_sight_until_it_is_acted_as(
    sign_in: SignIn, house: House, roles: dict[str, int]
) -> None:
    client = sign_in("authority")
    own, other = house.own.application, house.other.application
    for role, mine, theirs, office in (
        (None, own, other, "甲区教育局"),
        (roles["neighbour"], other, own, "乙区教育局"),
        (roles["own"], own, other, "甲区教育局"),
    ):
        if role is not None:
            switch(client, role)
        page = client.get(LIST).text
        assert ids(page) == [mine]
        assert f'title="{office}"' in page
        assert client.get(f"{LIST}details/?id={mine}").status_code == 200
        assert client.get(f"{LIST}details/?id={theirs}").status_code == 404
        assert client.get(f"{LIST}edit/?id={theirs}").status_code == 404
        refused = client.post(f"{LIST}action/", {"action": "confirm", "rowid": str(theirs)})
        assert refused.status_code == 400
        file = client.get(f"{LIST}export/csv/?cols=id").data.decode("utf-8-sig")
        assert file.split()[1:] == [str(mine)]


def test_rights_are_those_of_the_role_acted_as(
    sign_in: SignIn, house: House, roles: dict[str, int]
) -> None:
    client = sign_in("authority")
    switch(client, roles["viewer"])
    page = client.get(LIST).text
    assert ids(page) == [house.other.application, house.own.application]
    assert 'action="action/"' not in page
    assert client.get(f"{LIST}edit/?id={house.own.application}").status_code == 403
    assert client.get(f"{LIST}export/csv/").status_code == 403
    assert "信息查询员" in client.get("/admin/role/mine/").text
    sent = {"id": str(house.own.application), "purpose": "核对"}
    assert client.post(f"{LIST}reveal/", sent).status_code == 403


def test_a_switch_is_on_record_and_ends_the_old_cookie(
    sign_in: SignIn, roles: dict[str, int], ask: Ask
) -> None:
    client = sign_in("authority")
    before = client.http.get_cookie(COOKIE)
    assert before is not None
    switch(client, roles["neighbour"])
    told = ask(select(AuditLog).where(AuditLog.event.endswith(":switch_role")))
    assert (told.entity, told.entity_text, told.result) == ("user_account", "authority", "ok")
    assert told.changes == {
        "role_code": ["authority", "authority"],
        "held_over": ["甲区教育局", "乙区教育局"],
    }
    page = sign_in("centre").get(f"/admin/user_account/details/?id={told.entity_id}").text
    history = page.partition('id="history"')[2]
    assert "切换角色" in history
    assert "<ins>乙区教育局</ins>" in history
    assert "role_code" not in history
    stale = sign_in("confirm")
    stale.http.set_cookie(COOKIE, before.value)
    answer = stale.get(LIST)
    assert answer.status_code == 303
    assert "/login" in answer.location

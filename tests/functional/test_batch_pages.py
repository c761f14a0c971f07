"""The batch form of a list and the pages of a batch, as a script without JavaScript uses them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from models.audit.tables import AuditLog
from models.base.session import ActorSession
from models.batch.tables import Batch
from models.certification.tables import CertificationApplication
from models.certification.tables_parts import ApplicationMaterial
from models.workflow.tables import WorkflowLog
from tests.factories.certification import World, make_application
from tests.support.certifying import status
from tests.support.desk import Desk
from tests.support.http import Client

LIST = "/admin/certification_application/"
ACTION = f"{LIST}action/"


@pytest.fixture
def clerk(desk: Desk, world: World) -> Client:
    return desk(world.here.authority)


def make_many(
    system: ActorSession, world: World, *states: str
) -> Sequence[CertificationApplication]:
    made = [make_application(system, world.here, state) for state in states]
    system.commit()
    return made


def press(
    client: Client, action: str, *records: CertificationApplication, **fields: str
) -> TestResponse:
    rowids = [str(record.id) for record in records]
    return client.post(ACTION, {"action": action, "rowid": rowids, **fields})


def pinned(answer: TestResponse) -> str:
    """Return the address of the batch that a press led to."""
    assert answer.status_code == 303, answer.text
    assert re.fullmatch(r"/admin/batch/\d+/", answer.location)
    return answer.location


def said(client: Client, path: str) -> str:
    """Return the sentence of a batch page as text."""
    page = client.get(path)
    assert page.status_code == 200
    found = re.search(r'<p class="sentence".*?</p>', page.text, re.DOTALL)
    assert found
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", found[0])).split())


def numbers(text: str) -> list[str]:
    return re.findall(r"\d+", text)


def count(system: ActorSession, table: type[Batch] | type[WorkflowLog]) -> int:
    found = system.scalar(select(func.count()).select_from(table)) or 0
    system.rollback()
    return found


def test_a_press_pins_and_previews_and_changes_nothing(
    clerk: Client, world: World, system: ActorSession
) -> None:
    ready, waiting = make_many(system, world, "confirmed", "submitted")
    path = pinned(press(clerk, "approve", ready, waiting))
    assert numbers(said(clerk, path)) == ["2", "1", "1"]
    page = clerk.get(path).text
    assert f"details/?id={waiting.id}" in page  # the example of the group that cannot
    assert status(system, ready) == "confirmed"
    assert count(system, WorkflowLog) == 0


def test_the_button_says_the_number(clerk: Client, world: World, system: ActorSession) -> None:
    path = pinned(press(clerk, "approve", *make_many(system, world, *["confirmed"] * 3)))
    button = re.search(r"<button[^>]*data-commit[^>]*>(.*?)</button>", clerk.get(path).text)
    assert button
    assert "通过" in button[1]
    assert numbers(button[1]) == ["3"]


@pytest.mark.parametrize("place", ["field", "address"])
def test_all_matching_takes_the_rows_of_the_list_and_no_more(
    clerk: Client, world: World, system: ActorSession, place: str
) -> None:
    make_many(system, world, "confirmed", "confirmed", "submitted")
    make_application(system, world.there, "confirmed")
    system.commit()
    query = "filter=status:eq:confirmed"
    fields = {"action": "approve", "all_matching": "1"}
    if place == "field":
        answer = clerk.post(ACTION, {**fields, "query": query})
    else:
        answer = clerk.post(f"{ACTION}?{query}", fields)
    assert numbers(said(clerk, pinned(answer))) == ["2", "2"]


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"action": "approve"}, ACTION),
        ({"action": "approve", "rowid": "abc"}, ACTION),
        ({"action": "approve", "rowid": "99999999999999999999"}, ACTION),
        ({"action": "nonsense", "rowid": "1"}, ACTION),
        ({"rowid": "1"}, ACTION),
        ({"action": "approve", "all_matching": "1", "query": "filter=nonsense"}, ACTION),
        ({"action": "approve", "all_matching": "1"}, f"{ACTION}?filter=status:eq:nonsense"),
        ({"action": "approve", "rowid": "1"}, "/admin/person/action/"),
    ],
)
def test_junk_is_refused_and_makes_no_batch(
    clerk: Client, system: ActorSession, fields: dict[str, str], path: str
) -> None:
    assert clerk.post(path, fields).status_code == 400
    assert count(system, Batch) == 0


def test_a_role_without_the_right_makes_no_batch(
    desk: Desk, world: World, system: ActorSession
) -> None:
    (ready,) = make_many(system, world, "confirmed")
    assert press(desk(world.here.confirm), "approve", ready).status_code == 403
    assert count(system, Batch) == 0


def test_commit_moves_once_and_a_second_press_shows_the_same_result(
    clerk: Client, world: World, system: ActorSession
) -> None:
    ready, waiting = make_many(system, world, "confirmed", "submitted")
    path = pinned(press(clerk, "approve", ready, waiting))
    for _press in range(2):
        answer = clerk.post(f"{path}commit")
        assert (answer.status_code, answer.location) == (303, path)
    assert numbers(said(clerk, path)) == ["2", "1", "1"]
    assert status(system, ready) == "approved_unnumbered"
    assert count(system, WorkflowLog) == 1


def test_missing_inputs_are_said_beside_each_field_and_nothing_is_done(
    clerk: Client, world: World, system: ActorSession
) -> None:
    (waiting,) = make_many(system, world, "submitted")
    path = pinned(press(clerk, "mark_incomplete", waiting))
    answer = clerk.post(f"{path}commit", {"input_reason": "缺照片"})
    assert answer.status_code == 400
    assert 'id="input-missing-wrong"' in answer.text
    assert 'id="input-deadline-wrong"' in answer.text
    assert 'id="input-reason-wrong"' not in answer.text
    assert ">缺照片</textarea>" in answer.text
    assert status(system, waiting) == "submitted"


@pytest.mark.parametrize("step", ["preview", "commit", "cancel"])
def test_the_address_of_a_refused_step_leads_back_to_the_batch(
    clerk: Client, desk: Desk, world: World, system: ActorSession, step: str
) -> None:
    (waiting,) = make_many(system, world, "submitted")
    path = pinned(press(clerk, "mark_incomplete", waiting))
    assert clerk.post(f"{path}commit", {"input_reason": "缺照片"}).status_code == 400
    answer = clerk.get(path + step)
    assert (answer.status_code, answer.location) == (303, path)
    assert status(system, waiting) == "submitted"
    assert desk(world.there.authority).get(path + step).status_code == 404


def test_inputs_of_a_preview_stay_until_the_commit(
    clerk: Client, world: World, system: ActorSession
) -> None:
    (waiting,) = make_many(system, world, "submitted")
    path = pinned(press(clerk, "reject_confirmation", waiting))
    assert clerk.post(f"{path}preview", {"input_reason": "不属本辖区"}).status_code == 303
    assert ">不属本辖区</textarea>" in clerk.get(path).text
    assert clerk.post(f"{path}commit", {"input_reason": "不属本辖区"}).status_code == 303
    assert status(system, waiting) == "confirm_rejected"


def test_what_was_unticked_after_the_preview_is_not_done(
    clerk: Client, world: World, system: ActorSession
) -> None:
    (waiting,) = make_many(system, world, "submitted")
    photo = system.scalar(
        select(ApplicationMaterial).where(
            ApplicationMaterial.application_id == waiting.id,
            ApplicationMaterial.material_code == "photo",
        )
    )
    assert photo
    photo.state = "pending"
    system.commit()
    path = pinned(press(clerk, "confirm", waiting))
    clerk.post(f"{path}preview", {"input_complete": "1", "inputs_shown": "1"})
    assert "data-commit" in clerk.get(path).text
    clerk.post(f"{path}commit", {"inputs_shown": "1"})
    assert status(system, waiting) == "submitted"


def test_a_cancelled_batch_offers_nothing_and_commits_nothing(
    clerk: Client, world: World, system: ActorSession
) -> None:
    (ready,) = make_many(system, world, "confirmed")
    path = pinned(press(clerk, "approve", ready))
    assert clerk.post(f"{path}cancel").location == path
    assert "data-commit" not in clerk.get(path).text
    assert clerk.post(f"{path}commit").status_code == 409
    assert status(system, ready) == "confirmed"


def test_cancelling_what_was_carried_out_meanwhile_leads_to_its_result(
    clerk: Client, world: World, system: ActorSession
) -> None:
    (ready,) = make_many(system, world, "confirmed")
    path = pinned(press(clerk, "approve", ready))
    clerk.post(f"{path}commit")
    answer = clerk.post(f"{path}cancel")
    assert (answer.status_code, answer.location) == (303, path)
    assert "此批次已办理完毕" in clerk.get(path).text
    assert status(system, ready) == "approved_unnumbered"


@pytest.mark.parametrize("key", ["0", "999999", "99999999999999999999", "abc", "-1", "1.0", "²"])
def test_junk_and_unknown_batches_are_not_found(clerk: Client, key: str) -> None:
    assert clerk.get(f"/admin/batch/{key}/").status_code == 404
    assert clerk.post(f"/admin/batch/{key}/commit").status_code == 404


def test_a_batch_of_somebody_else_is_not_found(
    desk: Desk, clerk: Client, world: World, system: ActorSession
) -> None:
    (ready,) = make_many(system, world, "confirmed")
    path = pinned(press(clerk, "approve", ready))
    for stranger in (world.here.confirm, world.there.authority):
        client = desk(stranger)
        assert client.get(path).status_code == 404
        for step in ("preview", "commit", "cancel"):
            assert client.post(path + step).status_code == 404
        assert client.get(f"{path}rows.xlsx").status_code == 404
    assert status(system, ready) == "confirmed"


def test_numbers_are_announced_and_then_shown(
    clerk: Client, world: World, system: ActorSession
) -> None:
    approved = make_many(system, world, *["approved_unnumbered"] * 3)
    path = pinned(press(clerk, "assign_numbers", *approved))
    announced = re.search(r"(\d{17}) – (\d{17})", clerk.get(path).text)
    assert announced
    assert int(announced[2]) - int(announced[1]) == 2
    clerk.post(f"{path}commit")
    page = clerk.get(path).text
    assert announced[0] in page
    assert set(announced.groups()) <= set(re.findall(r'class="figures">(\d{17})<', page))


def test_rows_can_be_narrowed_to_an_outcome_and_a_reason(
    clerk: Client, world: World, system: ActorSession
) -> None:
    ready, waiting, finished = make_many(
        system, world, "confirmed", "submitted", "approved_numbered"
    )
    path = pinned(press(clerk, "approve", ready, waiting, finished))

    def rows(query: str) -> set[int]:
        table = clerk.get(f"{path}?{query}").text.partition('id="rows"')[2]
        return {int(found) for found in re.findall(r"details/\?id=(\d+)", table)}

    assert rows("outcome=ready") == {ready.id}
    assert rows("outcome=refused") == {waiting.id, finished.id}
    assert rows("outcome=refused&reason=state:submitted") == {waiting.id}
    assert rows("outcome=nonsense&after=junk") == set()


def test_every_outcome_can_be_downloaded_and_the_trail_says_so(
    clerk: Client, world: World, system: ActorSession
) -> None:
    ready, waiting = make_many(system, world, "confirmed", "submitted")
    path = pinned(press(clerk, "approve", ready, waiting))
    clerk.post(f"{path}commit")
    answer = clerk.get(f"{path}rows.xlsx")
    sheet = load_workbook(BytesIO(answer.data)).active
    assert sheet is not None
    head, *lines = sheet.iter_rows(values_only=True)
    assert [line[0] for line in lines] == [ready.id, waiting.id]
    assert [line[head.index("结果")] for line in lines] == ["已办理", "不能办理"]
    taken = select(func.count()).where(AuditLog.event == "batch:batch:export")
    assert system.scalar(taken) == 1

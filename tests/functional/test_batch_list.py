"""The list of batches says what became of old selections."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from models import clock
from models.accounts.tables import UserAccount
from models.base.session import ActorSession
from models.batch.tables import Batch, BatchState
from tests.factories.records import House
from tests.support.record_pages import SignIn, Staff

AGES = {"新选定": 1, "旧选定": 25, "旧预览": 25, "旧完成": 25}
STATES = ("pinned", "pinned", "previewed", "done")


@pytest.fixture
def clerk(house: House, work: ActorSession, sign_in: SignIn) -> Staff:
    """Store four batches of a clerk, of this hour and of yesterday."""
    user = work.scalars(select(UserAccount).where(UserAccount.username == "authority")).one()
    for (label, hours), state in zip(AGES.items(), STATES, strict=True):
        pinned_at = clock.now() - timedelta(hours=hours)
        work.add(
            Batch(
                label=label,
                kind="transition",
                entity="certification_application",
                action="approve",
                state=state,
                user_id=user.id,
                username=user.username,
                role="authority",
                org_id=house.own.authority,
                pinned_at=pinned_at,
                expires_at=pinned_at + timedelta(hours=24),
            )
        )
    work.commit()
    return sign_in("authority")


@pytest.mark.parametrize(
    ("state", "labels"),
    [
        ("expired", {"旧选定", "旧预览"}),
        ("pinned", {"新选定"}),
        ("previewed", set()),
        ("done", {"旧完成"}),
    ],
)
def test_a_selection_too_old_to_be_carried_out_is_listed_as_expired(
    state: str, labels: set[str], clerk: Staff
) -> None:
    answer = clerk.get(f"/admin/batch/?cols=label,state&filter=state:eq:{state}")
    assert answer.status_code == 200
    table = re.search(r"<tbody.*?</tbody>", answer.text, re.DOTALL)
    shown = table[0] if table else ""
    assert {label for label in AGES if label in shown} == labels
    assert shown.count(BatchState.labels()[state].zh) == len(labels)


def test_what_needs_no_machine_is_called_by_its_name_and_found_by_it(
    clerk: Staff, work: ActorSession
) -> None:
    for entity, act in (("org", "import"), ("org", "undo_import"), ("person", "export")):
        for batch in work.scalars(select(Batch).where(Batch.label == "新选定")):
            made = {c.key: getattr(batch, c.key) for c in Batch.__table__.columns if c.key != "id"}
            work.add(Batch(**made | {"entity": entity, "action": act, "label": f"{entity} {act}"}))
    work.commit()
    page = clerk.get("/admin/batch/").text
    for word in ("导入", "撤销“导入”", "导出"):
        assert f">{word}<" in page
    assert ">import<" not in page
    found = clerk.get("/admin/batch/?cols=label&filter=action:eq:undo_import").text
    assert "org undo_import" in found
    assert "person export" not in found
    offered = clerk.get("/admin/batch/?add=action").text
    assert offered.count(">导入<") <= 3, "once in the list, once among the choices"

"""A stale save of every kind of field: theirs and yours side by side, one is chosen, nothing else
is lost; all by plain forms.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from models import clock
from models.audit.tables import AuditLog
from models.planning.tables import WorkPlan
from tests.factories.records import House
from tests.support.forms import form_of
from tests.support.record_pages import Ask, SignIn


def _later(days: int, time: str = "") -> dict[str, str]:
    day = (clock.today() + timedelta(days=days)).isoformat()
    return {"decide_end": day, "decide_end__time": time}


def test_days_times_and_choices_are_chosen_field_by_field(
    sign_in: SignIn, house: House, ask: Ask
) -> None:
    path = f"/admin/work_plan/edit/?id={house.own.plan}"
    slow, quick = sign_in("authority"), sign_in("authority")
    stale = slow.form(path)
    theirs = {"name": "二〇二六年计划", **_later(200)}
    assert quick.send(path, **theirs).status_code == 303
    mine: dict[str, Any] = stale | {k: [v] for k, v in _later(300, "17:30").items()}
    answer = slow.http.post(path, data=mine)
    assert answer.status_code == 409
    chosen = form_of(answer.text)
    assert chosen["name"] == ["二〇二六年计划"]  # theirs alone: it stands unless mine is chosen
    assert chosen["decide_end"] == [_later(200)["decide_end"]]
    yours = re.search(r'id="decide_end-yours" value="([^"]+)"', answer.text)
    assert yours
    assert yours[1].endswith("T17:30")
    assert "双方都有修改" in answer.text
    chosen["decide_end"] = [yours[1]]
    assert slow.http.post(path, data=chosen).status_code == 303
    plan = ask(select(WorkPlan).where(WorkPlan.id == house.own.plan))
    assert plan.name == "二〇二六年计划"
    assert plan.decide_end.astimezone(clock.SHANGHAI).strftime("%H:%M") == "17:30"
    edits = select(AuditLog.changes).where(AuditLog.event == "planning:work_plan:edit")
    assert set(ask(edits.order_by(AuditLog.id.desc()).limit(1))) == {"decide_end"}


def test_a_third_who_saves_meanwhile_is_a_conflict_again(
    sign_in: SignIn, house: House, ask: Ask
) -> None:
    path = f"/admin/org/edit/?id={house.own.site}"
    slow, quick = sign_in("authority"), sign_in("authority")
    stale = slow.form(path)
    assert quick.send(path, phone="010-1").status_code == 303
    first = slow.http.post(path, data=stale | {"phone": ["010-2"]})
    assert first.status_code == 409
    chosen = form_of(first.text) | {"phone": ["010-2"]}
    assert quick.send(path, phone="010-3").status_code == 303
    second = slow.http.post(path, data=chosen)
    assert second.status_code == 409
    assert "010-3" in second.text
    assert form_of(second.text)["phone"] == ["010-3"]

"""Lets the real engine move everything in the order of time, by who would have done it then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

from sqlalchemy import select

from models import clock
from models.base.actor import Actor, system_actor
from models.base.orm import Base
from models.base.session import ActorSession
from models.batch.operations import run_now
from models.certification.choices import MaterialState
from models.certification.tables import CertificationApplication
from models.certification.tables_parts import ApplicationMaterial
from seed.demo.applications import moment
from seed.demo.cases import BY_SITE, Case, Step
from seed.demo.plans import CONFIRM

#: Who submits: the public site on which applicants fill in their forms.
ONLINE = system_actor("online")
_MISSING = (
    ("health_cert",),
    ("moral_appraisal",),
    ("putonghua_cert",),
    ("photo", "residence_document"),
    ("health_cert", "moral_appraisal"),
)
_INCOMPLETE = (
    "体检表缺少医院公章",
    "材料不全，已当场一次性告知",
    "照片不是近期免冠照",
    "学历证书未带原件",
)
_REJECTED = ("户籍、居住地均不在本辖区", "普通话等级未达到所申请学科的要求", "材料经核对与原件不符")
_REFUSED = ("学历不符合申请种类的要求", "体检结论为不合格", "思想品德鉴定未通过")
_TAKEN_BACK = ("核对时发现录入有误，退回重新审核", "申请人补充了新的证明材料")
_REASONS = {
    "mark_incomplete": _INCOMPLETE,
    "reject_confirmation": _REJECTED,
    "refuse": _REFUSED,
    "reopen_confirmation": _TAKEN_BACK,
    "reopen_review": _TAKEN_BACK,
    "withdraw_approval": _TAKEN_BACK,
}


@dataclass(slots=True)
class Event:
    """One batch: when, by whom, what, to which rows."""

    at: datetime
    actor: Actor
    table: type[Base]
    action: str
    inputs: dict[str, Any] = field(default_factory=dict)
    ids: list[int] = field(default_factory=list)


class HistoryError(RuntimeError):
    """The engine refused what the demo meant to happen; the demo's own mistake."""


@contextmanager
def acting(session: ActorSession, actor: Actor, at: datetime) -> Iterator[None]:
    """Let somebody else act in the seed's session at an earlier time.

    Everywhere else a session keeps its actor, because what it has loaded is not filtered again.
    The seed has made every row itself and lives in one transaction.
    """
    session.flush()
    seeding = session.info["actor"]
    session.info["actor"] = actor
    try:
        with clock.held(at):
            yield
            session.flush()
    finally:
        session.info["actor"] = seeding


def play(session: ActorSession, events: Iterable[Event]) -> None:
    """Run the events from the first to the last.

    :raises HistoryError: when the engine moved fewer rows than it was told to.
    """
    for event in sorted(events, key=lambda event: event.at):
        with acting(session, event.actor, event.at):
            if event.action == "confirm":
                _receive_missing(session, event)
            _move(session, event)


def _move(session: ActorSession, event: Event) -> None:
    done = run_now(session, event.actor, event.table, event.action, event.ids, inputs=event.inputs)
    if done.done_count != len(event.ids):
        raise HistoryError(f"{event.action} moved {done.done_count} of {len(event.ids)} rows")


def _receive_missing(session: ActorSession, event: Event) -> None:
    """Take in what was found missing before: confirming takes in only what is still pending."""
    missing = session.scalars(
        select(ApplicationMaterial.id)
        .where(
            ApplicationMaterial.application_id.in_(event.ids),
            ApplicationMaterial.state == MaterialState.missing,
        )
        .order_by(ApplicationMaterial.id)
    ).all()
    if missing:
        found = list(missing)
        _move(session, Event(event.at, event.actor, ApplicationMaterial, "receive", {}, found))


def case_events(
    rng: Random, cases: Sequence[Case], staff: dict[int, Actor], sites: dict[int, list[int]]
) -> list[Event]:
    """Return the events of all cases: what falls on the same hour of one office is one batch.

    ``staff`` is who works at an organisation, ``sites`` the ids of an authority's sites.
    """
    found: dict[tuple[Any, ...], Event] = {}
    for case in sorted(cases, key=lambda case: case.id):
        for step in case.steps:
            office = case.plan.org_id
            if step.action in BY_SITE:
                office = sites[office][case.site]
            key = (office, case.plan.id, step.action, step.day)
            if key not in found:
                found[key] = _event(rng, case, step, staff[office])
            found[key].ids.append(case.id)
    return list(found.values())


def _event(rng: Random, case: Case, step: Step, actor: Actor) -> Event:
    actor = ONLINE if step.action == "submit" else actor
    at = moment(case, step.day, step.hour)
    return Event(at, actor, CertificationApplication, step.action, _inputs(rng, case, step))


def _inputs(rng: Random, case: Case, step: Step) -> dict[str, Any]:
    inputs: dict[str, Any] = {}
    if step.action in _REASONS:
        inputs["input_reason"] = rng.choice(_REASONS[step.action])
    if step.action == "mark_incomplete":
        inputs["input_missing"] = list(rng.choice(_MISSING))
        last = moment(case, CONFIRM[1] - 5, 0).astimezone(clock.SHANGHAI).date()
        inputs["input_deadline"] = last.isoformat()
    if step.action == "confirm":
        inputs["input_complete"] = "1"
    return inputs

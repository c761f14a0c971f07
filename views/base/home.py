"""The start page: what waits for this role, counts per state, open windows and notices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask import Response, jsonify
from flask.typing import ResponseReturnValue
from flask_admin.base import AdminIndexView, expose
from sqlalchemy import func, select
from typing_extensions import override

from models import clock
from models.base.actor import Actor
from models.base.session import ActorSession
from models.messaging.queries import common_documents, current_notices
from models.messaging.tables import Notice
from models.planning.queries import current_plans
from models.planning.rules import is_within
from models.planning.tables import WorkPlan
from models.text import Label
from models.workflow.machine import Machine
from models.workflow.registry import machine_of
from views.base.request import actor, session
from views.base.rights import is_open
from views.base.shell import panel_views
from views.base.waiting import capped, own_states, waiting_counts

PLANS_SHOWN, NOTICES_SHOWN, DOCUMENTS_SHOWN = 3, 5, 5
#: Windows end before their end (reading 14): a day earlier when that is midnight.
HALF_OPEN = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class StateCount:
    """A state with the number of records in it that the actor sees."""

    state: str
    label: Label
    tone: str
    count: int
    url: str


@dataclass(frozen=True, slots=True)
class Tally:
    """The states of one grid."""

    label: Label
    url: str
    states: tuple[StateCount, ...]


@dataclass(frozen=True, slots=True)
class Window:
    """One of a plan's windows, in days; ``days_left`` is None unless it is open."""

    label: Label
    first: date
    last: date
    has_begun: bool
    days_left: int | None


@dataclass(frozen=True, slots=True)
class Task:
    """Records of a grid that its queue would give to this role; the count stops at the cap."""

    grid: Label
    state: StateCount
    count: str


class Home(AdminIndexView):
    """The page at ``/admin/``; Flask-Admin's own static files (jQuery …) are not served."""

    def __init__(self) -> None:
        super().__init__(url="/admin")
        self.static_folder = None

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """Show the start page."""
        who, work = actor(), session()
        found = list(machines(who))
        tallies = [count_states(work, view, machine) for view, machine in found]
        page: str = self.render(
            "admin/index.html",
            tasks=list(tasks_of(work, who, found, tallies)),
            has_tasks=any(own_states(who, view, machine) for view, machine in found),
            tallies=tallies,
            plans=(
                [(plan, windows_of(plan)) for plan in current_plans(work, PLANS_SHOWN)]
                if who.can("planning:work_plan:list")
                else []
            ),
            notices=(
                current_notices(work, NOTICES_SHOWN) if who.can("messaging:notice:list") else []
            ),
            documents=documents_for(who, work),
        )
        return page

    @expose("/waiting/")
    def waiting_view(self) -> Response:
        """Answer how much waits in each grid, for the sidebar; no count goes beyond the cap."""
        who, work = actor(), session()
        grids = list(machines(who))
        counted = waiting_counts(work, who, grids)
        sums: dict[str, int] = Counter()
        for (table, _state), count in counted.items():
            sums[table] += count
        endpoints = {machine.table.__tablename__: view.endpoint for view, machine in grids}
        return jsonify({endpoints[table]: capped(count) for table, count in sums.items()})

    @override
    def _handle_view(self, name: str, **_kwargs: Any) -> None:
        actor()  # the page is anybody's who is signed in; what it shows follows his rights


def documents_for(who: Actor, work: ActorSession) -> list[Notice] | None:
    """Return the latest documents to download; None for who may open no such file."""
    may_open = who.can("messaging:notice:file")
    return common_documents(work, DOCUMENTS_SHOWN) if may_open else None


def windows_of(plan: WorkPlan) -> list[Window]:
    """Return the three windows of a plan."""
    return [
        _window(Label("网报", "Applications"), plan.apply_start, plan.apply_end),
        _window(Label("确认", "Confirmation"), plan.confirm_start, plan.confirm_end),
        _window(Label("认定", "Decision"), plan.decide_start, plan.decide_end),
    ]


def _window(label: Label, start: datetime, end: datetime) -> Window:
    now = clock.now()
    return Window(
        label,
        start.astimezone(clock.SHANGHAI).date(),
        (end - HALF_OPEN).astimezone(clock.SHANGHAI).date(),
        start <= now,
        (end - now).days if is_within(start, end, now) else None,
    )


def machines(who: Actor) -> Iterator[tuple[Any, Machine]]:
    """Return the grids with a state machine that the actor may list; parts count with the whole."""
    for view in panel_views():
        model = getattr(view, "mapped", None)
        machine = machine_of(model) if model is not None and not model.__part_of__ else None
        if model is None or machine is None or not view.may(who, "list"):
            continue
        if is_open(model, machine.column):
            yield view, machine


def count_states(work: ActorSession, view: Any, machine: Machine) -> Tally:
    """Count a grid's records per state in the actor's scope, in one statement."""
    column = getattr(view.mapped, machine.column)
    rows = work.execute(select(column, func.count()).group_by(column))
    counted: dict[str, int] = {row[0]: row[1] for row in rows}
    states = tuple(
        StateCount(
            state.value,
            state.label,
            state.tone,
            counted.get(state.value, 0),
            f"{view.url}/?filter={column.key}:eq:{state.value}",
        )
        for state in machine.states
    )
    return Tally(view.mapped.__label__, f"{view.url}/", states)


def tasks_of(
    work: ActorSession, who: Actor, grids: Sequence[tuple[Any, Machine]], tallies: Sequence[Tally]
) -> Iterator[Task]:
    """Return the states in which records wait for the actor, as many as the queues give out."""
    counted = waiting_counts(work, who, grids)
    for (_view, machine), tally in zip(grids, tallies, strict=True):
        for state in tally.states:
            count = counted.get((machine.table.__tablename__, state.state), 0)
            if count:
                yield Task(machine.table.__label__, state, capped(count))

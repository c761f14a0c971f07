"""What each page of a grid must do for a role: by its method, as the URL map names it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import inspect, select

from models.base.columns import meta
from models.batch.tables import Batch
from models.workflow.editing import action_on, editable_by, edited_names
from models.workflow.registry import machine_of, mover_of
from tests.support.forms import form_of
from tests.support.lists import ids, total
from tests.support.walking import Check, Walk
from tests.support.walking_queue import check_further, check_queue
from tests.support.walking_trail import check_restore, check_reveal
from views.base.access import may_look_up
from views.base.columns import target_of
from views.base.converter import form_names
from views.base.declaration import Declared

_FACETS = re.compile(r'<span class="n">([\d,]+)</span>')
_ACTIONS = re.compile(r'name="action" value="(\w+)"')
#: What no form of any table may set, whoever posts it.
SMUGGLED = {
    "id": "999",
    "version": "99",
    "status": "approved_numbered",
    "review_state": "reviewed",
    "state": "done",
    "created_by": "999",
    "password_hash": "x",
    "failed_count": "0",
}


def check_list(walk: Walk, grid: Declared[Any]) -> None:
    """The list, its count, its facets, and the controls that it offers."""
    listed = walk.may(grid, "list")
    among = ",".join(map(str, sorted(walk.tracked(grid)))) or "0"
    answer = walk.get(f"{grid.url}/?filter=id:in:{among}&size=200")
    if (
        not walk.expect(f"list {grid.url}", answer.status_code, 200 if listed else 403)
        or not listed
    ):
        return
    page, visible = answer.text, walk.visible(grid)
    walk.expect(f"rows of {grid.url}", set(ids(page)), set(visible))
    walk.expect(f"count of {grid.url}", total(page), len(visible))
    counts = [int(each.replace(",", "")) for each in _FACETS.findall(page)]
    if counts:
        walk.expect(f"facets of {grid.url}", (counts[0], sum(counts[1:])), (len(visible),) * 2)
    _check_controls(walk, grid, page)


def _check_controls(walk: Walk, grid: Declared[Any], page: str) -> None:
    main = page.partition("<main")[2]
    offered = bool(grid.create_view) and walk.may(grid, "create")
    walk.expect(f"new on {grid.url}", 'href="new/"' in main, offered)
    exported = 'href="export/csv/' in main
    walk.expect(f"export on {grid.url}", exported, walk.may(grid, "export"))
    machine = machine_of(grid.mapped)
    moves = {m.name for m in machine.transitions if walk.may(grid, m.name)} if machine else set()
    if walk.visible(grid):
        walk.expect(f"verbs on {grid.url}", set(_ACTIONS.findall(main)), moves | _edits(walk, grid))
    for name in _sensitive(grid):
        for query in (f"sort={name}", f"filter={name}:prefix:1"):
            answer = walk.get(f"{grid.url}/?{query}")
            walk.expect(f"{grid.url}/?{query}", answer.status_code, 400)


def _edits(walk: Walk, grid: Declared[Any]) -> set[str]:
    """Return what the list offers to change in bulk: keys by name, and a choice of any column."""
    machine = mover_of(grid.mapped)
    names = editable_by(machine, walk.who) if walk.may(grid, "edit") else frozenset()
    keys = {name for name in names if inspect(grid.mapped).columns[name].foreign_keys}
    return {f"edit_{name}" for name in keys} | ({"bulk_edit"} if names else set())


def _sensitive(grid: Declared[Any]) -> list[str]:
    columns = inspect(grid.mapped).columns
    return [key for key, column in columns.items() if meta(column).sensitive]


def check_search(walk: Walk, grid: Declared[Any]) -> None:
    """A search is a form; a personal number never stands in the address that it answers."""
    answer = walk.post(f"{grid.url}/search/", q="11010519491231002X", query="")
    listed = walk.may(grid, "list")
    walk.expect(f"search {grid.url}", answer.status_code, 303 if listed else 403)
    if listed:
        opaque = "1101051949" not in answer.location and "q=~" in answer.location
        walk.expect(f"address of a search in {grid.url}", opaque, True)


def check_details(walk: Walk, grid: Declared[Any]) -> None:
    """A record's page: its own, never another office's."""
    for id_, readable, _own in walk.samples(grid, "view"):
        answer = walk.get(f"{grid.url}/details/?id={id_}")
        wanted = 403 if not walk.may(grid, "view") else 200 if readable else 404
        if walk.expect(f"details {grid.url} {id_}", answer.status_code, wanted) and wanted == 200:
            edit = f"{grid.url}/edit/?id={id_}" in answer.text
            may = bool(grid.edit_view) and walk.may(grid, "edit")
            walk.expect(f"edit on details {grid.url}", edit, *((True, False) if may else (False,)))


def check_edit(walk: Walk, grid: Declared[Any]) -> None:
    """The form: refused with and without it; where it opens, it sets nothing that it does not
    show.
    """
    for id_, readable, own in walk.samples(grid, "edit"):
        path = f"{grid.url}/edit/?id={id_}"
        wanted = 403 if not walk.may(grid, "edit") else 200 if readable else 404
        page = walk.get(path)
        walk.expect(f"edit {path}", page.status_code, wanted)
        if wanted != 200 or not own:
            blind = dict.fromkeys(inspect(grid.mapped).columns.keys(), "1") | SMUGGLED
            refused = walk.post(path, row_version="1", **blind)
            walk.expect(f"post {path}", refused.status_code, 403 if wanted == 200 else wanted)
        elif page.status_code == 200:
            form = form_of(page.text)
            elsewhere = {"org_id": [str(walk.branches.other.authority.id)]}
            answer = walk.post(path, **(elsewhere | form | SMUGGLED))
            walk.expect(f"post {path}", answer.status_code, 303, 403)


def check_create(walk: Walk, grid: Declared[Any]) -> None:
    """The form of a new record; an empty one makes none."""
    allowed = walk.may(grid, "create")
    walk.expect(
        f"new {grid.url}", walk.get(f"{grid.url}/new/").status_code, 200 if allowed else 403
    )
    posted = walk.post(f"{grid.url}/new/", **(SMUGGLED if allowed else _filled(grid)))
    walk.expect(f"post new {grid.url}", posted.status_code, 400 if allowed else 403)


def _filled(grid: Declared[Any]) -> dict[str, str]:
    return dict.fromkeys(inspect(grid.mapped).columns.keys(), "1")


def check_delete(walk: Walk, grid: Declared[Any]) -> None:
    """A deletion is refused, or asks first."""
    for id_, readable, own in walk.samples(grid, "delete"):
        version = _version(walk, grid, id_)
        may = walk.may(grid, "delete")
        sure = {} if may and own else {"sure": "1"}
        answer = walk.post(f"{grid.url}/delete/", id=str(id_), row_version=version, **sure)
        wanted = 403 if not may or readable else 404
        asks = (200,) if may and own else ()  # a state may refuse what the right allows
        walk.expect(f"delete {grid.url} {id_}", answer.status_code, wanted, *asks)


def check_put_back(walk: Walk, grid: Declared[Any]) -> None:
    """Out of the trash: by the right to delete, for one's own records; none lies there."""
    for id_, readable, own in walk.samples(grid, "delete"):
        answer = walk.post(
            f"{grid.url}/put_back/", id=str(id_), row_version=_version(walk, grid, id_)
        )
        refused = 403 if not walk.may(grid, "delete") or (readable and not own) else 404
        wanted = 409 if walk.may(grid, "delete") and own else refused
        walk.expect(f"put back {grid.url} {id_}", answer.status_code, wanted)


def _version(walk: Walk, grid: Declared[Any], id_: int) -> str:
    model: Any = grid.mapped
    return str(walk.ask(select(model.version).where(model.id == id_)))


def check_action(walk: Walk, grid: Declared[Any]) -> None:
    """Every transition: refused without its right, and on another office's rows with it."""
    machine = machine_of(grid.mapped)
    _check_edit(walk, grid)
    if machine is None:
        answer = walk.post(f"{grid.url}/action/", action="approve", rowid="1")
        walk.expect(f"action on {grid.url}", answer.status_code, 400)
        return
    for move in machine.transitions:
        for id_, readable, own in walk.samples(grid, move.name):
            answer = walk.post(f"{grid.url}/action/", action=move.name, rowid=str(id_))
            allowed = walk.may(grid, move.name)
            wanted = 403 if not allowed else 303 if readable else 400
            what = f"{move.name} on {grid.url} {id_}"
            if walk.expect(what, answer.status_code, wanted) and wanted == 303 and not own:
                walk.expect(f"passing {what}", _last_batch(walk)[1], 0)
    _check_all_matching(walk, grid, machine.transitions)


def _check_edit(walk: Walk, grid: Declared[Any]) -> None:
    """The change of a column of many rows begins only with the right, and for rows in sight."""
    machine = mover_of(grid.mapped)
    for name in edited_names(machine)[:1]:
        allowed = walk.may(grid, "edit") and name in editable_by(machine, walk.who)
        for id_, readable, _own in walk.samples(grid, "edit"):
            answer = walk.post(f"{grid.url}/action/", action=action_on(name), rowid=str(id_))
            what = f"change of {name} on {grid.url} {id_}"
            walk.expect(what, answer.status_code == 303, allowed and readable)


def _check_all_matching(walk: Walk, grid: Declared[Any], moves: Any) -> None:
    """All rows that a list matches are those of the actor, not of another office."""
    move = next((each for each in moves if walk.may(grid, each.name)), None)
    if move is None or not walk.may(grid, "list") or not walk.visible(grid):
        return
    among = ",".join(map(str, sorted(walk.tracked(grid))))
    sent = {"action": move.name, "all_matching": "1", "query": f"filter=id:in:{among}"}
    walk.post(f"{grid.url}/action/", **sent)
    walk.expect(f"all matching of {grid.url}", _last_batch(walk)[0], len(walk.visible(grid)))


def _last_batch(walk: Walk) -> tuple[int, int]:
    """Return how many rows the last batch has, and how many of them would be moved."""
    found = walk.ask(select(Batch).order_by(Batch.id.desc()).limit(1))
    return found.pinned_count, found.done_count


def check_export(walk: Walk, grid: Declared[Any]) -> None:
    """Both files: the rows of the list, in full with a further right only."""
    allowed = walk.may(grid, "export")
    asked = walk.get(f"{grid.url}/export/")
    walk.expect(f"export of {grid.url}", asked.status_code, 200 if allowed else 403)
    among = ",".join(map(str, sorted(walk.tracked(grid)))) or "0"
    query = f"filter=id:in:{among}&cols=id"
    answer = walk.get(f"{grid.url}/export/csv/?{query}")
    walk.expect(f"csv of {grid.url}", answer.status_code, 200 if allowed else 403)
    xlsx = walk.get(f"{grid.url}/export/xlsx/?{query}")
    walk.expect(f"xlsx of {grid.url}", xlsx.status_code, 200 if allowed else 403)
    if allowed:
        lines = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
        walk.expect(
            f"rows of the csv of {grid.url}",
            {int(row[0]) for row in lines[1:]},
            set(walk.visible(grid)),
        )
    in_full = allowed and walk.may(grid, "reveal")
    full = walk.post(f"{grid.url}/export/csv/", query=query, full="1", purpose="核对")
    walk.expect(f"full csv of {grid.url}", full.status_code, 200 if in_full else 403)


def check_lookup(walk: Walk, grid: Declared[Any]) -> None:
    """The choices of every key: none of another office."""
    opens = walk.may(grid, "list", "view", "edit", "create")
    by_model = {other.mapped: other for other in walk.grids}
    columns = inspect(grid.mapped).columns
    plain = next(key for key, column in columns.items() if not column.foreign_keys)
    for key in (plain, *(key for key, column in columns.items() if column.foreign_keys)):
        column = columns[key]
        answer = walk.get(f"{grid.url}/lookup/{key}/")
        if not opens:
            wanted = 403
        elif key not in form_names(grid.mapped, grid.fields) or not column.foreign_keys:
            wanted = 404
        else:
            wanted = 200 if may_look_up(walk.who, target_of(column)[0]) else 403
        if not walk.expect(f"lookup {grid.url} {key}", answer.status_code, wanted) or wanted != 200:
            continue
        target, names = target_of(column)
        if names == "id" and target in by_model:
            found = {int(each["id"]) for each in answer.get_json()["results"]}
            foreign = found & walk.foreign(by_model[target])
            walk.expect(f"choices of {grid.url} {key}", foreign, set())


#: The pages that a grid may have, by the method that serves them.
CHECKS: Mapping[str, Check] = {
    "index_view": check_list,
    "search_view": check_search,
    "details_view": check_details,
    "edit_view": check_edit,
    "create_view": check_create,
    "delete_view": check_delete,
    "put_back_view": check_put_back,
    "action_view": check_action,
    "export": check_export,
    "lookup_view": check_lookup,
    "reveal_view": check_reveal,
    "restore_view": check_restore,
    "queue_view": check_queue,
    "verify_view": check_further,
}
#: Pages that another one's check walks as well.
WALKED_WITH = {
    "export": ("choose_view",),
    "queue_view": (
        "queue_next_view",
        "queue_decide_view",
        "queue_undo_view",
        "queue_hold_view",
        "queue_leave_view",
    ),
}

"""Checks of the walk for what a list offers beside its rows: layout, views, builder, cells."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import inspect

from tests.support.walking import Walk
from views.base.access import may_look_up
from views.base.declaration import Declared

Check = Callable[[Walk, Declared[Any]], None]
#: How each row of a printed list begins.
PRINTED_ROW = '<tr><td class="num">'


def check_arrange(walk: Walk, grid: Declared[Any]) -> None:
    """A layout is for who may list; a size that there is none of changes nothing."""
    refused = walk.post(f"{grid.url}/arrange/", size="7", query="")
    walk.expect(f"arrange {grid.url}", refused.status_code, 400 if walk.may(grid, "list") else 403)


def check_views(walk: Walk, grid: Declared[Any]) -> None:
    """A view is kept by who may list, one without a name told in the list; no one else's goes."""
    listed = walk.may(grid, "list")
    unnamed = walk.post(f"{grid.url}/views/", act="save", name="", query="")
    walk.expect(f"save a view of {grid.url}", unnamed.status_code, 303 if listed else 403)
    others = walk.post(f"{grid.url}/views/", act="delete", view="1", query="")
    walk.expect(f"delete a view of {grid.url}", others.status_code, 404 if listed else 403)


def check_builder(walk: Walk, grid: Declared[Any]) -> None:
    """The builder offers conditions to who may list, and no record that he may not look up."""
    listed = walk.may(grid, "list")
    opened = walk.get(f"{grid.url}/builder/")
    walk.expect(f"builder of {grid.url}", opened.status_code, 200 if listed else 403)
    nothing = walk.get(f"{grid.url}/builder/rule/nothing/")
    walk.expect(f"rule of {grid.url}", nothing.status_code, 404 if listed else 403)
    for name in [column.key for column in inspect(grid.mapped).column_attrs]:
        if grid.declared(name).kind == "ref":
            _check_choices(walk, grid, name)


def _check_choices(walk: Walk, grid: Declared[Any], name: str) -> None:
    answer = walk.get(f"{grid.url}/choices/{name}/")
    if not walk.may(grid, "list"):
        walk.expect(f"choices {grid.url} {name}", answer.status_code, 403)
        return
    if not walk.expect(f"choices {grid.url} {name}", answer.status_code, 200, 403, 404):
        return
    target = grid.declared(name).target
    if answer.status_code != 200 or target is None:
        return
    walk.expect(f"choices {grid.url} {name}", may_look_up(walk.who, target), True)
    by_model = {other.mapped: other for other in walk.grids}
    if grid.declared(name).target_key == "id" and target in by_model:
        found = {int(each["id"]) for each in answer.get_json()["results"]}
        foreign = found & walk.foreign(by_model[target])
        walk.expect(f"choices of {grid.url} {name}", foreign, set())


def check_cell(walk: Walk, grid: Declared[Any]) -> None:
    """A cell opens as the record's form does, for declared columns, and saves nothing unasked."""
    name = grid.inline.split()[0]
    for id_, readable, own in walk.samples(grid, "edit"):
        path = f"{grid.url}/cell/?id={id_}&name={name}"
        wanted = 403 if not walk.may(grid, "edit") else 200 if readable else 404
        if wanted == 200 and not own:
            wanted = 403
        walk.expect(f"cell {path}", walk.get(path).status_code, wanted, *((403,) if own else ()))
        if wanted != 200:
            walk.expect(f"post {path}", walk.post(path, row_version="1").status_code, wanted)
    if walk.may(grid, "edit") and walk.visible(grid):
        path = f"{grid.url}/cell/?id={min(walk.visible(grid))}&name=id"
        walk.expect(f"cell {path}", walk.get(path).status_code, 404)


def check_print(walk: Walk, grid: Declared[Any]) -> None:
    """A list goes on paper for who may print and list, with the rows of his scope."""
    printed = walk.may(grid, "print") and walk.may(grid, "list")
    among = ",".join(map(str, sorted(walk.tracked(grid)))) or "0"
    answer = walk.get(f"{grid.url}/print/?filter=id:in:{among}")
    if walk.expect(f"print {grid.url}", answer.status_code, 200 if printed else 403) and printed:
        walk.expect(f"paper of {grid.url}", answer.text.count(PRINTED_ROW), len(walk.visible(grid)))
    offered = 'href="print/' in walk.get(f"{grid.url}/?filter=id:in:{among}").text
    walk.expect(f"print on {grid.url}", offered, printed)


def check_print_record(walk: Walk, grid: Declared[Any]) -> None:
    """A record goes on paper for who may print and look; in full for who may reveal it."""
    printed = walk.may(grid, "print") and walk.may(grid, "view")
    for id_, readable, _own in walk.samples(grid, "print"):
        wanted = 403 if not printed else 200 if readable else 404
        path = f"{grid.url}/print/record/"
        walk.expect(f"print {path}{id_}", walk.get(f"{path}?id={id_}").status_code, wanted)
        full = walk.post(path, id=id_, purpose="")
        refused = (wanted,) if walk.may(grid, "reveal") else (403,)
        wanted_full = (200, 400) if refused == (200,) else refused
        walk.expect(f"print in full {path}{id_}", full.status_code, *wanted_full)


LIST_CHECKS: Mapping[str, Check] = {
    "arrange_view": check_arrange,
    "views_view": check_views,
    "builder_view": check_builder,
    "cell_view": check_cell,
    "print_view": check_print,
    "print_record_view": check_print_record,
}
LIST_WALKED_WITH = {"builder_view": ("rule_view", "choices_view")}

"""Grids as a whole: one per table, the routes of each, reference grids in two lines."""

from __future__ import annotations

import inspect
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import configure_mappers

import models  # noqa: F401 -- maps every table
import views
from models.base.orm import TRASHED, Base
from models.base.scope import Hidden
from models.certification.choices import MaterialState
from models.certification.states import CONFIRM, MACHINE
from models.people.tables import Person
from models.reference.tables import Region
from models.text import Label, msg
from models.workflow.machine import Guard
from models.workflow.sql import there_is
from views.base import checks, menu
from views.base.access import acts_of
from views.base.grid import Grid
from views.reference.grids import CodeSets, MaterialRules, Regions

#: Pages of every grid; the others depend on what a table may have done to it.
ALWAYS = {
    "index_view",
    "search_view",
    "arrange_view",
    "views_view",
    "builder_view",
    "rule_view",
    "choices_view",
    "choose_view",
    "export",
    "print_view",
    "action_view",
    "lookup_view",
    "reveal_view",
}
ROUTES = {
    "index_view": "/",
    "search_view": "/search/",
    "arrange_view": "/arrange/",
    "views_view": "/views/",
    "builder_view": "/builder/",
    "rule_view": "/builder/rule/<column>/",
    "choices_view": "/choices/<column>/",
    "choose_view": "/export/",
    "export": "/export/<export_type>/",
    "action_view": "/action/",
    "print_view": "/print/",
    "print_record_view": "/print/record/",
    "details_view": "/details/",
    "create_view": "/new/",
    "edit_view": "/edit/",
    "cell_view": "/cell/",
    "restore_view": "/restore/",
    "delete_view": "/delete/",
    "put_back_view": "/put_back/",
    "lookup_view": "/lookup/<field>/",
    "reveal_view": "/reveal/",
    "paper_view": "/paper/",
    "file_view": "/file/",
    "purpose_view": "/purpose/",
    "attach_view": "/attach/",
    "documents_view": "/documents/",
    "verify_view": "/verify/",
    "queue_view": "/queue/",
    "queue_next_view": "/queue/next/",
    "queue_decide_view": "/queue/decide/",
    "queue_undo_view": "/queue/undo/",
    "queue_hold_view": "/queue/hold/",
    "queue_leave_view": "/queue/leave/",
}


def test_every_table_has_exactly_one_grid() -> None:
    configure_mappers()
    shown = [grid.mapped for grid in views.GRIDS]
    assert len(set(shown)) == len(shown)
    mapped = {
        mapper.class_
        for mapper in Base.registry.mappers
        if not isinstance(mapper.class_.__scope__, Hidden) and "id" in mapper.columns
    }
    assert {model.__tablename__ for model in mapped} == {model.__tablename__ for model in shown}


@pytest.mark.one_database("sqlite")
def test_the_routes_of_each_grid_are_known(app: Flask) -> None:
    for declared in views.GRIDS:
        name = declared.mapped.__tablename__
        rules = {
            rule.endpoint.partition(".")[2]: rule
            for rule in app.url_map.iter_rules()
            if rule.endpoint.startswith(f"{name}.")
        }
        expected = set(ALWAYS)
        for page in sorted(set(ROUTES) - ALWAYS):
            if getattr(declared, page, None) is not None:
                expected.add(page)
        assert set(rules) - {"static"} == expected, name
        assert all(acts_of(page) is not None for page in expected)
        for page in expected:
            assert rules[page].rule == f"/admin/{name}{ROUTES[page]}"


@pytest.mark.parametrize("declared", views.GRIDS)
def test_a_log_has_neither_form_nor_creation(declared: type[Grid[Base]]) -> None:
    if declared.mapped.__family__ == "log":
        assert declared.create_view is None
        assert declared.edit_view is None
        assert declared.restore_view is None
        assert declared.delete_view is None


def test_nothing_is_deleted_but_what_reading_24_allows() -> None:
    kinds: dict[str, set[str]] = {"draft": set(), "free": set(), "trash": set()}
    for grid in views.GRIDS:
        kind, name = grid.mapped.__removal__, grid.mapped.__tablename__
        assert (grid.delete_view is not None) == (kind != "never"), name
        assert (grid.put_back_view is not None) == (kind == "trash"), name
        assert (kind == "trash") == (TRASHED in grid.mapped.__table__.columns), name
        kinds.setdefault(kind, set()).add(name)
    del kinds["never"]
    assert kinds == {
        "trash": {"subject", "code_item", "org", "notice"},
        "draft": {"certification_application", "work_plan"},
        "free": {"application_resume", "site_arrangement", "user_role", "subject_type"},
    }


@pytest.mark.parametrize("declared", [Regions, CodeSets, MaterialRules])
def test_a_reference_grid_is_two_lines(declared: type[Grid[Base]]) -> None:
    lines = [line for line in inspect.getsource(declared).splitlines() if line.strip()]
    assert len(lines) == 2


def test_every_category_is_in_the_sidebar_and_has_an_icon() -> None:
    assert {grid.category for grid in views.GRIDS} <= set(menu.CATEGORIES)
    assert all(category.label.zh and category.icon for category in menu.CATEGORIES)


def faulty(**declared: object) -> type[Grid[Region]]:
    class Faulty(Grid[Region]):
        category = menu.REFERENCE

    for name, value in declared.items():
        setattr(Faulty, name, value)
    return Faulty


@pytest.mark.one_database("sqlite")
@pytest.mark.parametrize(
    ("declared", "id_"),
    [
        ({"columns": "code nonsense"}, "G002"),
        ({"sections": ()}, None),
        ({"sort": "-parent_code"}, "G006"),
        ({"facets": "name"}, "G008"),
        ({"inline": "id"}, "G011"),
        ({"large": True, "filters": "valid_from"}, "G003"),
        ({"large": True, "filters": "code", "narrowed": "name"}, None),
    ],
)
def test_a_faulty_declaration_keeps_the_panel_from_starting(
    app: Flask, declared: dict[str, object], id_: str | None
) -> None:
    with app.test_request_context():
        view = faulty(**declared)(app.extensions["sqlalchemy"])
        if id_ is None:
            checks.run([view])
            return
        with pytest.raises(checks.BadGrid, match=f"{id_} Faulty"):
            checks.run([view])


@pytest.mark.one_database("sqlite")
def test_a_page_of_many_values_has_headings(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.test_request_context():
        view = faulty()(app.extensions["sqlalchemy"])
        checks.run([view])
        monkeypatch.setattr(checks, "MOST_UNPARTED", 7)
        with pytest.raises(checks.BadGrid, match="G013 Faulty: 8 columns"):
            checks.run([view])


def same_address(entity: Any, _ctx: object) -> Any:
    person = Person.__table__.alias("person_by_address")
    return there_is(person, person.c.address == entity.address)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"label": Label("确认", "")}, "it has no label"),
        ({"target": MaterialState.received}, "received is no state of this machine"),
        (
            {"guards": (Guard("slow", msg("Slow."), same_address),)},
            "no index serves the search in person",
        ),
    ],
)
def test_a_faulty_machine_keeps_the_panel_from_starting(
    change: dict[str, Any], problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks.run([])
    faulty = replace(MACHINE, transitions=(replace(CONFIRM, **change),))
    monkeypatch.setattr(checks, "machines", lambda: (faulty,))
    with pytest.raises(checks.BadGrid, match=f"G009 certification: confirm: {problem}"):
        checks.run([])

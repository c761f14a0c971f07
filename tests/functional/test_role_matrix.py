"""Every role at every page: what grants and scope allow happens; anything else is neither offered
nor done.
"""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import Engine

from models.accounts.permissions import RoleCode
from models.base.session import ActorSession
from tests.factories.branches import Branches, make_branches
from tests.support.accounts import PASSWORD
from tests.support.walking import Walk, actor_called, sign_in
from tests.support.walking_checks import CHECKS, WALKED_WITH
from tests.support.walking_files import FILE_CHECKS, IMPORTS, walk_imports
from tests.support.walking_lists import LIST_CHECKS, LIST_WALKED_WITH
from tests.support.walking_passwords import PASSWORDS, walk_passwords

#: Pages outside the grids: the right that opens them, empty where everybody signed in may look.
PAGES = {
    "start": "",
    "admin.index": "",
    "admin.waiting_view": "",
    "help.index": "",
    "rights.mine": "",
    "paper_face": "",
    "rights.matrix": "accounts:role:matrix",
    "me.profile": "",
    "me.password": "",
    "me.second_factor": "",
    "me.devices": "",
    "me.display": "",
}
#: What is there before anybody has signed in, and what is done to one's own session and account or
#: found by typing: tests of their own.
ELSEWHERE = {
    "static", "bootstrap.static", "favicon", "healthz", "login", "login_code", "logout", "language",
    "role", "forgotten", "password_by_link", "kept_form", "palette.find", "me.begin_second_factor",
    "me.confirm_second_factor", "me.renew_codes", "me.remove_second_factor", "me.end_device",
    "me.end_other_devices",
}  # fmt: skip
#: The page of a batch: its own rules, the batch is its owner's.
BATCH = "batch_page"
#: Site's staff read the accounts of the authority above their site, and keep none of them.
AT_A_SITE = {"confirm", "reg_confirm"}


@pytest.fixture
def branches(work: ActorSession) -> Branches:
    """Return two branches with a record of every kind each."""
    made = make_branches(work)
    work.expunge_all()  # read again, they would hold a transaction
    work.commit()
    return made


@pytest.fixture(params=[role.value for role in RoleCode])
def walk(request: pytest.FixtureRequest, app: Flask, engine: Engine, branches: Branches) -> Walk:
    """Return the walk of one role after the other."""
    return sign_in(app, engine, branches, request.param, PASSWORD)


def test_a_role_gets_what_grants_and_scope_allow_and_nothing_else(walk: Walk) -> None:
    before = walk.stored()
    for grid in walk.grids:
        for page, check in {**CHECKS, **LIST_CHECKS, **FILE_CHECKS}.items():
            if getattr(grid, page, None) is not None:  # the table has it
                check(walk, grid)
    _walk_other_pages(walk)
    walk.expect_stored(before)
    walk_passwords(walk)
    walk_imports(walk)
    assert not walk.faults, "\n".join(walk.faults)


def _walk_other_pages(walk: Walk) -> None:
    with walk.app.test_request_context():
        addresses = {name: walk.app.url_for(name) for name in PAGES}
    for name, right in PAGES.items():
        allowed = not right or walk.who.can(right)
        answer = walk.http.get(addresses[name], follow_redirects=True)
        walk.expect(name, answer.status_code, 200 if allowed else 403)
    for key in walk.branches.other.rows["batch"]:
        for page in ("", "rows.xlsx", "progress"):
            walk.expect(f"batch {key}", walk.get(f"/admin/batch/{key}/{page}").status_code, 404)
        for step in ("preview", "commit", "undo", "cancel"):
            refused = walk.post(f"/admin/batch/{key}/{step}")
            walk.expect(f"batch {key} {step}", refused.status_code, 404)


@pytest.mark.parametrize(
    ("role", "reads", "acts"),
    [
        ("super", True, True),
        ("system_admin", True, True),
        ("info_admin", False, False),
        ("training_admin", False, False),
        ("info_viewer", True, False),
        ("authority", True, True),
        ("confirm", True, True),
        ("reg_authority", True, False),
        ("reg_confirm", True, True),
        ("appointment_admin", True, True),
    ],
)
def test_the_scope_that_the_walk_relies_on(
    role: str, reads: bool, acts: bool, app: Flask, engine: Engine, branches: Branches
) -> None:
    """Office, branch, site and school, by hand: what the walk takes from the declaration."""
    who = actor_called(engine, role)
    walk = Walk(app, app.test_client(), who, branches, engine, "")
    for table in ("certification_application", "application_resume", "person"):
        grid = next(each for each in walk.grids if each.mapped.__tablename__ == table)
        rows = frozenset(branches.own.rows[table])
        assert walk.visible(grid) == (rows if reads else frozenset())
        assert walk.own(grid) == (rows if acts else frozenset())
    for table in ("user_account", "user_role"):
        grid = next(each for each in walk.grids if each.mapped.__tablename__ == table)
        rows = frozenset(branches.own.rows[table])
        assert walk.visible(grid) == (rows if reads else frozenset())
        assert walk.own(grid) == (rows if acts and role not in AT_A_SITE else frozenset())
    orgs = next(each for each in walk.grids if each.mapped.__tablename__ == "org")
    tree = branches.own
    line = {tree.root.id, tree.authority.id, tree.school.id}
    everything = set(tree.rows["org"])
    assert walk.visible(orgs) == (line if who.is_school else everything)
    assert walk.foreign(orgs) == set(branches.other.rows["org"])


@pytest.mark.one_database("sqlite")
def test_every_route_is_walked(app: Flask) -> None:
    """A page that is added must say here who may open it."""
    further = [*WALKED_WITH.values(), *LIST_WALKED_WITH.values()]
    walked = [*CHECKS, *LIST_CHECKS, *FILE_CHECKS, *(page for pages in further for page in pages)]
    known = {f"{table}.{page}" for table in _tables(app) for page in walked}
    unknown = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in known | PAGES.keys() | ELSEWHERE | PASSWORDS | IMPORTS
        and not rule.endpoint.startswith(f"{BATCH}.")
        and rule.endpoint.partition(".")[2] != "static"
    }
    assert unknown == set()


def _tables(app: Flask) -> list[str]:
    views = app.extensions["admin"][0]._views
    return [view.endpoint for view in views if hasattr(view, "mapped")]

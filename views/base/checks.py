"""Start-up checks of declarations: of every grid, and of every machine, with a grid or without.
One that fails keeps the panel from starting.

Ids are stable: they may be looked up, and tests name them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from models.accounts import field_rights
from models.accounts.permissions import GRANTS
from models.base.actor import Actor
from models.workflow.checks import check_machine
from models.workflow.editing import edited_names
from models.workflow.machine import Machine
from models.workflow.registry import machine_of, machines, mover_of
from views.base.columns import GridColumn
from views.base.converter import form_names
from views.base.declaration import Declared
from views.base.detail import section_names
from views.base.facets import counted_values
from views.base.filters import operators

#: So many values may stand on a page without a heading.
MOST_UNPARTED = 8
#: Kinds whose few values no index would part, and references, which always have their own.
NEED_NO_INDEX = frozenset({"choice", "boolean", "code", "ref"})


class BadGrid(RuntimeError):
    """One or more declarations with which the panel must not start."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a grid or machine, under the stable id of the check that found it."""

    id: str
    grid: str
    text: str

    def __str__(self) -> str:
        return f"{self.id} {self.grid}: {self.text}"


Check = Callable[[Declared[Any]], Iterator[str]]


def run(views: Iterable[Declared[Any]]) -> None:
    """Check every grid and every machine.

    :raises BadGrid: with all findings.
    """
    found = [str(finding) for view in views for finding in findings(view)]
    found += [str(finding) for machine in machines() for finding in of_machine(machine)]
    found += [str(Finding("G010", "FIELDS", text)) for text in field_rights.faults()]
    if found:
        raise BadGrid("\n".join(found))


def findings(view: Declared[Any]) -> Iterator[Finding]:
    """Return everything that is wrong with one grid."""
    name = type(view).__name__
    unknown = list(_unknown_columns(view))
    yield from (Finding("G002", name, text) for text in unknown)
    if unknown:
        return
    for id_, check in CHECKS.items():
        yield from (Finding(id_, name, text) for text in check(view))


def of_machine(machine: Machine) -> Iterator[Finding]:
    """Return everything that is wrong with one machine (G009)."""
    for text in check_machine(machine):
        yield Finding("G009", machine.name, text.removeprefix(f"{machine.name}: "))


def _nobody(view: Declared[Any]) -> Iterator[str]:
    """A grid that no role may list is either forgotten in the grants or should not exist."""
    permission = view.permission("list")
    holders = (Actor(role, grants=grants) for role, grants in GRANTS.items() if role != "super")
    if not view.for_super and not any(actor.can(permission) for actor in holders):
        yield f"no role is granted {permission}; grant it or declare for_super"


def _unknown_columns(view: Declared[Any]) -> Iterator[str]:
    sections = " ".join(section.columns for section in view.sections)
    sorts = view.sort.replace("-", "")
    named = " ".join(
        (
            *(view.columns, view.filters, view.narrowed, view.facets, view.fields, view.inline),
            *(view.bulk_fields, sections, sorts),
        )
    )
    for name in dict.fromkeys(named.split()):
        try:
            view.column(name)
        except LookupError as error:
            yield str(error)


def _unindexed(view: Declared[Any]) -> Iterator[str]:
    if not view.large:
        return
    declared = set(view.narrowed.split())
    for name in view.filter_names:
        column = view.column(name)
        if name not in declared and not _served(column, view):
            yield f"filter {name} has no index; add one or declare it in narrowed"
    for column in view.search_columns:
        if column.name not in declared and not column.indexed:
            yield f"search in {column.name} has no index; add one or declare it in narrowed"


def _served(column: GridColumn, view: Declared[Any]) -> bool:
    few = column.kind in NEED_NO_INDEX or column.name in view.computed
    return few or column.indexed


def _unfilterable(view: Declared[Any]) -> Iterator[str]:
    for name in view.filter_names:
        if not operators(view.column(name)):
            yield f"filter {name} can be compared with nothing"


def _unlabelled(view: Declared[Any]) -> Iterator[str]:
    machine = machine_of(view.mapped)
    if machine is None:
        return
    labels = view.column(machine.column).meta.choices or {}
    for state in machine.states:
        if state.value not in labels or not labels[state.value].zh or not labels[state.value].en:
            yield f"state {state.value} has no label"


def _dropped(view: Declared[Any]) -> Iterator[str]:
    """Flask-Admin's converter leaves out a type that it does not know, without a word."""
    if not view.can_create and not view.can_edit:
        return
    for name in form_names(view.mapped, view.fields):
        if not hasattr(view._edit_form_class, name):
            yield f"column {name} is lost from the form"


def _unsortable(view: Declared[Any]) -> Iterator[str]:
    for name in view.declared_sort:
        if not view.may_sort(name.removeprefix("-")):
            yield f"sort {name} is neither NOT NULL nor indexed, or is personal data"


def _uncounted(view: Declared[Any]) -> Iterator[str]:
    for column in view.facet_columns:
        if not counted_values(column):
            yield f"facet {column.name} has no closed set of values"


def _not_inline(view: Declared[Any]) -> Iterator[str]:
    """A cell is corrected where it is shown, by the record's own form, and never half masked."""
    names = form_names(view.mapped, view.fields) if view.inline else ()
    for name in view.inline.split():
        column = view.declared(name)
        if not view.can_edit or column.key not in names or column.sensitive:
            yield f"inline {name} is in no form, or is personal data"


def _unedited(view: Declared[Any]) -> Iterator[str]:
    edited = edited_names(mover_of(view.mapped))
    for name in view.bulk_names:
        if name not in edited:
            yield f"bulk field {name}: the machine does not let it be changed in bulk"


def _unparted(view: Declared[Any]) -> Iterator[str]:
    """A page of many values without headings is a wall."""
    shown = [name for _label, names in section_names(view) for name in names]
    if view.details_view and not view.sections and len(shown) > MOST_UNPARTED:
        yield f"{len(shown)} columns on a record's page: part them into sections"


#: Every check of grids by its id; G002 runs before all others, G009 is that of machines, G010 that
#: of field rights.
CHECKS: dict[str, Check] = {
    "G001": _nobody,
    "G003": _unindexed,
    "G004": _unlabelled,
    "G005": _dropped,
    "G006": _unsortable,
    "G007": _unfilterable,
    "G008": _uncounted,
    "G011": _not_inline,
    "G012": _unedited,
    "G013": _unparted,
}

"""How a list is laid out for its reader: columns in order, order of rows, page size, row height.

What the address says wins; what it leaves open is as the person has chosen, else as declared.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from werkzeug.datastructures import MultiDict

from models.accounts.layouts import Layout, keep_layout, layout_of
from models.accounts.preferences import Density
from models.errors import BadInput
from models.text import msg
from views.base.declaration import Declared, M
from views.base.liststate import MAX_SORTS, PLACES, SIZES, fields_of, to_list
from views.base.request import commit, session

#: Parts of an address that a layout speaks of.
LAID_OUT = ("cols", "sort", "size")


class ArrangePages(Declared[M]):
    """The form that lays out a list and has it remembered."""

    @expose("/arrange/", methods=("POST",))
    def arrange_view(self) -> ResponseReturnValue:
        """Keep what a form says of the list's layout, and show the list again in that layout."""
        posted, table = request.form, self.mapped.__tablename__
        known = layout_of(session(), table)
        keep_layout(session(), table, read_layout(self, posted, known))
        commit()
        fields = fields_of(posted.get("query", ""))
        gone = (*PLACES, *(LAID_OUT if "whole" in posted or "usual" in posted else ("size",)))
        kept = [pair for pair in fields.items(multi=True) if pair[0] not in gone]
        return to_list(self, kept)


def read_layout(grid: Declared[Any], posted: MultiDict[str, str], known: Layout) -> Layout:
    """Return the layout that a form means: the ``whole``, the ``usual`` one, or another size only.

    :raises BadInput: for a size or height that there is none of.
    """
    if "usual" in posted:
        return Layout()
    size, density = posted.get("size", ""), posted.get("density", "")
    if size not in ("", *map(str, SIZES)) or density not in ("", *Density.labels()):
        raise BadInput(msg("A list has no such layout. Choose one of the form."))
    changed = replace(known, size=int(size or 0))
    if "whole" not in posted:
        return changed
    cols, sort = ticked_columns(grid, posted), _sort(grid, posted)
    usual = cols == grid.list_names
    return replace(changed, cols=() if usual else cols, sort=sort, density=density)


def ticked_columns(grid: Declared[Any], posted: MultiDict[str, str]) -> tuple[str, ...]:
    """Return the ticked columns by the numbers beside them, as they stand where two are equal."""
    names = dict.fromkeys(name for name in posted.getlist("cols") if grid.shown_name(name) == name)
    return tuple(sorted(names, key=lambda name: _number(posted.get(f"place.{name}", ""))))


def _number(text: str) -> float:
    """Return a place; behind all others where none is given."""
    return float(text) if text.isascii() and text.isdigit() and len(text) < 6 else float("inf")


def _sort(grid: Declared[Any], posted: MultiDict[str, str]) -> tuple[str, ...]:
    """Return the order that the selects of the form say: a column and its direction each."""
    chosen: dict[str, str] = {}
    for place in range(1, MAX_SORTS + 1):
        name = posted.get(f"sort.{place}", "")
        if name and grid.may_sort(name):
            mark = "-" if posted.get(f"direction.{place}") == "desc" else ""
            chosen.setdefault(name, mark + name)
    names = tuple(chosen.values())
    return () if names == grid.default_sort else names


def laid_out(
    grid: Declared[Any], fields: MultiDict[str, str], layout: Layout
) -> MultiDict[str, str]:
    """Return an address's fields with what they leave open as the person has chosen it.

    A place in the list keeps the order of its address; a column that has gone is left out.
    """
    found = MultiDict(fields.items(multi=True))
    in_place = any(name in fields for name in PLACES)
    if "cols" not in fields and layout.cols:
        found["cols"] = ",".join(name for name in layout.cols if grid.shown_name(name))
    if "sort" not in fields and not in_place:
        found["sort"] = ",".join(_sortable(grid, layout.sort))
    if "size" not in fields and layout.size in SIZES:
        found["size"] = str(layout.size)
    return found


def _sortable(grid: Declared[Any], names: Iterable[str]) -> Iterable[str]:
    return (name for name in names if grid.may_sort(name.removeprefix("-")))

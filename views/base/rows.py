"""The rows of a list as markup, by plain joins: a template costs five times as much a cell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its id and the address of its page; its title and its cells as markup."""

    id: int
    url: str
    title: Markup
    cells: tuple[Markup, ...]


def body(lines: Iterable[Line], openings: Sequence[str], tick: str) -> Markup:
    """Return the rows. ``openings`` are the opening tags of a row's cells, ``tick`` what the box
    before each row is called, empty for none.
    """
    return Markup("".join(part for line in lines for part in _row(line, openings, escape(tick))))  # noqa: S704 -- of markup alone


def _row(line: Line, openings: Sequence[str], tick: Markup) -> Iterator[str]:
    yield f'<tr data-id="{line.id}" id="row-{line.id}">'
    if tick:
        name = f"{tick} {line.title}"
        yield '<td class="pick"><label><input class="form-check-input" type="checkbox"'
        yield f' name="rowid" value="{line.id}" aria-label="{name}"></label></td>'
    first, *others = line.cells
    if line.url:
        first = Markup(f'<a href="{escape(line.url)}" data-open>{first}</a>')  # noqa: S704 -- escaped
    for opening, cell in zip(openings, (first, *others), strict=True):
        yield f"{opening}{cell}</td>"
    yield "</tr>\n"


def words_of(cell: Markup) -> Markup:
    """Return what a cell says, without its tags."""
    return escape(cell.striptags()) if "<" in cell else cell

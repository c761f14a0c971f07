"""Why a list shows no record, in words, and what to do next."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask_babel import gettext as _

from views.base.liststate import SELECTING, ListState
from views.base.trash import IN_TRASH

if TYPE_CHECKING:
    from views.base.listpage import ListPage

#: What is typed of a number: some letters, then digits enough that it is none of a name.
_NUMBER = re.compile(r"[A-Za-z]{0,3}[0-9]{4,}[Xx]?")


@dataclass(frozen=True, slots=True)
class Emptiness:
    """Title and sentence of an empty list; ``action`` is an address with what it does."""

    title: str
    text: str
    action: tuple[str, str] | None = None


def emptiness_of(page: ListPage) -> Emptiness:
    """Return why a list is empty."""
    state = page.state
    if state.problems:
        return _unreadable(page)
    if (state.after or state.before) and page.counts.total:
        return Emptiness(
            _("The records of this page have gone"),
            _("They were changed or moved while you were reading; the list still has others."),
            (page.first_url, _("First page")),
        )
    if state.pairs() == [("filter", IN_TRASH)]:
        return Emptiness(
            _("The trash is empty"),
            _("What is deleted in this list comes here and can be put back."),
            ("?", _("Back to the list")),
        )
    return _narrowed(page) if state.is_narrowed else _bare(page)


def _unreadable(page: ListPage) -> Emptiness:
    if not any(problem.name in SELECTING for problem in page.state.problems):
        return Emptiness(
            _("A part of the address cannot be read"),
            _("It is marked above. The conditions of the list are as they were."),
            (page.first_url, _("Show the list without it")),
        )
    return Emptiness(
        _("A condition cannot be read"),
        _("No record is shown, so that nobody works on more records than were meant."),
        (page.clear_url, _("Remove all conditions")),
    )


def _narrowed(page: ListPage) -> Emptiness:
    why = _("There may be some without them, as far as your office reaches.")
    if _is_beginning(page.state):
        why = _("Numbers are found when they are typed whole: look whether a digit is missing.")
    title, clear = _("No record meets these conditions"), _("Remove all conditions")
    return Emptiness(title, why, (page.clear_url, clear))


def _is_beginning(state: ListState) -> bool:
    """Say whether the search may be for a part of a number that this list finds whole."""
    columns = state.grid.search_columns if state.term else ()
    whole = any(column.meta.search == "exact" or column.sensitive for column in columns)
    return whole and _NUMBER.fullmatch(re.sub(r"[\s-]", "", state.term)) is not None


def _bare(page: ListPage) -> Emptiness:
    why = _("Here you see the records of your office and of those below it.")
    new = ("new/", _("New record")) if page.may_create else None
    return Emptiness(_("There is no record yet"), why, new)

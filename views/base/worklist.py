"""What a queue works through: the states that wait for the role, in the list that one came from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select
from werkzeug.datastructures import MultiDict

from models.errors import Forbidden
from models.text import msg
from models.workflow.machine import Machine
from models.workflow.registry import machine_of
from views.base.chips import Chip, chips
from views.base.declaration import Declared
from views.base.liststate import ListState
from views.base.neighbours import FROM
from views.base.request import actor, session
from views.base.waiting import count_in, counts_of, own_states


@dataclass(frozen=True)
class Worklist:
    """The records that a queue gives out; addresses and forms carry it from step to step.

    ``chosen`` is the one state that is worked through, empty where it is all that wait for the
    role. Personal numbers of the list's query are tokens there, as they are in its own links.
    """

    grid: Declared[Any]
    machine: Machine
    own: tuple[str, ...]
    chosen: str
    listed: ListState

    @classmethod
    def read(cls, grid: Declared[Any], values: MultiDict[str, str]) -> Worklist:
        """Read what an address or a form carries.

        :raises Forbidden: when no state of the list waits for the role.
        """
        machine = machine_of(grid.mapped)
        own = tuple(own_states(actor(), grid, machine)) if machine else ()
        if machine is None or not own:
            raise Forbidden(msg("Nothing in this list waits for your role."))
        chosen = values.get("state", "")
        listed = ListState.from_query(grid, values.get(FROM, ""))
        return cls(grid, machine, own, chosen if chosen in own else "", listed)

    @property
    def states(self) -> tuple[str, ...]:
        """Return the states that are worked through."""
        return (self.chosen,) if self.chosen else self.own

    @property
    def rows(self) -> Select[Any]:
        """Return the rows that the list shows.

        :raises BadInput: when a part of the list's address cannot be read.
        """
        self.listed.require_clean()
        return self.listed.statement()

    @property
    def carried(self) -> dict[str, str]:
        """Return what an address or a form must name to go on with it."""
        named = {"state": self.chosen, FROM: self.listed.query_string()}
        return {name: value for name, value in named.items() if value}

    @property
    def list_url(self) -> str:
        """Return the address of the list."""
        query = self.listed.query_string()
        return f"{self.grid.url}/" + (f"?{query}" if query else "")

    @property
    def is_narrowed(self) -> bool:
        """Say whether the list leaves anything out."""
        return self.listed.is_narrowed

    def chips(self) -> list[Chip]:
        """Return the list's conditions in words."""
        return chips(session(), self.listed)

    def left(self) -> int:
        """Count what there is to work through."""
        return count_in(session(), actor(), self.machine, self.states, self.rows)

    def waits(self) -> Iterator[tuple[Any, int]]:
        """Yield the states in which something waits, with how much."""
        counted = counts_of(session(), actor(), [(self.machine, self.own)], self.rows)
        for state in self.machine.states:
            count = counted.get((self.grid.mapped.__tablename__, state.value), 0)
            if count:
                yield state, count

"""What the rows of a list can be made to do together, for one role: the bar below its table."""

from __future__ import annotations

from functools import cached_property

from models.papers.paper import Paper, papers_of
from models.workflow.editing import RIGHT, UNCHOSEN, action_on, edit_of
from models.workflow.machine import Transition
from models.workflow.registry import mover_of
from views.base.facets import chosen_values
from views.base.narrowing import Narrowing
from views.base.papers import may_print

#: More actions than these do not fit in one line beside the choice of rows.
VERBS_IN_BAR = 5


class BatchBar(Narrowing):
    """A list narrowed for one actor, and the batches that the actor may start on its rows."""

    @cached_property
    def verbs(self) -> list[Transition]:
        """Return the transitions of this role that start from a state in the list."""
        machine = mover_of(self.grid.mapped)
        if machine is None or self.state.problems:
            return []
        allowed = [t for t in machine.transitions if self.actor.can(machine.permission(t))]
        column = self.grid.facet_column
        is_state = column is not None and column.key == machine.column
        chosen = chosen_values(self.state, column) if column and is_state else set()
        if not chosen:
            return allowed
        return [t for t in allowed if any(source.value in chosen for source in t.sources)]

    @cached_property
    def leading_verbs(self) -> list[Transition]:
        """Return the transitions that stand in the bar itself: all where they are few, else the
        harmless ones that start from the states of most rows in the list.
        """
        if len(self.verbs) <= VERBS_IN_BAR:
            return self.verbs
        harmless = [t for t in self.verbs if not t.danger and self._movable(t)]
        usual = sorted(harmless, key=self._movable, reverse=True)[: VERBS_IN_BAR - 1]
        return [t for t in self.verbs if t in usual]

    def _movable(self, transition: Transition) -> int:
        """Return how many rows of the list are in a state that a transition starts from."""
        counted = self.counts.values(self.grid.facet_column)
        return sum(counted.get(source.value, 0) for source in transition.sources)

    @cached_property
    def edits(self) -> list[Transition]:
        """Return the changes of columns that the role may make in bulk: which record belongs to
        whom first, then any declared column.
        """
        machine = mover_of(self.grid.mapped)
        names = self.grid.seen.changeable(self.actor)
        if machine is None or not names or self.state.problems or not self._may_edit:
            return []
        keys = [name for name in names if self.grid.column(name).target is not None]
        offered = (*(action_on(name) for name in keys), UNCHOSEN)
        return [each for action in offered if (each := edit_of(machine, action)) is not None]

    @property
    def _may_edit(self) -> bool:
        return self.grid.may(self.actor, RIGHT)

    @property
    def papers(self) -> tuple[Paper, ...]:
        """Return the papers that the role may print of rows in the list."""
        allowed = may_print(self.grid, self.actor) and not self.state.problems
        return papers_of(self.grid.mapped) if allowed else ()

    @property
    def bar_key(self) -> tuple[tuple[str, ...], ...]:
        """Return all that the bar depends on beside grid, reader and count."""
        parts = (self.leading_verbs, self.further_verbs, self.edits, self.papers)
        exported = ("export",) if self.may_export else ()
        return *(tuple(each.name for each in part) for part in parts), exported

    @property
    def may_export(self) -> bool:
        """Say whether the list may be exported."""
        return self.grid.may(self.actor, "export") and not self.state.problems

    @property
    def may_act(self) -> bool:
        """Say whether anything can be done with rows that are ticked."""
        return bool(self.verbs or self.edits or self.papers or self.may_export)

    @property
    def further_verbs(self) -> list[Transition]:
        """Return the other transitions, folded away, the dangerous last."""
        rest = [t for t in self.verbs if t not in self.leading_verbs]
        return sorted(rest, key=lambda transition: transition.danger)

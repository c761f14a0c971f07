"""An actor's loader criteria as one option of a statement: some forty cost more to name in a cache
key than most statements do to run.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm.interfaces import CriteriaOption
from sqlalchemy.sql.cache_key import NO_CACHE
from sqlalchemy.sql.visitors import anon_map

#: Execution option of a statement that is kept and executed again.
MADE_ONCE = "made_once"
#: Such statements held under the criteria of one place; more begin anew.
MOST_APPLIED = 200
#: Shapes of criteria, all but the values in them, with the numbers that stand for them.
_SHAPES: dict[Any, int] = {}


class ScopeCriteria(CriteriaOption):
    """Criteria that are applied together, as each would be applied by itself.

    Its part of a cache key is worked out once. The values are handed on with every key, so that
    actors whose criteria differ in them alone share compiled statements, each with his own values.
    No criterion shares a parameter with what it is applied to, so that a key need not tell.
    """

    __slots__ = ("_applied", "_criteria", "_shape", "_values")

    propagate_to_loaders = True

    def __init__(self, criteria: Iterable[Any]) -> None:
        self._criteria = tuple(criteria)
        self._applied: dict[Any, Any] = {}
        self._values: list[Any] = []
        known = anon_map()
        shape = tuple(each._gen_cache_key(known, self._values) for each in self._criteria)
        if NO_CACHE in known:
            raise TypeError("a criterion that has no cache key")
        self._shape = _SHAPES.setdefault(shape, len(_SHAPES))

    def applied_to(self, statement: Any) -> Any:
        """Return a statement under the criteria, the same one again where it is made once."""
        if MADE_ONCE not in statement.get_execution_options():
            return statement.options(self)
        if statement not in self._applied:
            if len(self._applied) >= MOST_APPLIED:
                self._applied.clear()
            self._applied[statement] = statement.options(self)
        return self._applied[statement]

    def _gen_cache_key(self, _known: Any, values: list[Any]) -> tuple[Any, ...]:
        values.extend(self._values)
        return ScopeCriteria, self._shape

    def process_compile_state(self, compile_state: Any) -> None:
        """Apply every criterion to a statement."""
        for each in self._criteria:
            each.process_compile_state(compile_state)

    def process_compile_state_replaced_entities(
        self, compile_state: Any, _mapper_entities: Any
    ) -> None:
        """Apply every criterion to a statement whose columns were replaced."""
        self.process_compile_state(compile_state)

    def get_global_criteria(self, attributes: dict[Any, Any]) -> None:
        """Collect every criterion for a set-wise write."""
        for each in self._criteria:
            each.get_global_criteria(attributes)

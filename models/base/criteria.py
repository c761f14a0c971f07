"""An actor's loader criteria as one option of a statement: some forty cost more to name in a cache
key than most statements do to run.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from typing import Any

from sqlalchemy.orm.interfaces import CriteriaOption
from sqlalchemy.sql.cache_key import NO_CACHE
from sqlalchemy.sql.visitors import anon_map

#: Execution option of a statement that is kept and executed again.
MADE_ONCE = "made_once"
#: Such statements held under criteria, over all actors; a process that holds more begins anew.
MOST_APPLIED = 1_000
_APPLIED: dict[tuple[ScopeCriteria, Any], Any] = {}
#: Shapes of criteria, all but the values in them, with the numbers that stand for them. A number is
#: never given twice, whatever threads ask at once: actors who share one share compiled statements.
_SHAPES: dict[Any, int] = {}
_NUMBERS = count()


class ScopeCriteria(CriteriaOption):
    """Criteria that are applied together, as each would be applied by itself.

    Its part of a cache key is worked out once. The values are handed on with every key, so that
    actors whose criteria differ in them alone share compiled statements, each with his own values.
    No criterion shares a parameter with what it is applied to, so that a key need not tell.
    """

    __slots__ = ("_criteria", "_shape", "_values")

    propagate_to_loaders = True

    def __init__(self, criteria: Iterable[Any]) -> None:
        self._criteria = tuple(criteria)
        self._values: list[Any] = []
        known = anon_map()
        shape = tuple(each._gen_cache_key(known, self._values) for each in self._criteria)
        if NO_CACHE in known:
            raise TypeError("a criterion that has no cache key")
        self._shape = _SHAPES.setdefault(shape, next(_NUMBERS))

    def applied_to(self, statement: Any) -> Any:
        """Return a statement under the criteria, the same one again where it is made once."""
        if MADE_ONCE not in statement.get_execution_options():
            return statement.options(self)
        applied = _APPLIED.get((self, statement))
        if applied is None:
            if len(_APPLIED) >= MOST_APPLIED:
                _APPLIED.clear()
            applied = _APPLIED[self, statement] = statement.options(self)
        return applied

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

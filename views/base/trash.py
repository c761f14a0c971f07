"""Who the trash of a list is there for: whoever may put back what lies in it, and nobody else."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, select

from models.base.actor import Actor
from models.base.orm import TRASHED
from models.text import Message, msg
from views.base.conditions import Condition
from views.base.request import session

if TYPE_CHECKING:
    from views.base.declaration import Declared

#: The condition that shows the trash of a list instead of what is in use.
IN_TRASH = f"{TRASHED}:eq:true"
ALONE = msg(
    "the trash is looked at by itself: write filter=is_deleted:eq:true once, outside any nest"
)


def may_open(grid: Declared[Any], who: Actor) -> bool:
    """Say whether an actor may know of a list's trash at all."""
    return grid.has_trash and grid.may(who, "delete")


def own_ids(grid: Declared[Any], who: Actor) -> list[int]:
    """Return what lies in the trash and is the actor's to put back."""
    model: Any = grid.mapped
    wanted = select(model.id).where(getattr(model, TRASHED).is_(True))
    if not who.is_system:
        wanted = wanted.where(model.__scope__.acts(model, who))
    options = {"unscoped": "the scope's own rule"}
    return list(session().scalars(wanted, execution_options=options))


def in_use(grid: Declared[Any]) -> ColumnElement[bool]:
    """Return the criterion of what does not lie in the trash."""
    column: ColumnElement[bool] = getattr(grid.mapped, TRASHED)
    return column.is_(False)


def is_about(condition: Condition) -> bool:
    """Say whether a condition is about the trash."""
    return condition.column is not None and condition.column.key == TRASHED


def misuse(condition: Condition, others: Iterable[Condition]) -> Message | None:
    """Return why a condition on the trash is refused: it chooses one of two lists, never a mix."""
    if not is_about(condition):
        return None
    alone = condition.written.op == "eq" and len(condition.written.values) == 1
    return None if alone and not any(map(is_about, others)) else ALONE

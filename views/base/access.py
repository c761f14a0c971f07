"""Which right each page needs. What is not listed here is refused."""

from __future__ import annotations

from collections.abc import Mapping

from models.accounts.field_rights import names_openly
from models.base.actor import Actor
from models.base.orm import Base

#: Method name of a Flask-Admin view → the acts of which one suffices. An empty tuple leaves it to
#: the method, because the right depends on what is posted (``area:table:<transition>``).
ACTS: Mapping[str, tuple[str, ...]] = {
    # list side
    "index_view": ("list",),
    "search_view": ("list",),
    "arrange_view": ("list",),
    "views_view": ("list",),
    "builder_view": ("list",),
    "rule_view": ("list",),
    "choices_view": ("list",),
    "export": ("export",),
    "print_view": ("print",),
    "print_record_view": ("print",),
    "choose_view": ("export",),
    "verify_view": ("verify",),
    # record side
    "details_view": ("view",),
    "edit_view": ("edit",),
    "cell_view": ("edit",),
    "restore_view": ("edit",),
    "create_view": ("create",),
    "lookup_view": ("list", "view", "edit", "create"),
    "reveal_view": ("reveal",),
    "paper_view": ("paper",),
    "file_view": ("file",),
    "purpose_view": ("file",),
    "attach_view": ("edit",),
    "documents_view": ("file",),
    "delete_view": ("delete",),
    "put_back_view": ("delete",),
    "queue_view": ("view",),
    "queue_next_view": ("view",),
    "queue_decide_view": ("view",),
    "queue_undo_view": ("view",),
    "queue_hold_view": ("view",),
    "queue_leave_view": ("view",),
    # batch side
    "action_view": (),
}


def may_look_up(who: Actor, target: type[Base]) -> bool:
    """Say whether an actor may choose among the records of a table: reference data anybody, others
    who may list them and read what they are called.
    """
    if not names_openly(who, target):
        return False
    permission = f"{target.__area__}:{target.__tablename__}:list"
    return target.__family__ == "reference" or who.can(permission)


def acts_of(method: str) -> tuple[str, ...] | None:
    """Return the acts that open a method, or None for a method that nobody may call."""
    return ACTS.get(method)

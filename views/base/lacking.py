"""A right that is missing, in words: what it is, which roles have it, and whom to ask for it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from models.accounts.permissions import roles_with
from models.accounts.queries import administrators_of
from models.text import Label
from views.base.request import session
from views.base.wording import event_label


@dataclass(frozen=True, slots=True)
class Lack:
    """The right, the roles that have it, and those who could grant one: (name, organisation)."""

    right: Label | str
    roles: list[Label]
    ask: list[tuple[str, str]]


def lack_of(permission: str) -> Lack:
    """Return what a refused page says of the right that it needs."""
    roles = [role.label for role in roles_with(permission)]
    return Lack(event_label(permission), roles, _administrators())


def _administrators() -> list[tuple[str, str]]:
    who = session().actor
    if who is None:
        return []
    try:
        return administrators_of(session(), who.org_path)
    except SQLAlchemyError:  # the refusal itself must stand, whatever became of the session
        session().rollback()
        return []

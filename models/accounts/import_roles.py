"""The roles that a workbook of accounts may name: by code, and by every label of theirs in use."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from models.accounts.permissions import RoleCode, may_grant
from models.accounts.tables import Role
from models.base.actor import Actor
from models.base.session import ActorSession
from models.errors import BadInput
from models.text import msg


@dataclass(frozen=True, slots=True)
class NamedRoles:
    """The roles by everything that they are called, and the names of those one may give."""

    called: Mapping[str, set[str]]
    offered: tuple[str, ...]

    def find(self, text: str) -> str:
        """Return the code of a role.

        :raises BadInput: when none is called so, or several are.
        """
        found = self.called.get(text, set())
        names = "、".join(self.offered)
        if not found:
            raise BadInput(
                msg(
                    "There is no role %(text)s. Write one that you may give: %(names)s.",
                    text=text[:30],
                    names=names,
                )
            )
        if len(found) > 1:
            raise BadInput(
                msg(
                    "Several roles are called %(text)s: %(codes)s. Write the code that is meant.",
                    text=text[:30],
                    codes=", ".join(sorted(found)),
                )
            )
        return next(iter(found))


def load_roles(session: ActorSession, actor: Actor) -> NamedRoles:
    """Read what the roles are called: an office may have renamed them."""
    stored = {row.code: row for row in session.scalars(select(Role))}
    called: dict[str, set[str]] = defaultdict(set)
    names = {}
    for role in RoleCode:
        row = stored.get(role.value)
        names[role.value] = row.name if row else role.label.zh
        own = (row.name, row.name_en) if row else ()
        for text in {role.value, role.label.zh, role.label.en, *own}:
            called[text].add(role.value)
    offered = tuple(name for code, name in names.items() if may_grant(code, actor))
    return NamedRoles(called, offered)

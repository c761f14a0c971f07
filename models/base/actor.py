"""Who acts: a user in one role over one organisation, or the system by name."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import lru_cache

from models.errors import Forbidden
from models.text import msg


@dataclass(frozen=True, slots=True)
class Actor:
    """The role acted as, with its grants and its place in the organisation tree (readings 3 and 4).

    ``grants`` are permissions ``area:table:act``, in which ``*`` matches any one part or more.
    ``org_path`` is the materialised path of the organisation acted for, such as ``/1/5/9/``.
    ``authority_id`` is that organisation itself, or for a confirmation site the authority above it.
    """

    username: str
    user_id: int | None = None
    display_name: str = ""
    role: str | None = None
    grants: frozenset[str] = frozenset()
    org_id: int | None = None
    org_path: str = ""
    authority_id: int | None = None
    authority_path: str = ""
    is_site: bool = False
    is_school: bool = False
    is_leaf: bool = False
    acts_in_subtree: bool = False
    is_system: bool = False
    ip: str | None = None
    request_id: str | None = None
    os_user: str | None = None
    _known: dict[str, bool] = field(init=False, default_factory=dict, compare=False, repr=False)

    def can(self, permission: str) -> bool:
        """Say whether a grant covers ``area:table:act``; the system actor may do everything."""
        if self.is_system:
            return True
        if permission not in self._known:
            self._known[permission] = _covers(self.grants, permission)
        return self._known[permission]

    @property
    def place(self) -> Actor:
        """Return the actor without what tells one of his requests from another."""
        return replace(self, ip=None, request_id=None)

    def require(self, permission: str) -> None:
        """Refuse unless :meth:`can`.

        :raises Forbidden: naming what is missing in words, not in code.
        """
        if not self.can(permission):
            raise Forbidden(
                msg(
                    "Your role may not do this."
                    " Switch to a role that may, or ask your administrator."
                ),
                permission,
            )


@lru_cache(maxsize=10_000)
def _covers(grants: frozenset[str], permission: str) -> bool:
    """Say whether one of a role's grants covers a permission: both are few, and asked for again."""
    return any(fnmatchcase(permission, grant) for grant in grants)


def system_actor(name: str, os_user: str | None = None) -> Actor:
    """Return the actor of commands, jobs, seeds and the sign-in: unscoped, named in the trail."""
    return Actor(username=name, display_name=name, is_system=True, role="system", os_user=os_user)

"""How far a role reaches in a table, in words: own organisation, branch, site, school, oneself."""

from __future__ import annotations

from typing import Any

from models.accounts.permissions import ACT_IN_SUBTREE, HELD_OVER
from models.accounts.scope import Administered
from models.base.orm import Base
from models.base.scope import Own, Via
from models.messaging.scope import Circulation, Correspondence
from models.people.scope import OF_APPLICATIONS, ThroughApplications
from models.planning.scope import OwnAndAbove
from models.reference.tables import OrgKind
from models.text import Label

EVERYTHING = Label("全部机构共用", "Shared by all")
ONESELF = Label("本人的", "One's own")
BRANCH = Label("本机构及下级", "Own organisation and below")
OWN = Label("看本机构及下级，办本机构", "Sees the branch, acts on its own")
OWN_SITES = Label("本机构及其确认点", "Own organisation and its sites")
CORRESPONDENCE = Label("本人收发的，本机构寄给申请人的", "One's own, and the office's letters")
FROM_ABOVE = Label("看上级已发布的", "Sees what those above have published")
SITE = Label("本确认点", "Own site")
AUTHORITY = Label("看所属认定机构", "Sees its authority's")
SCHOOL = Label("由学校担任时：本校", "Held by a school: own school")


def reach_of(role: str, model: type[Base], *, looks_only: bool) -> list[Label]:
    """Return how far a role reaches in a table; a line for each kind of organisation."""
    scope: Any = model.__scope__
    if not scope.scoped:
        return [EVERYTHING]
    if isinstance(scope, Own | Correspondence):
        return [ONESELF if isinstance(scope, Own) else CORRESPONDENCE]
    kinds = HELD_OVER[role]
    found = []
    if kinds - {OrgKind.site, OrgKind.school}:
        found.append(BRANCH if looks_only else _of_office(role, scope))
    if OrgKind.site in kinds:
        found.append(SITE if _knows_site(scope) else AUTHORITY)
    if OrgKind.school in kinds:
        found.append(SCHOOL)
    return [*found, FROM_ABOVE] if isinstance(scope, Circulation | OwnAndAbove) else found


def _of_office(role: str, scope: Any) -> Label:
    if role in ACT_IN_SUBTREE:
        return BRANCH
    return OWN_SITES if isinstance(_own(scope), Administered) else OWN


def _own(scope: Any) -> Any:
    """Return the scope of the record that decides: parts share that of their whole."""
    while isinstance(scope, Via):
        scope = scope.parent_class().__scope__
    return OF_APPLICATIONS if isinstance(scope, ThroughApplications) else scope


def _knows_site(scope: Any) -> bool:
    return getattr(_own(scope), "site", None) is not None

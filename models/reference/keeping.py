"""What of an organisation its office, the authority above and the centre keep [AUTH-03]."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, false, or_, true

from models.base.actor import Actor
from models.reference.tables import OrgKind
from models.text import Message, msg
from models.workflow import sql

#: What every office keeps of itself.
OWN = frozenset({"address", "phone", "confirm_scope_note", "notice"})
#: What an authority keeps of its sites and schools.
KEPT = OWN | {"name", "region_code", "is_open", "enabled"}
SCHOOL = frozenset({"school_code", "school_nature", "area_type", "stage"})
#: Follows from the region.
DERIVED = frozenset({"province_code"})
CODE_DIGITS = 3


def kept_of(org: Any, actor: Actor) -> frozenset[str] | None:
    """Return the columns of an organisation that an actor keeps; None for all but the derived."""
    if actor.acts_in_subtree:
        return None
    allowed = OWN if org.id == actor.org_id else KEPT
    return allowed | SCHOOL if org.kind == OrgKind.school else allowed


def keeps(name: str, entity: Any, actor: Actor) -> ColumnElement[bool]:
    """Return the criterion of the organisations of which an actor keeps a column: what
    :func:`kept_of` says of one.
    """
    if actor.acts_in_subtree:
        return true() if name not in DERIVED else false()
    if name in OWN:
        return true()
    kept = entity.id != sql.number(actor.org_id) if name in KEPT else false()
    school = entity.kind == OrgKind.school.value if name in SCHOOL else false()
    return or_(kept, school)


def kept_of_new(actor: Actor) -> frozenset[str] | None:
    """Return the columns that an actor fills of a new organisation; None for all but the
    derived.
    """
    return None if actor.acts_in_subtree else KEPT | SCHOOL | {"kind"}


def org_faults(values: Any) -> Iterator[tuple[str, Message]]:
    """Yield what is wrong with an organisation: column and sentence."""
    if values.kind == OrgKind.site and values.parent_id is None:
        yield "parent_id", msg("A confirmation site hangs below its authority.")
    if values.is_certifying and not values.cert_org_code:
        yield "cert_org_code", msg("An authority that certifies needs its three-digit code.")
    if values.cert_org_code and not _is_code(values.cert_org_code):
        yield "cert_org_code", msg("An authority's code has three digits.")


def _is_code(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) == CODE_DIGITS

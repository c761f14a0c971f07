"""What each role may do with single columns, declared beside the grants of its acts (issue 3).

A column's usual right follows from its sensitivity and from what the role may do with the table.
``FIELDS`` takes away from that, never adds to it; every page asks :func:`right_on`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from sqlalchemy import Column, inspect

from models.accounts.permissions import GRANTS, RoleCode, permission
from models.base.actor import Actor
from models.base.choices import Choice
from models.base.columns import meta
from models.base.orm import Base
from models.base.spelling import SPELLED


class FieldRight(Choice):
    """What a role may do with one column, the least first."""

    #: As if the column did not exist.
    hidden = "hidden", "不可见", "Hidden"
    #: Masked, whatever purpose is stated.
    masked = "masked", "遮盖", "Masked"
    #: Seen as its nature is: personal data masked until they are revealed.
    readonly = "readonly", "只读", "Read only"
    editable = "editable", "可修改", "Editable"

    @property
    def rank(self) -> int:
        """Return its place in the order of what it allows."""
        return list(FieldRight).index(self)


HIDDEN, MASKED, READONLY, EDITABLE = FieldRight

#: Role → right → columns, as ``table.column``. Hidden from those who only look: what an office
#: notes for itself in a record, in its parts and in its history.
_DECLARED: dict[str, dict[FieldRight, str]] = {
    RoleCode.system_admin: {
        MASKED: "restriction_entry.id_no restriction_entry.cert_no",
        HIDDEN: "restriction_entry.review_note restriction_entry.basis",
    },
    RoleCode.info_viewer: {
        MASKED: "certification_application.id_no certification_application.mobile"
        " certification_application.address certification_application.email",
        HIDDEN: "certification_application.status_note certification_application.review_opinion"
        " application_material.note application_resume.witness"
        " workflow_log.note audit_log.reason",
    },
}

#: Role → ``table.column`` → the most that it may do with it.
FIELDS: dict[str, dict[str, FieldRight]] = {
    str(role): {name: right for right, names in rights.items() for name in names.split()}
    for role, rights in _DECLARED.items()
}


def right_on(actor: Actor, model: type[Base], key: str) -> FieldRight:
    """Return what an actor may do with a mapped column: the declared right, the usual one if that
    is less. Pinyin and initials follow the name.
    """
    found = min(usual_right(actor, model, key), _declared(actor, model, key), key=_rank)
    for suffix in SPELLED:
        name = key.removesuffix(suffix)
        if name != key and name in inspect(model).columns:
            return min(found, right_on(actor, model, name), key=_rank)
    return found


def usual_right(actor: Actor, model: type[Base], key: str) -> FieldRight:
    """Return the right that follows from a column's nature and the acts of the actor's role."""
    info = meta(_column(model, key))
    if info.sensitive == "secret":
        return HIDDEN
    kept = info.machine or info.system  # by the engine and the session, in nobody's form
    if not kept and any(actor.can(permission(model, act)) for act in ("edit", "create")):
        return EDITABLE
    if info.sensitive and not actor.can(permission(model, "reveal")):
        return MASKED
    return READONLY


def may_fill(actor: Actor, model: type[Base], key: str) -> bool:
    """Say whether an import of an actor's may hold a column: his role may do with it what follows
    from its nature.
    """
    return right_on(actor, model, key) is usual_right(actor, model, key)


def writes(model: type[Base]) -> Callable[[Actor, str], bool]:
    """Return the rule that an actor changes a column where his role may write it."""
    return lambda actor, key: right_on(actor, model, key) is EDITABLE


def names_openly(actor: Actor, model: type[Base]) -> bool:
    """Say whether an actor may read what a record of a class is called."""
    keys = [key for key in (model.__title__, *model.__named_by__) if key in inspect(model).columns]
    return all(right_on(actor, model, key).rank > MASKED.rank for key in keys)


def faults() -> Iterator[str]:
    """Return what is wrong with ``FIELDS``: names that do not exist, rights that add something,
    and columns that a role must fill and may not.
    """
    models = {mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers}
    for role, rights in FIELDS.items():
        if role not in GRANTS:
            yield f"there is no role {role}"
            continue
        actor = Actor(role, role=role, grants=GRANTS[role])
        for name, right in rights.items():
            table, _, key = name.partition(".")
            if table not in models or key not in inspect(models[table]).columns:
                yield f"{role}: there is no column {name}"
            else:
                yield from _misfits(actor, models[table], key, right)


def _misfits(actor: Actor, model: type[Base], key: str, right: FieldRight) -> Iterator[str]:
    name = f"{actor.role}: {model.__tablename__}.{key}"
    usual = usual_right(actor, model, key)
    if right.rank > usual.rank:
        yield f"{name} is {usual.value} for this role: a field right adds nothing"
    column = _column(model, key)
    needed = not column.nullable and column.default is None and usual is EDITABLE
    if needed and right is not EDITABLE and actor.can(permission(model, "create")):
        yield f"{name} must be filled in a new record, which the role may make"


def _declared(actor: Actor, model: type[Base], key: str) -> FieldRight:
    if actor.is_system or actor.role is None:
        return EDITABLE
    rights: Mapping[str, FieldRight] = FIELDS.get(actor.role, {})
    return rights.get(f"{model.__tablename__}.{key}", EDITABLE)


def _column(model: type[Base], key: str) -> Column[object]:
    return inspect(model).columns[key]


def _rank(right: FieldRight) -> int:
    return right.rank

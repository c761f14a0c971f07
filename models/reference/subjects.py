"""Which qualification types a subject belongs to; one that lists none belongs to every type."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, case, func, not_, or_, select
from sqlalchemy.orm import Session

from models.base.choices import QUALIFICATION_TYPE
from models.reference.tables import Subject, SubjectType
from models.workflow.sql import alias_of, there_is

#: Stands for the types of a subject that lists none.
ANY_TYPE: Final = "0"


@dataclass(frozen=True, slots=True)
class TaughtSubject:
    """A subject with the types that it lists."""

    id: int
    code: str
    name: str
    types: frozenset[int]

    def is_of(self, qualification_type: int) -> bool:
        """Say whether it may be applied for with a type."""
        return not self.types or qualification_type in self.types


def subject_of(session: Session, subject_id: int | None) -> TaughtSubject | None:
    """Return a subject by its key; None where there is none."""
    return next(_read(session, _SUBJECTS.where(Subject.id == subject_id)), None)


def subjects_to_choose(session: Session) -> Iterator[TaughtSubject]:
    """Return the subjects that an application may name."""
    open_ = (Subject.enabled, Subject.is_leaf, ~Subject.is_deleted)
    return _read(session, _SUBJECTS.where(*open_))


def is_of_type(subject_id: Any, qualification_type: Any) -> ColumnElement[bool]:
    """Return the same as :meth:`TaughtSubject.is_of` for many rows; both may be columns."""
    listed, its = (alias_of(SubjectType.__table__, name) for name in ("any_type", "its_type"))
    return or_(
        not_(there_is(listed, listed.c.subject_id == subject_id)),
        there_is(
            its, its.c.subject_id == subject_id, its.c.qualification_type == qualification_type
        ),
    )


def with_types(subject: Any, types: Sequence[str]) -> ColumnElement[bool]:
    """Return the subjects that list one of some types, or with ``ANY_TYPE`` none."""
    listed, its = (alias_of(SubjectType.__table__, name) for name in ("any_type", "its_type"))
    wanted = [int(each) for each in types if each != ANY_TYPE]
    found = there_is(its, its.c.subject_id == subject.id, its.c.qualification_type.in_(wanted))
    if ANY_TYPE not in types:
        return found
    return or_(found, not_(there_is(listed, listed.c.subject_id == subject.id)))


def types_of(subject: Any) -> ColumnElement[str]:
    """Return the types of a subject, one digit each in their order, or ``ANY_TYPE``."""
    its = alias_of(SubjectType.__table__, "listed_type")
    digits: Any = ""
    for type_ in QUALIFICATION_TYPE:
        own = case((its.c.qualification_type == int(type_), type_), else_="")
        digits = digits + func.max(own)
    together = select(digits).where(its.c.subject_id == subject.id).correlate_except(its)
    return func.coalesce(together.scalar_subquery(), ANY_TYPE)


_SUBJECTS: Final[Select[*tuple[Any, ...]]] = select(
    Subject.id, Subject.code, Subject.name, types_of(Subject).label("types")
)


def _read(session: Session, subjects: Select[*tuple[Any, ...]]) -> Iterator[TaughtSubject]:
    for id_, code, name, types in session.execute(subjects):
        yield TaughtSubject(id_, code, name, frozenset(map(int, types.replace(ANY_TYPE, ""))))

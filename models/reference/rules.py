"""What of an organisation may not change any more: the code inside its certificate numbers."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, and_, event, exists, not_, select
from sqlalchemy.orm import Mapper

from models.base.scope import before_and_now
from models.errors import BadInput, Conflict
from models.reference.tables import Org, Subject, SubjectType
from models.text import msg
from models.workflow.tables import NumberSequence, SequenceKind

_counter: Any = NumberSequence.__table__
_types: Any = SubjectType.__table__
_subjects: Any = Subject.__table__
#: Column of the code → field of a form that it follows from.
CODE_PARTS = {"cert_org_code": "cert_org_code", "province_code": "region_code"}


@event.listens_for(Org, "after_update")
def _freeze_code(_mapper: Mapper[Org], connection: Connection, org: Org) -> None:
    """Refuse another code once certificates were numbered with it.

    Counters belong to the organisation, numbers begin with its code: whoever got the code next
    would issue the same numbers. Judged after the UPDATE, which waits for a numbering that runs.
    """
    for column, field in CODE_PARTS.items():
        before, now_ = before_and_now(org, column)
        if before != now_ and _has_numbered(connection, org.id):
            raise BadInput(
                msg(
                    "Certificates have been numbered with this code of province and authority."
                    " It cannot change any more."
                ),
                field,
            )


@event.listens_for(SubjectType, "after_delete")
def _keep_a_type(_mapper: Mapper[SubjectType], connection: Connection, gone: SubjectType) -> None:
    """Refuse to take a subject's last type away: it would belong to every type."""
    left = exists().where(_types.c.subject_id == gone.subject_id)
    subject = exists().where(_subjects.c.id == gone.subject_id)
    wanted = select(and_(subject, not_(left)))
    if connection.scalar(wanted, execution_options={"unscoped": "types of a subject"}):
        raise Conflict(
            msg(
                "It is the only qualification type of the subject: without it the subject would"
                " belong to every type. Change it, or disable the subject."
            )
        )


def _has_numbered(connection: Connection, org_id: int) -> bool:
    counted = exists().where(
        _counter.c.org_id == org_id, _counter.c.kind == SequenceKind.certificate.value
    )
    found: bool | None = connection.scalar(
        select(counted), execution_options={"unscoped": "counters of an organisation"}
    )
    return bool(found)

"""Records of certification: who corrects what, which choices a key has, and the parts of an
application.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask import request
from sqlalchemy import ColumnElement, Select, inspect, select
from sqlalchemy.orm import Session
from typing_extensions import override

from models import clock
from models.accounts.permissions import RoleCode
from models.accounts.queries import ENABLED
from models.accounts.tables import UserRole
from models.base.actor import Actor
from models.base.choices import QUALIFICATION_TYPE
from models.certification.checks import faults_of, subject_fault
from models.certification.choices import CertStatus, DataSource
from models.certification.correction import (
    BY_CENTRE,
    IDENTITY,
    REVIEWER,
    Correction,
    correction,
    corrector_of,
)
from models.certification.entry import enter_application
from models.certification.restricted import why_restricted
from models.certification.tables import CertificationApplication
from models.certification.tables_parts import ApplicationMaterial, ApplicationResume
from models.planning.choices import PlanKind, PlanStatus
from models.planning.rules import effective_window, is_within
from models.planning.tables import SiteArrangement, WorkPlan
from models.reference.subjects import is_of_type, subject_of
from models.text import Message, msg
from views.base.declaration import M
from views.base.form import Editable
from views.base.record import RecordPages
from views.base.request import actor, session
from views.base.shown import whole_of

#: What staff fill in for a new application; the engine and the session keep the rest.
ENTERED = (BY_CENTRE | {"plan_id"}) - {"resume", "materials"}


def is_in_window(application: CertificationApplication) -> bool:
    """Say whether the confirmation window of an application's site is open now."""
    window = effective_window(
        application.plan, application.arrangement, application.material_deadline
    )
    return is_within(*window, clock.now())


def correction_of(application: CertificationApplication, who: Actor) -> Correction:
    """Return what an actor may correct of an application now."""
    return correction(
        corrector_of(who),
        CertStatus[application.status],
        plan=PlanStatus[application.plan.status],
        in_window=is_in_window(application),
        entered_by_staff=application.data_source == DataSource.staff_entry,
    )


class ApplicationRecord(RecordPages[CertificationApplication]):
    """An application: corrected by declared rights, entered by the authority's staff."""

    related = "certificate"
    fields = " ".join(sorted(ENTERED))

    @override
    def editable_fields(self, record: CertificationApplication, who: Actor) -> Editable:
        usual = super().editable_fields(record, who)
        if not usual.names:
            return usual
        right = correction_of(record, who)
        names = usual.names & right.fields
        return Editable(names, right.why_not, right.need_reason)

    @override
    def new_fields(self, who: Actor) -> frozenset[str]:
        return ENTERED - REVIEWER

    @override
    def lookup_criteria(
        self, name: str, target: Any, record: CertificationApplication | None
    ) -> Sequence[ColumnElement[bool]]:
        if name == "plan_id":
            return _plans_of(actor())
        if name == "arrangement_id":
            return (SiteArrangement.plan_id.in_(self._plan_ids(record)),)
        if name == "subject_id":
            return (target.is_leaf, *_fitting(target, record))
        if name == "reviewer_id":
            return _reviewers(target, [record.org_id if record else None])
        if name == "exam_credential_id":
            return (target.person_id == (record.person_id if record else None),)
        return super().lookup_criteria(name, target, record)

    @override
    def why_not_chosen(
        self, name: str, key: Any, record: CertificationApplication | None
    ) -> Message | None:
        subject = subject_of(session(), key) if name == "subject_id" else None
        return subject_fault(subject, _type_of(record)) if subject else None

    @override
    def lookup_criteria_of_many(
        self, name: str, target: Any, rows: Select[Any]
    ) -> Sequence[ColumnElement[bool]]:
        own = CertificationApplication.id.in_(rows)
        if name == "arrangement_id":
            return (target.plan_id.in_(select(CertificationApplication.plan_id).where(own)),)
        if name == "reviewer_id":
            offices = select(CertificationApplication.org_id).where(own)
            return _reviewers(target, offices)
        return super().lookup_criteria_of_many(name, target, rows)

    def _plan_ids(self, record: CertificationApplication | None) -> list[int]:
        """Return the plan of a record; for a new one the plan that is being chosen, if it is
        readable.
        """
        if record is not None:
            return [record.plan_id]
        asked = request.values.get("plan_id", "")
        return [int(asked)] if asked.isascii() and asked.isdigit() and len(asked) < 10 else []

    @override
    def faults(
        self, record: CertificationApplication, who: Actor
    ) -> Iterable[tuple[str | None, Message]]:
        changed = frozenset(
            key
            for key, attribute in inspect(record).attrs.items()
            if attribute.history.has_changes()
        )
        subject = subject_of(session(), record.subject_id)
        yield from faults_of(record, changed, clock.today(), subject)
        if not inspect(record).persistent:
            why_not = why_restricted(session(), record.id_type, record.id_no)
            if why_not is not None:
                yield "id_no", why_not

    @override
    def before_save(
        self, record: CertificationApplication, who: Actor, is_created: bool, work: Session
    ) -> None:
        if is_created:
            enter_application(work, record)
        arrangement = work.get(SiteArrangement, record.arrangement_id or 0)
        record.site_id = arrangement.site_id if arrangement else None


def _reviewers(target: Any, offices: Any) -> Sequence[ColumnElement[bool]]:
    """Return who reviews for some authorities."""
    held = select(UserRole.user_id).where(
        UserRole.role_code == RoleCode.authority.value, UserRole.scope_org_id.in_(offices)
    )
    return (target.status == ENABLED, target.id.in_(held))


def _plans_of(who: Actor) -> Sequence[ColumnElement[bool]]:
    return (
        WorkPlan.org_id == who.org_id,
        WorkPlan.kind == PlanKind.cert.value,
        WorkPlan.status == PlanStatus.published.value,
    )


def _fitting(subject: Any, record: CertificationApplication | None) -> Sequence[Any]:
    type_ = _type_of(record)
    return () if type_ is None else (is_of_type(subject.id, type_),)


def _type_of(record: CertificationApplication | None) -> int | None:
    """Return the type that is being chosen, or else the application's own."""
    asked = request.values.get("qualification_type", "")
    if asked in QUALIFICATION_TYPE:
        return int(asked)
    return record.qualification_type if record else None


class PartOfApplication(RecordPages[M]):
    """A part follows its application: who may correct that may change this."""

    #: The name under which the right stands in the declaration of corrections.
    needs: str = ""

    @override
    def editable_fields(self, record: M, who: Actor) -> Editable:
        usual = super().editable_fields(record, who)
        why_not = self.why_no_part(whole_of(record), who)
        return usual if why_not is None else Editable(frozenset(), why_not)

    @override
    def why_no_part(self, whole: Any, who: Actor) -> Message | None:
        if not isinstance(whole, CertificationApplication):
            return msg("Its application cannot be seen.")
        right = correction_of(whole, who)
        if self.needs in right.fields:
            return None
        return right.why_not or msg("Your role may not correct this part of an application.")


class ResumeRecord(PartOfApplication[ApplicationResume]):
    """A line of the résumé: added, changed and removed while the application may be corrected."""

    needs = "resume"

    @override
    def faults(self, record: ApplicationResume, who: Actor) -> Iterable[tuple[str | None, Message]]:
        if record.end_month and record.start_month and record.end_month < record.start_month:
            yield "end_month", msg("The end lies before the beginning.")


class MaterialRecord(PartOfApplication[ApplicationMaterial]):
    """A material: copies, original and note; the engine moves its state."""

    needs = "materials"
    fields = "is_original copies note"


__all__ = ["IDENTITY", "ApplicationRecord", "MaterialRecord", "ResumeRecord"]

"""Why an application may not be moved (schema §3.1): windows, restrictions, credentials, materials.

Facts are read from plain aliases, past the scope: a restriction entered by another office must
bite, and its reason says nothing of that office (reading 1).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, false, func, not_, or_, select, true
from sqlalchemy.orm import Session

from models.base.choices import QUALIFICATION_TYPE
from models.certification import windows
from models.certification.choices import CertStatus, MaterialState
from models.certification.tables import CertificationApplication
from models.certification.tables_certificate import Certificate
from models.certification.tables_parts import ApplicationMaterial
from models.people.choices import VerifyStatus
from models.people.tables import PersonCredential
from models.planning.tables import SiteArrangement, WorkPlan
from models.reference.subjects import is_of_type, subject_of
from models.reference.tables import CodeItem, Org, OrgQualificationType
from models.restriction.rules import in_force
from models.restriction.tables import RestrictionEntry
from models.text import Message, msg
from models.workflow.machine import Context, Guard
from models.workflow.numbering import LAST_SERIAL, SEQUENCE
from models.workflow.sql import alias_of, there_is
from models.workflow.tables import SequenceKind

SETTLED = (MaterialState.received.value, MaterialState.waived.value)


def _not_by_site(_e: Any, ctx: Context) -> ColumnElement[bool]:
    return false() if ctx.actor.is_site else true()


def _type_offered(e: Any, _ctx: Context) -> ColumnElement[bool]:
    offer = alias_of(OrgQualificationType.__table__, "offer")
    return there_is(
        offer, offer.c.org_id == e.org_id, offer.c.qualification_type == e.qualification_type
    )


def _subject_of_type(e: Any, _ctx: Context) -> ColumnElement[bool]:
    return is_of_type(e.subject_id, e.qualification_type)


def _subject_and_type(e: Any, _ctx: Context) -> ColumnElement[str]:
    return cast(e.qualification_type, String()).concat(":").concat(cast(e.subject_id, String()))


def subject_with_type(session: Session, key: str) -> Message:
    """Return a subject and a type, kept as ``type:subject``, in words."""
    type_, _, id_ = key.partition(":")
    subject = subject_of(session, int(id_))
    return msg(
        "%(subject)s for %(type)s",
        subject=subject.name if subject else id_,
        type=QUALIFICATION_TYPE[type_],
    )


def _site_takes_part(e: Any, _ctx: Context) -> ColumnElement[bool]:
    site = alias_of(SiteArrangement.__table__, "its_site")
    return there_is(
        site, site.c.id == e.arrangement_id, site.c.plan_id == e.plan_id, site.c.enabled
    )


def _not_restricted(e: Any, ctx: Context) -> ColumnElement[bool]:
    """Whoever entered it, by document or by a certificate that the person holds (reading 17)."""
    entry = alias_of(RestrictionEntry.__table__, "restriction")
    other = alias_of(RestrictionEntry.__table__, "restriction_by_certificate")
    held = alias_of(Certificate.__table__, "held")
    by_document = there_is(
        entry, entry.c.id_no == e.id_no, entry.c.id_type == e.id_type, in_force(entry.c, ctx.day)
    )
    by_certificate = there_is(
        held.join(other, other.c.cert_no == held.c.cert_no),
        held.c.id_no == e.id_no,
        held.c.id_type == e.id_type,
        in_force(other.c, ctx.day),
    )
    return not_(or_(by_document, by_certificate))


def _credentials_settled(e: Any, _ctx: Context) -> ColumnElement[bool]:
    credential = alias_of(PersonCredential.__table__, "credential")
    doubtful = (VerifyStatus.pending.value, VerifyStatus.rejected.value)
    return not_(
        there_is(
            credential,
            credential.c.person_id == e.person_id,
            credential.c.verify_status.in_(doubtful),
        )
    )


def _open_materials(e: Any, ctx: Context) -> tuple[Any, ColumnElement[bool]]:
    """Return required materials that are not in; pending ones are, once “complete” was ticked."""
    material = alias_of(ApplicationMaterial.__table__, "material")
    settled = list(SETTLED)
    if ctx.inputs.get("complete"):
        settled.append(MaterialState.pending.value)
    return material, and_(
        material.c.application_id == e.id, material.c.required, material.c.state.not_in(settled)
    )


def _materials_in(e: Any, ctx: Context) -> ColumnElement[bool]:
    material, still_open = _open_materials(e, ctx)
    return not_(there_is(material, still_open))


def _first_open_material(e: Any, ctx: Context) -> ColumnElement[str]:
    material, still_open = _open_materials(e, ctx)
    first = select(func.min(material.c.material_code)).where(still_open)
    return first.correlate_except(material).scalar_subquery()


def material_name(session: Session, code: str) -> str:
    """Return a material's name, or its code where the set does not know it."""
    named = select(CodeItem.name).where(CodeItem.set_code == "MATERIAL_TYPE", CodeItem.code == code)
    return session.scalar(named) or code


def _only_application(e: Any, _ctx: Context) -> ColumnElement[bool]:
    """No other application of the person in the same year, at whatever office (reading 18)."""
    other = alias_of(CertificationApplication.__table__, "elsewhere")
    its, plan = alias_of(WorkPlan.__table__, "other_plan"), alias_of(WorkPlan.__table__, "its_plan")
    year = select(plan.c.year).where(plan.c.id == e.plan_id).correlate_except(plan)
    return not_(
        there_is(
            other.join(its, its.c.id == other.c.plan_id),
            other.c.id_no == e.id_no,
            other.c.id_type == e.id_type,
            other.c.id != e.id,
            other.c.status != CertStatus.draft.value,
            its.c.year == year.scalar_subquery(),
        )
    )


def _authority_has_code(e: Any, _ctx: Context) -> ColumnElement[bool]:
    org = alias_of(Org.__table__, "its_authority")
    return there_is(
        org, org.c.id == e.org_id, org.c.is_certifying, func.length(org.c.cert_org_code) == 3
    )


def _serial_left(e: Any, ctx: Context) -> ColumnElement[bool]:
    counter = alias_of(SEQUENCE, "counter")
    return not_(
        there_is(
            counter,
            counter.c.kind == SequenceKind.certificate.value,
            counter.c.org_id == e.org_id,
            counter.c.year == ctx.today.year,
            counter.c.last_serial >= LAST_SERIAL,
        )
    )


MANDATORY = ("arrangement_id", "mobile", "edu_level_code")


def _is_complete(e: Any, _ctx: Context) -> ColumnElement[bool]:
    filled = [func.length(cast(getattr(e, name), String())) > 0 for name in MANDATORY]
    return and_(*filled)


NOT_BY_SITE = Guard(
    "by_site", msg("This is for the authority, not for a confirmation site."), _not_by_site
)
COMPLETE = Guard(
    "incomplete",
    msg("Confirmation site, mobile number or education is missing. Fill it in first."),
    _is_complete,
)
PLAN_PUBLISHED = Guard(
    "plan", msg("The plan is not published, or is closed already."), windows.plan_published
)
PLAN_NOT_ARCHIVED = Guard(
    "plan", msg("The plan is not published, or is archived."), windows.plan_not_archived
)
PLAN_ACCEPTS = Guard(
    "plan_open",
    msg("The authority does not take part in this plan, or the plan is not open for applications."),
    windows.plan_accepts,
)
APPLY_WINDOW = Guard(
    "window", msg("It is outside the time for applications of the plan."), windows.in_apply_window
)
CONFIRM_WINDOW = Guard(
    "window", msg("It is outside the confirmation time of the site."), windows.in_confirm_window
)
CONFIRM_WINDOW_OR_LATE = Guard("window", CONFIRM_WINDOW.reason, windows.in_confirm_window_or_late)
DECIDE_WINDOW = Guard(
    "window", msg("It is outside the decision time of the plan."), windows.in_decide_window
)
DECIDE_BEGUN = Guard(
    "window", msg("The decision time of the plan has not begun."), windows.decide_begun
)
DEADLINE_IN_PLAN = Guard(
    "deadline",
    msg("The last day for materials lies behind the decision time of the plan."),
    windows.deadline_in_plan,
    asks="deadline",
)
TYPE_OFFERED = Guard(
    "type", msg("The authority does not certify this qualification type."), _type_offered
)
SUBJECT_OF_TYPE = Guard(
    "subject",
    msg(
        "The subject does not belong to the qualification type: %(detail)s. Have one of them"
        " corrected first."
    ),
    _subject_of_type,
    detail=_subject_and_type,
    describe=subject_with_type,
)
SITE_TAKES_PART = Guard(
    "site", msg("The confirmation site does not take part in this plan."), _site_takes_part
)
NOT_RESTRICTED = Guard(
    "restricted",
    msg("The person stands in the restriction library and may not be certified at present."),
    _not_restricted,
)
CREDENTIALS = Guard(
    "credential",
    msg("A credential of the person is not verified, or was rejected. Verify it first."),
    _credentials_settled,
)
MATERIALS = Guard(
    "materials",
    msg("A material is missing: %(detail)s."),
    _materials_in,
    detail=_first_open_material,
    describe=material_name,
    asks="complete",
)
ONE_APPLICATION = Guard(
    "elsewhere_this_year",
    msg("The person has another application in the same year."),
    _only_application,
)
SEX_KNOWN = Guard(
    "sex",
    msg("The sex must be male or female for a certificate number. Correct it first."),
    lambda e, _ctx: e.sex.in_(("1", "2")),
)
AUTHORITY_CODE = Guard(
    "authority_code",
    msg("The authority has no three-digit code. Have it entered first."),
    _authority_has_code,
)
SERIAL_LEFT = Guard(
    "serial", msg("The serial numbers of the authority for this year are used up."), _serial_left
)

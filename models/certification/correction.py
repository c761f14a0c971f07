"""Which role may correct what of an application, in which state (reading 5) [CONF-14…18].

Declared as data, judged by a pure function; forms and parts of an application ask it alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from models.base.actor import Actor
from models.certification.choices import CertStatus
from models.planning.choices import PlanStatus
from models.text import Message, msg

S = CertStatus

SITE = frozenset({"arrangement_id"})
CONTACT = frozenset({"address", "zip_code", "mobile", "email"})
BASIC = frozenset(
    {
        "ethnic_code",
        "political_code",
        "work_unit",
        "occupation_code",
        "title_code",
        "pledge_signed",
        "moral_form_received",
    }
)
EDUCATION = frozenset(
    {
        "edu_level_code",
        "degree_code",
        "school_name",
        "major_code",
        "major_category_code",
        "learn_form_code",
        "graduated_on",
        "is_fresh_graduate",
        "pth_level_code",
        "pth_cert_no",
    }
)
#: The résumé has rows of its own: the name stands for the right to add, change and remove them.
RESUME = frozenset({"resume"})
#: Copies, originals and notes of the check-list; its states are moved by the engine.
MATERIALS = frozenset({"materials"})
SUBJECT = frozenset(
    {"qualification_type", "subject_id", "place_basis", "exam_channel", "exam_credential_id"}
)
#: Files are put in by an upload of their own.
PHOTO = frozenset({"photo_attachment_id"})
#: Who of the authority is to review it.
REVIEWER = frozenset({"reviewer_id"})
IDENTITY = frozenset({"name", "id_type", "id_no", "sex", "birth_date"})

BY_SITE = SITE | CONTACT | BASIC | PHOTO | EDUCATION | RESUME | MATERIALS
BY_AUTHORITY = BY_SITE | SUBJECT | REVIEWER
BY_CENTRE = BY_AUTHORITY | IDENTITY

UNREVIEWED = (S.submitted, S.materials_incomplete, S.confirm_rejected, S.confirmed)
UNAPPROVED = (*UNREVIEWED, S.review_rejected)
UNNUMBERED = (*UNAPPROVED, S.approved_unnumbered)


class Corrector(Enum):
    """Who corrects: staff of the site, of the authority, of the centre, or somebody who may not."""

    site = "site"
    authority = "authority"
    centre = "centre"
    nobody = "nobody"


NOT_PUBLISHED = msg("The plan is not published, or is closed already.")
NOT_ALIVE = msg("The plan is not published, or is archived.")
NUMBERED = msg("It has its certificate number: nothing of it can be corrected any more.")
TOO_LATE = msg("It is “%(detail)s”: your role may not correct it any more.")
OUTSIDE = msg("It is outside the confirmation time of the site.")
NOT_SUBMITTED = msg("It has not been submitted: until then it is the applicant's alone.")
#: Role → who he is to an application; a site's staff are known by their organisation.
CORRECTORS = {
    "authority": Corrector.authority,
    "super": Corrector.centre,
    "confirm": Corrector.site,
}


def corrector_of(who: Actor) -> Corrector:
    """Return as whom an actor corrects applications."""
    if who.is_system:
        return Corrector.centre
    if who.is_site:
        return Corrector.site if who.role == "confirm" else Corrector.nobody
    return CORRECTORS.get(who.role or "", Corrector.nobody)


@dataclass(frozen=True, slots=True)
class Right:
    """Fields that a corrector may change in some states, while the plan is in some of its own."""

    fields: frozenset[str]
    states: tuple[CertStatus, ...]
    plans: tuple[PlanStatus, ...] = (PlanStatus.published,)
    over: Message = NOT_PUBLISHED


RIGHTS: Mapping[Corrector, Right] = {
    Corrector.site: Right(BY_SITE, UNREVIEWED),
    Corrector.authority: Right(BY_AUTHORITY, UNAPPROVED),
    # Numbers are assigned in a closed plan too, and what stands in their way is mended there.
    Corrector.centre: Right(
        BY_CENTRE, UNNUMBERED, (PlanStatus.published, PlanStatus.closed), NOT_ALIVE
    ),
    Corrector.nobody: Right(frozenset(), ()),
}


@dataclass(frozen=True, slots=True)
class Correction:
    """What may be corrected, why nothing may, and what only with a reason that is kept."""

    fields: frozenset[str]
    why_not: Message | None = None
    need_reason: frozenset[str] = frozenset()


def correction(
    who: Corrector,
    state: CertStatus,
    *,
    plan: PlanStatus,
    in_window: bool,
    entered_by_staff: bool = False,
) -> Correction:
    """Judge a correction.

    ``plan`` is the state of its plan, which binds everybody as the transitions of that desk do.
    ``in_window`` is the confirmation window of the application's site, which binds site staff alone
    [CONF-15, 16]. A draft is the applicant's own; only one that staff entered is the authority's.
    """
    why_not = _why_not_at_all(who, state, entered_by_staff) or _why_not_now(who, plan, in_window)
    if why_not is not None:
        return Correction(frozenset(), why_not)
    fields = RIGHTS[who].fields
    return Correction(fields, need_reason=fields & IDENTITY)


def _why_not_at_all(who: Corrector, state: CertStatus, entered_by_staff: bool) -> Message | None:
    if who is Corrector.nobody:
        return msg("Your role may not correct applications.")
    if state == S.approved_numbered:
        return NUMBERED
    if state == S.draft:
        return _why_not_draft(who, entered_by_staff)
    if state not in RIGHTS[who].states:
        return Message(TOO_LATE.msgid, {"detail": state.label})
    return None


def _why_not_now(who: Corrector, plan: PlanStatus, in_window: bool) -> Message | None:
    if plan not in RIGHTS[who].plans:
        return RIGHTS[who].over
    if who is Corrector.site and not in_window:
        return OUTSIDE
    return None


def _why_not_draft(who: Corrector, entered_by_staff: bool) -> Message | None:
    if who is Corrector.centre or (who is Corrector.authority and entered_by_staff):
        return None
    return NOT_SUBMITTED

"""The papers of an application [CERT-40 to CERT-44, CONF-20]; fields as far as they are known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.certification.choices import CertStatus, MaterialState
from models.certification.tables import CertificationApplication
from models.certification.tables_parts import ApplicationMaterial
from models.papers.paper import Paper, register
from models.planning.rules import effective_window
from models.text import Label

S = CertStatus
SUBMITTED = tuple(state for state in S if state is not S.draft)
#: An undone confirmation keeps its number, but no receipt may say that the papers were accepted.
ACCEPTED = (S.confirmed, S.approved_unnumbered, S.approved_numbered, S.review_rejected)
IN_CONFIRMATION = (S.submitted, S.materials_incomplete, S.confirm_rejected)
IDENTITY = "apply_no name id_type id_no sex"


def _window(application: Any) -> Mapping[str, Any]:
    start, end = effective_window(
        application.plan, application.arrangement, application.material_deadline
    )
    return {"start": start, "end": end}


def _is_received(material: ApplicationMaterial) -> bool:
    return material.state == MaterialState.received.value


RECEIPT, FORM, NOTICE, MORAL, PLEDGE = register(
    Paper(
        "receipt",
        Label("受理凭证", "Acceptance receipt"),
        CertificationApplication,
        fields=f"{IDENTITY} receipt_no qualification_type subject_id confirmed_at confirmed_by",
        needs="receipt_no",
        states=ACCEPTED,
        reads={
            "org": "name",
            "site": "name",
            "materials": "material_code is_original copies",
        },
        picks={"materials": _is_received},
        stamp="receipt_printed_at",
    ),
    Paper(
        "application_form",
        Label("教师资格认定申请表", "Application form"),
        CertificationApplication,
        fields=f"{IDENTITY} ethnic_code birth_date political_code place_basis edu_level_code"
        " degree_code school_name major_code major_category_code learn_form_code graduated_on"
        " is_fresh_graduate exam_channel pth_level_code pth_cert_no work_unit occupation_code"
        " title_code address zip_code mobile email qualification_type subject_id",
        reads={
            "org": "name",
            "person": "birth_place household_region phone",
            "resumes": "start_month end_month unit position witness",
        },
        photo="photo_attachment_id",
        states=SUBMITTED,
        counter="form_print_count",
        pages=2,
    ),
    Paper(
        "site_notice",
        Label("现场确认注意事项", "On-site notice"),
        CertificationApplication,
        fields=f"{IDENTITY} qualification_type subject_id",
        reads={
            "org": "name",
            "site": "name address phone notice",
            "plan": "notice",
            "arrangement": "scope_note notice",
            "materials": "material_code required",
        },
        states=IN_CONFIRMATION,
        adds=_window,
    ),
    Paper(
        "moral_form",
        Label("申请人思想品德鉴定表", "Moral appraisal"),
        CertificationApplication,
        fields=f"{IDENTITY} birth_date ethnic_code political_code work_unit school_name address"
        " mobile qualification_type subject_id",
        states=SUBMITTED,
    ),
    Paper(
        "pledge",
        Label("个人承诺书", "Personal pledge"),
        CertificationApplication,
        fields=IDENTITY,
        reads={"org": "name"},
        states=SUBMITTED,
    ),
)

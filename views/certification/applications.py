"""Applications: the grid in which the main job is done."""

from __future__ import annotations

from typing import Any

from sqlalchemy import case

from models.certification.choices import CONFIRM_LABELS, CertStatus
from models.certification.tables import CertificationApplication
from models.files.accepted import PHOTO
from models.text import Label
from views.base import menu
from views.base.grid import Computed, Grid, Section
from views.certification.records import ApplicationRecord

#: 确认状态 of M04: the states before and during confirmation; every later one counts as confirmed.
_CONFIRM_STATES = (
    CertStatus.draft,
    CertStatus.submitted,
    CertStatus.materials_incomplete,
    CertStatus.confirm_rejected,
    CertStatus.confirmed,
)


def _confirm_state(model: Any) -> Any:
    kept = {state.value: state.value for state in _CONFIRM_STATES}
    return case(kept, value=model.status, else_=CertStatus.confirmed.value)


class Applications(ApplicationRecord, Grid[CertificationApplication]):
    category = menu.CERTIFICATION
    columns = "apply_no name status id_no qualification_type subject site submitted_at org"
    filters = (
        "status confirm_state plan org site apply_no name id_no mobile qualification_type subject"
        " submitted_at id_type sex exam_channel is_fresh_graduate data_source reviewer_id"
    )
    waits = "submitted materials_incomplete confirmed approved_unnumbered"
    inline = "pledge_signed moral_form_received is_fresh_graduate"
    judged_by = "plan_id arrangement_id"
    computed = {  # noqa: RUF012 -- declared once, never changed
        "confirm_state": Computed(
            Label("确认状态", "Confirmation"),
            _confirm_state,
            choices={state.value: CONFIRM_LABELS[state] for state in _CONFIRM_STATES},
            tones={state.value: state.tone for state in _CONFIRM_STATES},
        )
    }
    narrowed = "birth_date confirmed_at reviewed_at numbered_at graduated_on material_deadline"
    sections = (
        Section(
            "申请信息",
            "Application",
            "apply_no plan org site arrangement status status_note qualification_type subject"
            " place_basis exam_channel exam_credential data_source",
        ),
        Section(
            "身份信息",
            "Identity",
            "person name id_type id_no sex birth_date ethnic_code political_code",
        ),
        Section(
            "学历与普通话",
            "Education",
            "edu_level_code degree_code school_name major_code major_category_code"
            " learn_form_code graduated_on is_fresh_graduate pth_level_code pth_cert_no",
        ),
        Section(
            "工作与联系方式",
            "Work and contact",
            "work_unit occupation_code title_code address zip_code mobile email",
        ),
        Section(
            "办理",
            "Handling",
            "pledge_signed moral_form_received submitted_at confirmed_at confirmed_by"
            " material_deadline reviewer_id reviewed_at reviewed_by review_opinion numbered_at"
            " receipt_no",
        ),
    )
    attached = {"photo_attachment_id": PHOTO}  # noqa: RUF012 -- declared once, never changed
    sort = "-submitted_at"
    large = True

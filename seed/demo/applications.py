"""Writes persons, credentials, drafts of applications and résumés, many rows to a statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from models import clock
from models.base.orm import Base
from models.certification.choices import DataSource
from models.certification.tables import CertificationApplication
from models.certification.tables_parts import ApplicationResume
from models.people.choices import CredentialKind, CredentialMode, IdCheckState, VerifyStatus
from models.people.rules import RESIDENT_ID, check_id
from models.people.tables import Person, PersonCredential
from models.planning.tables import SiteArrangement
from models.reference.tables import Region, Subject
from seed.demo.cases import Case
from seed.demo.plans import APPLY

Key = tuple[str, str]
_IDENTITY = (
    "name", "id_type", "id_no", "sex", "birth_date", "ethnic_code", "political_code",
    "address", "zip_code", "mobile", "email",
)  # fmt: skip
#: Years that a pass of the examination is valid.
_PASS_YEARS = 3


@dataclass(slots=True)
class _Keys:
    """Keys of what is there already, by what the cases know."""

    subjects: dict[str, int]
    regions: set[str]
    arrangements: dict[tuple[int, int], tuple[int, int]]


def write_cases(session: Session, rng: Random, cases: Sequence[Case]) -> None:
    """Save what the cases say up to the draft; give each case the id of its application."""
    keys = _keys(session)
    persons = _write_persons(session, cases, keys)
    _write_credentials(session, rng, cases, persons, keys)
    passes = {
        number: id_
        for id_, number in session.execute(
            select(PersonCredential.id, PersonCredential.number).where(
                PersonCredential.kind == CredentialKind.exam_pass
            )
        )
    }
    _insert(
        session,
        CertificationApplication,
        [_application(case, persons, passes, keys) for case in cases],
    )
    _take_ids(session, cases)
    _insert(session, ApplicationResume, [line for case in cases for line in _resume(case)])


def _keys(session: Session) -> _Keys:
    arrangements = session.execute(
        select(SiteArrangement.plan_id, SiteArrangement.id, SiteArrangement.site_id).order_by(
            SiteArrangement.plan_id, SiteArrangement.id
        )
    )
    numbered: dict[tuple[int, int], tuple[int, int]] = {}
    counts: dict[int, int] = {}
    for plan_id, id_, site_id in arrangements:
        numbered[plan_id, counts.get(plan_id, 0)] = (id_, site_id)
        counts[plan_id] = counts.get(plan_id, 0) + 1
    return _Keys(
        {row.code: row.id for row in session.execute(select(Subject.code, Subject.id))},
        set(session.scalars(select(Region.code))),
        numbered,
    )


def _insert(session: Session, cls: type[Base], rows: list[dict[str, Any]]) -> None:
    if rows:
        session.execute(insert(cls), rows, execution_options={"set_wise": "seed"})


def moment(case: Case, day: int, hour: int | None = None) -> datetime:
    """Return an instant of a day counted from the middle of the case's plan.

    ``hour`` None is when the applicant sits down to it on that day.
    """
    first = case.plan.apply_start + timedelta(days=day - APPLY[0])
    if hour is None:
        return first + timedelta(hours=8, seconds=case.second)
    return first + timedelta(hours=hour)


def _stamps(at: datetime) -> dict[str, datetime]:
    return {"created_at": at, "updated_at": at}


def key_of(case: Case) -> Key:
    """Return the document that identifies the applicant."""
    return case.applicant.fields["id_type"], case.applicant.fields["id_no"]


def _write_persons(session: Session, cases: Sequence[Case], keys: _Keys) -> dict[Key, int]:
    first: dict[Key, Case] = {}
    for case in sorted(cases, key=lambda case: moment(case, case.begun)):
        first.setdefault(key_of(case), case)
    _insert(session, Person, [_person(case, keys) for case in first.values()])
    found = session.execute(select(Person.id, Person.id_type, Person.id_no))
    return {(row.id_type, row.id_no): row.id for row in found}


def _person(case: Case, keys: _Keys) -> dict[str, Any]:
    fields = {name: case.applicant.fields[name] for name in _IDENTITY}
    resident = fields["id_type"] == RESIDENT_ID
    doubtful = check_id(fields["id_type"], fields["id_no"], clock.today()).warning is not None
    passed = IdCheckState.region_warn if doubtful else IdCheckState.ok
    home = fields["id_no"][:6]
    return fields | {
        "id_check": (passed if resident else IdCheckState.unchecked).value,
        "household_region": home if resident and home in keys.regions else None,
        **_stamps(moment(case, case.begun)),
    }


def _write_credentials(
    session: Session, rng: Random, cases: Sequence[Case], persons: dict[Key, int], keys: _Keys
) -> None:
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for case in cases:
        for row in (_pass(rng, case, keys), _putonghua(case)):
            if row:
                row |= {"person_id": persons[key_of(case)], **_stamps(moment(case, case.begun))}
                rows.setdefault((row["kind"], row["number"]), row)
    _insert(session, PersonCredential, list(rows.values()))


def _pass(rng: Random, case: Case, keys: _Keys) -> dict[str, Any] | None:
    if case.applicant.fields["exam_channel"] != "national_exam":
        return None
    issued = moment(case, case.begun).date() - timedelta(days=rng.randrange(60, 900))
    number = f"{issued.year}{rng.randrange(10**11):011d}"
    case.applicant.pass_number = number
    return {
        "kind": CredentialKind.exam_pass.value,
        "number": number,
        "mode": CredentialMode.synced.value,
        "verify_status": VerifyStatus.not_required.value,
        "level_code": None,
        "institution": "教育部教育考试院",
        "issued_on": issued,
        "valid_until": issued + timedelta(days=365 * _PASS_YEARS),
        "qualification_type": case.applicant.fields["qualification_type"],
        "subject_id": keys.subjects[case.applicant.subject_code],
    }


def _putonghua(case: Case) -> dict[str, Any]:
    fields = case.applicant.fields
    return {
        "kind": CredentialKind.putonghua.value,
        "number": fields["pth_cert_no"],
        "mode": CredentialMode.synced.value,
        "verify_status": VerifyStatus.not_required.value,
        "level_code": fields["pth_level_code"],
        "institution": "普通话水平测试站",
        "issued_on": fields["graduated_on"] - timedelta(days=200),
        "valid_until": None,
        "qualification_type": None,
        "subject_id": None,
    }


def _application(
    case: Case, persons: dict[Key, int], passes: dict[str | None, int], keys: _Keys
) -> dict[str, Any]:
    arrangement, site = keys.arrangements[case.plan.id, case.site]
    submitted = next(
        (moment(case, s.day - case.waited) for s in case.steps if s.action == "submit"), None
    )
    return case.applicant.fields | {
        "plan_id": case.plan.id,
        "org_id": case.plan.org_id,
        "arrangement_id": arrangement,
        "site_id": site,
        "person_id": persons[key_of(case)],
        "exam_credential_id": passes.get(case.applicant.pass_number),
        "subject_id": keys.subjects[case.applicant.subject_code],
        "pledge_signed": submitted is not None,
        "submitted_at": submitted,
        "data_source": DataSource.online.value,
        **_stamps(moment(case, case.begun)),
    }


def _take_ids(session: Session, cases: Sequence[Case]) -> None:
    app = CertificationApplication
    found = {
        (row.plan_id, row.id_type, row.id_no): row.id
        for row in session.execute(select(app.id, app.plan_id, app.id_type, app.id_no))
    }
    for case in cases:
        case.id = found[case.plan.id, *key_of(case)]


def _resume(case: Case) -> list[dict[str, Any]]:
    return [
        {
            "application_id": case.id,
            "sort": number,
            "start_month": line.start,
            "end_month": line.end,
            "unit": line.unit,
            "position": line.position,
            "witness": line.witness,
            **_stamps(moment(case, case.begun)),
        }
        for number, line in enumerate(case.applicant.resume, start=1)
    ]

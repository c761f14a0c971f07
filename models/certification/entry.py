"""An application entered by staff: its person, known or new (schema T1, reading 19)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from models import clock
from models.certification.choices import DataSource
from models.certification.import_known import known_persons
from models.certification.tables import CertificationApplication
from models.errors import BadInput
from models.people.checks import id_check_state
from models.people.rules import check_id, normalise_id_no
from models.people.tables import Person
from models.text import Label, Message, msg

COPIED = (
    "name",
    "id_type",
    "id_no",
    "sex",
    "birth_date",
    "ethnic_code",
    "political_code",
    "address",
    "zip_code",
    "mobile",
    "email",
)
AGREES = {
    "name": Label("姓名", "name"),
    "sex": Label("性别", "sex"),
    "birth_date": Label("出生日期", "date of birth"),
}


def enter_application(session: Session, application: CertificationApplication) -> None:
    """Tie a new application to its person, whoever knows him already; the caller has judged the
    document.

    :raises BadInput: when the document is on record with another name, sex or birth date.
    """
    application.id_no = normalise_id_no(application.id_no)
    application.data_source = DataSource.staff_entry.value
    key = (application.id_type, application.id_no)
    known = known_persons(session, [key]).get(key)
    if known is None:
        application.person = _new_person(application)
        return
    for name, label in AGREES.items():
        if getattr(known, name) != getattr(application, name):
            raise BadInput(disagreement(label), field=name)
    application.person_id = known.id


def disagreement(what: Label | str) -> Message:
    """Say that a document names somebody else already."""
    return msg(
        "This document is on record with another %(what)s. Check it against the original.",
        what=what,
    )


def _new_person(application: CertificationApplication) -> Person:
    return Person(**person_values({name: getattr(application, name) for name in COPIED}))


def person_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of a new person out of an application's, with what the check of the
    document said.
    """
    check = check_id(values["id_type"], values["id_no"], clock.today())
    state = id_check_state(values["id_type"], check)
    return {name: values[name] for name in COPIED} | {"id_check": state.value}

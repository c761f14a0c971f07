"""Import of persons: contacts of those on record, and whoever may make persons makes new ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, Final

from models import clock
from models.accounts.field_rights import may_fill
from models.base.actor import Actor
from models.base.session import ActorSession
from models.people.checks import IDENTITY, id_check_state, person_faults
from models.people.rules import RESIDENT_ID, check_id
from models.people.tables import Person
from models.text import Label, Message, msg
from models.transfer.declaring import register
from models.transfer.upserting import Upsert

#: What a document stands for: corrected at its application, with a reason, not by a file.
SETTLED = frozenset({*IDENTITY, "name"})


def _prepare(values: SimpleNamespace, _actor: Actor) -> None:
    """Take sex and birth date from the document where the sheet is silent [REG-07]."""
    values.id_type = values.id_type or RESIDENT_ID
    if not values.id_no:
        return
    check = check_id(values.id_type, values.id_no, clock.today())
    values.sex = values.sex or check.sex
    values.birth_date = values.birth_date or check.birth_date
    values.id_check = values.id_check or id_check_state(values.id_type, check).value


def _locked(_person: Any, names: frozenset[str], _actor: Actor) -> Message | None:
    if not names & SETTLED:
        return None
    return msg(
        "This document is on record with another name, sex or date of birth."
        " Check it against the original."
    )


def _faults(
    _session: ActorSession, values: Any, changed: frozenset[str]
) -> Iterable[tuple[str, Message]]:
    return person_faults(values, changed, clock.today())


PERSONS = Upsert(
    Person,
    columns="name id_type id_no sex birth_date ethnic_code political_code local_id_no mobile phone"
    " email address zip_code birth_place household_region",
    keys="id_type id_no",
    may=may_fill,
    prepare=_prepare,
    locked=_locked,
    faults=_faults,
)
_UNLESS_READ: Final = Label(
    "居民身份证可留空，从证件号码读取；其他证件新增时必填",
    "May be empty for a resident identity card, whose number tells it; other documents need it",
)
register(
    replace(
        PERSONS.importer(),
        needed=frozenset({"name"}),
        notes=dict.fromkeys(("sex", "birth_date"), _UNLESS_READ),
    )
)

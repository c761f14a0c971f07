"""What of credentials is changed for many of them at once, while nobody has checked them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement

from models.accounts.field_rights import writes
from models.people.choices import VerifyStatus
from models.people.tables import PersonCredential
from models.text import msg
from models.workflow.machine import Context, Editing, Guard

#: In which nobody has looked at a credential yet.
UNCHECKED = (VerifyStatus.pending, VerifyStatus.not_required)


def _is_unchecked(e: Any, _ctx: Context) -> ColumnElement[bool]:
    unchecked: ColumnElement[bool] = e.verify_status.in_([state.value for state in UNCHECKED])
    return unchecked


SETTLED = Guard("settled", msg("The credential stays as it was checked."), _is_unchecked)
EDITING = Editing(
    "learn_form_code subject_id",
    writes(PersonCredential),
    lambda _name: (SETTLED,),
    undoing=(SETTLED,),
)

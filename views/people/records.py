"""Records of credentials: what staff have verified stays what they verified [CERT-60]."""

from __future__ import annotations

from typing_extensions import override

from models.base.actor import Actor
from models.people.choices import VerifyStatus
from models.people.editing import UNCHECKED
from models.people.tables import PersonCredential
from models.text import msg
from views.base.form import Editable
from views.base.record import RecordPages


class CredentialRecord(RecordPages[PersonCredential]):
    """A credential: always the same person's, and settled once it was checked."""

    @override
    def editable_fields(self, record: PersonCredential, who: Actor) -> Editable:
        usual = super().editable_fields(record, who)
        if not usual.names:
            return usual
        status = VerifyStatus[record.verify_status]
        if status not in UNCHECKED:
            return Editable(
                frozenset(),
                msg(
                    "The credential is “%(state)s”: it stays as it was checked. Enter a new one.",
                    state=status.label,
                ),
            )
        return Editable(usual.names - {"person_id"}, usual.why_not)

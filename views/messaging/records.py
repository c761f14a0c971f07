"""Messages: written once, by the one who sends them."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session
from typing_extensions import override

from models.base.actor import Actor
from models.messaging.tables import Message
from models.text import Message as Sentence
from models.text import msg
from views.base.record import RecordPages


class MessageRecord(RecordPages[Message]):
    """A message: kind, one recipient and text; sender and office are those of the actor."""

    fields = "kind recipient recipient_person subject body"

    @override
    def before_save(self, record: Message, who: Actor, is_created: bool, work: Session) -> None:
        record.sender_id, record.org_id = who.user_id, who.org_id

    @override
    def faults(self, record: Message, who: Actor) -> Iterable[tuple[str | None, Sentence]]:
        if (record.recipient_id is None) == (record.recipient_person_id is None):
            yield None, msg("Choose one recipient: a colleague or an applicant.")

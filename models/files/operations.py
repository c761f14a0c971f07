"""Keeping an uploaded file, and finding it again for a record that one may see."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import Any

from sqlalchemy import select

from models.base.actor import Actor
from models.base.session import ActorSession
from models.files.accepted import ENDINGS, Accepted
from models.files.storage import Storage
from models.files.tables import Attachment

NAME_LENGTH = 120
#: Whoever may see a record may see its file: the office that uploaded it does not matter.
OF_A_RECORD: dict[str, Any] = {"unscoped": "the file of a record in scope"}


def keep_file(
    session: ActorSession,
    actor: Actor,
    storage: Storage,
    accepted: Accepted,
    *,
    data: bytes,
    file_name: str,
) -> Attachment:
    """Judge an upload, keep its bytes, and return its new record. The same bytes are stored once.

    :raises BadInput: when it may not be kept.
    """
    content = accepted.judge(data)
    digest = hashlib.sha256(content.data).hexdigest()
    attachment = Attachment(
        file_name=plain_name(file_name, ENDINGS[content.mime]),
        kind=accepted.kind.value,
        mime=content.mime,
        size_bytes=len(content.data),
        sha256=digest,
        storage_path=_stored(session, storage, digest) or storage.keep(content.data),
        org_id=actor.org_id,
        uploaded_by=actor.user_id,
    )
    session.add(attachment)
    session.flush()
    return attachment


def _stored(session: ActorSession, storage: Storage, digest: str) -> str | None:
    """Return where the same bytes lie already."""
    places = select(Attachment.storage_path).where(Attachment.sha256 == digest).limit(1)
    found: str | None = session.scalar(
        places, execution_options={"unscoped": "the same bytes are stored once"}
    )
    return found if found is not None and storage.renew(found) else None


def file_of(session: ActorSession, attachment_id: int | None) -> Attachment | None:
    """Return the attachment of a record that the actor has been found to see."""
    if attachment_id is None:
        return None
    wanted = select(Attachment).where(Attachment.id == attachment_id)
    found: Attachment | None = session.scalar(wanted, execution_options=OF_A_RECORD)
    return found


def plain_name(given: str, ending: str) -> str:
    """Return a file name without folders, control and direction signs, with the ending of what it
    is.
    """
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", plain_file_name(given)).strip(" .")
    return f"{stem[:NAME_LENGTH] or 'file'}.{ending}"


def plain_file_name(given: str) -> str:
    """Return a file name without folders, control and direction signs; it may be empty."""
    last = re.split(r"[\\/]", unicodedata.normalize("NFC", given))[-1]
    return "".join(sign for sign in last if unicodedata.category(sign)[0] != "C")

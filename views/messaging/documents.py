"""Common documents: what the offices above and one's own have put up for download."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from typing_extensions import override

from models.base.actor import Actor
from models.files.accepted import DOCUMENT
from models.files.operations import file_of
from models.messaging.queries import common_documents, is_in_force
from models.messaging.tables import Notice
from models.text import Label, Message, msg
from views.base.attaching import AttachPages
from views.base.declaration import Further
from views.base.request import session


class CommonDocuments(AttachPages[Notice]):
    """Notices with a file, and the page of common documents [CONF-23, MSG-05]."""

    attached = {"attachment_id": DOCUMENT}  # noqa: RUF012 -- declared once, never changed
    further = (
        Further("documents/", Label("常用文档下载", "Common documents"), "download", "file"),
    )

    @override
    def why_closed(self, record: Notice, name: str, who: Actor) -> Message | None:
        """Hand a document out while its notice is in force; to its keepers always.

        The clock is asked here and not in the scope, whose criteria are kept for each actor.
        """
        if is_in_force(record) or self.may_act_on(record, who):
            return None
        return msg(
            "This document is not handed out now: its notice is not published yet, or not any more."
            " Ask the office that keeps it."
        )

    @expose("/documents/")
    def documents_view(self) -> ResponseReturnValue:
        """List the documents in force, the pinned and the latest first."""
        work = session()
        found = [(each, file_of(work, each.attachment_id)) for each in common_documents(work)]
        page: str = self.render("messaging/documents.html", documents=found)
        return page

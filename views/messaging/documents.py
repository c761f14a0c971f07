"""Common documents: what the offices above and one's own have put up for download."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from flask_admin.base import expose

from models.files.operations import file_of
from models.messaging.queries import common_documents
from models.messaging.tables import Notice
from models.text import Label
from views.base.declaration import Declared, Further
from views.base.request import session


class CommonDocuments(Declared[Notice]):
    """Notices with the page of common documents [CONF-23, MSG-05]."""

    further = (
        Further("documents/", Label("常用文档下载", "Common documents"), "download", "file"),
    )

    @expose("/documents/")
    def documents_view(self) -> ResponseReturnValue:
        """List the documents in force, the pinned and the latest first."""
        work = session()
        found = [(each, file_of(work, each.attachment_id)) for each in common_documents(work)]
        page: str = self.render("messaging/documents.html", documents=found)
        return page

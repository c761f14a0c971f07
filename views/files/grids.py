"""Attachments, by name and digest; the bytes are served elsewhere."""

from __future__ import annotations

from models.files.tables import Attachment
from views.base import menu
from views.base.grid import Grid


class Attachments(Grid[Attachment]):
    category = menu.FILES
    columns = "file_name kind mime size_bytes org uploaded_by created_at"
    facets = "kind"
    can_create = False
    can_edit = False


GRIDS = (Attachments,)

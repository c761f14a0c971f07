"""What of notices is changed for many of them at once."""

from __future__ import annotations

from models.accounts.field_rights import writes
from models.messaging.tables import Notice
from models.workflow.machine import Editing
from models.workflow.registry import register
from models.workflow.stateless import stateless

register(stateless(Notice, Editing("pinned target_scope", writes(Notice))))

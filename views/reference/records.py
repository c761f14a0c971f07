"""Records of organisations: what an authority keeps itself, and of what kind [AUTH-03]."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session
from typing_extensions import override

from models.base.actor import Actor
from models.errors import BadInput
from models.reference.keeping import DERIVED, kept_of, kept_of_new, org_faults
from models.reference.scope import KEPT_BY_AUTHORITY
from models.reference.tables import Org
from models.text import Message, msg
from views.base.form import Editable, RecordForm
from views.base.record import RecordPages
from views.base.request import actor


class OrgRecord(RecordPages[Org]):
    """An organisation: the centre keeps the tree, an authority its own sites and schools."""

    related = "user_account work_plan site_arrangement org_qualification_type"

    @override
    def editable_fields(self, record: Org, who: Actor) -> Editable:
        usual = super().editable_fields(record, who)
        kept = kept_of(record, who)
        names = usual.names - DERIVED
        return Editable(names if kept is None else names & kept, usual.why_not)

    @override
    def new_fields(self, who: Actor) -> frozenset[str]:
        usual, kept = super().new_fields(who) - DERIVED, kept_of_new(who)
        return usual if kept is None else usual & kept

    @override
    def create_form(self, obj: Any = None) -> RecordForm:
        form = super().create_form(obj)
        if not actor().acts_in_subtree and "kind" in form:
            form["kind"].only = frozenset(KEPT_BY_AUTHORITY)
        return form

    @override
    def before_save(self, record: Org, who: Actor, is_created: bool, work: Session) -> None:
        if is_created and not who.acts_in_subtree:
            if record.kind not in KEPT_BY_AUTHORITY:
                raise BadInput(msg("An authority adds sites and schools only."), field="kind")
            record.parent_id = who.org_id
        if record.region_code:
            record.province_code = record.region_code[:2]

    @override
    def faults(self, record: Org, who: Actor) -> Iterable[tuple[str | None, Message]]:
        return org_faults(record)

"""Records of organisations: what an authority keeps itself, and of what kind [AUTH-03]."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session
from typing_extensions import override

from models.base.actor import Actor
from models.errors import BadInput
from models.reference.scope import KEPT_BY_AUTHORITY
from models.reference.tables import Org, OrgKind
from models.text import Message, msg
from views.base.form import Editable, RecordForm
from views.base.record import RecordPages
from views.base.request import actor

#: What every office keeps of itself.
OWN = frozenset({"address", "phone", "confirm_scope_note", "notice"})
#: What an authority keeps of its sites and schools.
KEPT = OWN | {"name", "region_code", "is_open", "enabled"}
SCHOOL = frozenset({"school_code", "school_nature", "area_type", "stage"})
#: Follows from the region.
DERIVED = frozenset({"province_code"})


class OrgRecord(RecordPages[Org]):
    """An organisation: the centre keeps the tree, an authority its own sites and schools."""

    related = "user_account work_plan site_arrangement org_qualification_type"

    @override
    def editable_fields(self, record: Org, who: Actor) -> Editable:
        usual = super().editable_fields(record, who)
        if who.acts_in_subtree:
            return Editable(usual.names - DERIVED, usual.why_not)
        allowed = OWN if record.id == who.org_id else KEPT
        if record.kind == OrgKind.school:
            allowed |= SCHOOL
        return Editable(usual.names & allowed, usual.why_not)

    @override
    def new_fields(self, who: Actor) -> frozenset[str]:
        usual = super().new_fields(who) - DERIVED
        return usual if who.acts_in_subtree else usual & (KEPT | SCHOOL | {"kind"})

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
        if record.kind == OrgKind.site and record.parent_id is None:
            yield "parent_id", msg("A confirmation site hangs below its authority.")
        if record.is_certifying and not record.cert_org_code:
            yield "cert_org_code", msg("An authority that certifies needs its three-digit code.")
        if record.cert_org_code and not (
            record.cert_org_code.isascii()
            and record.cert_org_code.isdigit()
            and len(record.cert_org_code) == 3
        ):
            yield "cert_org_code", msg("An authority's code has three digits.")

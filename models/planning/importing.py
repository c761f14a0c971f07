"""Import of organisations and sites, and of the sites' parts in plans [AUTH-01…03]."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from sqlalchemy import ColumnElement

from models.accounts.field_rights import may_fill
from models.base.actor import Actor
from models.base.orm import Base
from models.base.session import ActorSession
from models.planning.arranging import OVER, part_faults, why_no_part
from models.planning.tables import SiteArrangement, WorkPlan
from models.reference.keeping import DERIVED, kept_of, kept_of_new, org_faults
from models.reference.tables import Org, OrgKind
from models.text import Label, Message, msg
from models.transfer.declaring import register
from models.transfer.lookups import Lookup
from models.transfer.upserting import Upsert

Fault = tuple[str, Message]
NOT_KEPT = msg("Another office keeps this of the organisation: leave these columns as they are.")


def _org_names(org: Any) -> tuple[ColumnElement[Any], ...]:
    """Return what an organisation is called: its name, its code, its code as a school."""
    return org.name, org.province_code + org.cert_org_code, org.school_code


def _not_sites(org: Any) -> tuple[ColumnElement[bool], ...]:
    return (org.kind != OrgKind.site.value,)


def _may_fill_org(actor: Actor, table: type[Base], name: str) -> bool:
    kept = kept_of_new(actor)
    is_kept = actor.is_system or kept is None or name in kept | {"parent_id"}
    return is_kept and name not in DERIVED and may_fill(actor, table, name)


def _prepare_org(values: SimpleNamespace, actor: Actor) -> None:
    if values.parent_id is None and not actor.is_system and not actor.acts_in_subtree:
        values.parent_id = actor.org_id
    # Without a region there is a fault already, of the column that is in the file.
    values.province_code = (values.region_code or "")[:2]


def _locked_org(org: Any, names: frozenset[str], actor: Actor) -> Message | None:
    kept = None if actor.is_system else kept_of(org, actor)
    return None if kept is None or names <= kept | DERIVED else NOT_KEPT


def _faults_of_org(
    _session: ActorSession, values: Any, _changed: frozenset[str]
) -> Iterable[Fault]:
    return org_faults(values)


ORGS = Upsert(
    Org,
    columns="parent_id name kind region_code cert_org_code is_certifying is_registering is_open"
    " school_code school_nature area_type stage address phone confirm_scope_note notice enabled",
    keys="parent_id name",
    may=_may_fill_org,
    lookups={"parent_id": Lookup(_org_names)},
    prepare=_prepare_org,
    locked=_locked_org,
    faults=_faults_of_org,
)
register(
    replace(
        ORGS.importer(),
        needed=frozenset({"kind", "region_code"}),
        listed={"parent_id": _not_sites},
        notes={
            "parent_id": Label(
                "省级管理员新增确认点时必填，填写所属认定机构；认定机构自行导入时可留空，即本机构",
                "A centre names the authority of a new site here. An authority may leave it empty:"
                " its own sites are meant",
            )
        },
    )
)


def _open_plans(plan: Any, actor: Actor, org_id: Any) -> tuple[ColumnElement[bool], ...]:
    is_free = actor.is_system or actor.acts_in_subtree
    mine = () if is_free else (plan.org_id == actor.org_id,)
    named = () if org_id is None else (plan.org_id == org_id,)
    return (plan.status.not_in(OVER), *mine, *named)


def _authorities(org: Any, _actor: Actor, _inside: Any) -> tuple[ColumnElement[bool], ...]:
    return _not_sites(org)


def _which_plan(org_id: Any) -> Message:
    if org_id is None:
        return msg(
            "Several plans are called %(text)s. Add the column 认定机构 and write whose plan it is."
        )
    return msg("This office has several open plans called %(text)s. Give them different names.")


def _sites_of(org: Any, _actor: Actor, plan_id: Any) -> tuple[ColumnElement[bool], ...]:
    of_plan = WorkPlan.id == plan_id
    return (org.kind == OrgKind.site.value, org.parent_id == WorkPlan.org_id, of_plan)


def _locked_part(part: Any, _names: frozenset[str], actor: Actor) -> Message | None:
    return why_no_part(part.plan, actor)


def _faults_of_part(
    session: ActorSession, values: Any, _changed: frozenset[str]
) -> Iterable[Fault]:
    plan = session.get(WorkPlan, values.plan_id)
    return part_faults(session, plan, values) if plan is not None else ()


PARTS = Upsert(
    SiteArrangement,
    columns="plan_org plan_id site_id confirm_start confirm_end daily_capacity enabled scope_note"
    " notice",
    keys="plan_id site_id",
    may=may_fill,
    lookups={
        "plan_org": Lookup(_org_names, narrow=_authorities),
        "plan_id": Lookup(
            lambda plan: (plan.name,), "plan_org", narrow=_open_plans, several=_which_plan
        ),
        "site_id": Lookup(_org_names, within="plan_id", narrow=_sites_of),
    },
    beside={"plan_org": (Label("认定机构", "Authority"), WorkPlan.__table__.c.org_id)},
    locked=_locked_part,
    faults=_faults_of_part,
)
register(
    replace(
        PARTS.importer(),
        listed={
            "plan_org": _not_sites,
            "plan_id": lambda plan: (plan.status.not_in(OVER),),
            "site_id": lambda org: (org.kind == OrgKind.site.value,),
        },
    )
)

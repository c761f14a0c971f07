"""Two offices with staff, open plans and an application each: what the pages of a record need."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from models import clock
from models.accounts.permissions import RoleCode
from models.accounts.tables import Role, UserRole
from models.base.session import ActorSession
from models.certification.tables import CertificationApplication
from models.certification.tables_parts import ApplicationResume
from models.planning.tables import WorkPlan
from models.reference.tables import CodeItem, CodeSet, Org
from tests.support.accounts import PASSWORD, make_account
from tests.support.office import Office, make_offices

__all__ = ["PASSWORD", "House", "make_house", "open_windows"]


@dataclass
class House:
    """Ids of what was stored; ``own`` is the office of the users, ``other`` another one."""

    province: int
    own: Ids
    other: Ids


@dataclass
class Ids:
    """Ids of one office."""

    authority: int
    site: int
    second_site: int
    plan: int
    arrangement: int
    second_arrangement: int
    subject: int
    application: int
    resume: int


def open_windows(plan: WorkPlan) -> None:
    """Open all three windows of a plan from yesterday to the day after tomorrow."""
    start, end = clock.today() - timedelta(days=1), clock.today() + timedelta(days=2)
    for name in ("apply", "confirm", "decide"):
        setattr(plan, f"{name}_start", clock.day_start(start))
        setattr(plan, f"{name}_end", clock.day_start(end))


def make_house(session: ActorSession) -> House:
    """Store two offices with a second site each, staff of every kind, and a submitted application
    each.
    """
    session.add_all(
        Role(code=role.value, name=role.label.zh, name_en=role.label.en) for role in RoleCode
    )
    own, other = make_offices(session)
    province = own.authority.parent
    assert province is not None
    session.add(CodeSet(code="ETHNIC", name="民族"))
    session.flush()
    for code, name in (("01", "汉族"), ("02", "蒙古族")):
        session.add(CodeItem(set_code="ETHNIC", code=code, name=name))
    house = House(province.id, _furnish(session, own, "甲"), _furnish(session, other, "乙"))
    for username, role, org in (
        ("centre", "super", province),
        ("authority", "authority", own.authority),
        ("confirm", "confirm", own.site),
        ("neighbour", "authority", other.authority),
        ("viewer", "info_viewer", province),
    ):
        account = make_account(session, org, username)
        session.add(UserRole(user_id=account.id, role_code=role, scope_org_id=org.id))
    session.flush()
    return house


def _furnish(session: ActorSession, office: Office, mark: str) -> Ids:
    office.authority.name, office.site.name = f"{mark}区教育局", f"{mark}区确认点"
    open_windows(office.plan)
    office.plan.status = "published"
    second = _second_site(session, office, mark)
    arrangement = type(office.arrangement)(plan=office.plan, site=second)
    application = make_application(office)
    session.add_all([arrangement, application])
    session.flush()
    return Ids(
        authority=office.authority.id,
        site=office.site.id,
        second_site=second.id,
        plan=office.plan.id,
        arrangement=office.arrangement.id,
        second_arrangement=arrangement.id,
        subject=office.subject.id,
        application=application.id,
        resume=application.resumes[0].id,
    )


def _second_site(session: ActorSession, office: Office, mark: str) -> Org:
    site = Org(
        name=f"{mark}区第二确认点",
        kind="site",
        parent=office.authority,
        region=office.authority.region,
        province_code="11",
    )
    session.add(site)
    session.flush()
    site.path = f"{office.authority.path}{site.id}/"
    return site


def make_application(office: Office, **values: Any) -> CertificationApplication:
    """Make a submitted application with one line of résumé."""
    base = {
        "apply_no": f"B2026000{office.authority.id:02d}0000001"[:20],
        "status": "submitted",
        "submitted_at": clock.now(),
        "mobile": "13800001234",
        "address": "北京市东城区某胡同一号",
        "email": "someone@example.cn",
        "ethnic_code": "01",
    }
    application = office.application(**(base | values))
    application.site_id = office.site.id
    application.resumes = [ApplicationResume(start_month=date(2010, 9, 1), unit="第一中学")]
    return application

"""Two branches that know nothing of each other, each with a record of every kind, and somebody in
every role at the first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import select

from models import clock
from models.accounts.permissions import HELD_OVER, RoleCode
from models.accounts.tables import Role, UserAccount, UserRole
from models.accounts.tables_settings import SavedView, UserPreference
from models.accounts.tables_sign_in import UserSession
from models.audit.tables import AuditLog
from models.base.orm import Base
from models.base.session import ActorSession
from models.batch.tables import Batch, BatchKind, Claim
from models.certification.tables_certificate import Certificate
from models.certification.tables_parts import ApplicationResume
from models.files.tables import Attachment, AttachmentKind
from models.messaging.tables import Message, Notice
from models.people.tables import PersonCredential
from models.reference.tables import Org, OrgKind, OrgQualificationType, Subject
from models.restriction.choices import RestrictionType
from models.restriction.tables import RestrictionEntry
from models.workflow.tables import NumberSequence, SequenceKind, WorkflowLog
from tests.factories.certification import Office, make_application
from tests.factories.planning import make_arrangement, make_plan
from tests.factories.records import open_windows
from tests.factories.reference import PROVINCE, make_authority, make_basics, make_root, make_site
from tests.support.accounts import make_account

#: Roles held above the records: some act there too, others may only look.
AT_THE_ROOT = frozenset(
    {RoleCode.super, RoleCode.system_admin, RoleCode.info_viewer, RoleCode.reg_authority}
)
STATES = ("draft", "submitted", "confirmed", "approved_unnumbered")


@dataclass
class Branch:
    """The organisations of one branch, and the ids of its records by table."""

    root: Org
    authority: Org
    site: Org
    school: Org
    rows: dict[str, list[int]] = field(default_factory=dict)

    def place_of(self, role: RoleCode) -> Org:
        """Return where somebody holds a role: as low as it may be held, a school before all."""
        kinds = HELD_OVER[role.value]
        if OrgKind.school in kinds and role is not RoleCode.info_viewer:
            return self.school
        if role in AT_THE_ROOT:
            return self.root
        return self.site if kinds == {OrgKind.site} else self.authority


@dataclass
class Branches:
    """The branch of those who sign in, and another."""

    own: Branch
    other: Branch


def make_branches(session: ActorSession) -> Branches:
    """Store both branches; users of the own one are called by their role."""
    session.add_all(
        Role(code=role.value, name=role.label.zh, name_en=role.label.en) for role in RoleCode
    )
    subject = make_basics(session)
    own, other = (_make_branch(session, subject, mark) for mark in ("甲", "乙"))
    for role in RoleCode:
        org = own.place_of(role)
        account = make_account(session, org, role.value)
        session.add(UserRole(user_id=account.id, role_code=role.value, scope_org_id=org.id))
    session.flush()
    return Branches(own, other)


def _make_branch(session: ActorSession, subject: Subject, mark: str) -> Branch:
    root = make_root(session)
    authority = make_authority(session, root, f"{mark}市教育局")
    school = Org(
        name=f"{mark}市第一中学",
        kind=OrgKind.school,
        parent_id=authority.id,
        region_code=PROVINCE,
        province_code=PROVINCE,
    )
    site = make_site(session, authority, f"{mark}市确认点")
    session.add(school)
    session.flush()
    branch = Branch(root, authority, site, school)
    clerk = make_account(session, authority, f"clerk-{mark}", "authority")
    for made in _records(session, branch, subject, clerk):
        session.add(made)
        session.flush()
        branch.rows.setdefault(made.__tablename__, []).append(cast(Any, made).id)
    return branch


def _records(
    session: ActorSession, branch: Branch, subject: Subject, clerk: UserAccount
) -> Iterator[Base]:
    org, site = branch.authority, branch.site
    yield from (branch.root, org, site, branch.school, clerk)
    yield from session.scalars(
        select(OrgQualificationType).where(OrgQualificationType.org_id == org.id)
    ).all()
    plan = make_plan(session, org, clock.now())
    open_windows(plan)
    arrangement = make_arrangement(session, plan, site)
    yield from (plan, arrangement)
    actor: Any = None  # nobody sits at these desks
    office = Office(org, site, plan, arrangement, subject, actor, actor)
    for status in STATES:
        application = make_application(session, office, status)
        yield from (application, application.person, *application.materials)
        yield ApplicationResume(
            application=application, start_month=clock.today(), unit=f"{org.name}附属学校"
        )
        yield PersonCredential(
            person=application.person, kind="education", number=f"X{application.id}"
        )
    yield _certificate(branch, application)
    yield from _of_office(branch, clerk, application)
    yield from _of_user(branch, clerk)


def _certificate(branch: Branch, application: Any) -> Certificate:
    same = ("name", "id_type", "id_no", "sex", "birth_date", "person_id", "subject_id")
    number = f"2026{branch.authority.id:013d}"
    return Certificate(
        **{name: getattr(application, name) for name in same},
        cert_no=number,
        cert_no_raw=number,
        qualification_type=3,
        subject_name="语文",
        org_id=branch.authority.id,
        org_name=branch.authority.name,
        issued_on=clock.today(),
        application_id=application.id,
    )


def _of_office(branch: Branch, clerk: UserAccount, application: Any) -> Iterator[Base]:
    """Return what belongs to an office without a machine of its own, or to nobody's desk."""
    org = branch.authority.id
    person = application.person
    yield RestrictionEntry(
        name=person.name,
        id_type="1",
        id_no=person.id_no,
        type=RestrictionType.exam_cheat,
        effective_from=clock.today(),
        effective_to=clock.today() + timedelta(days=365),
        org_id=org,
    )
    yield Notice(title=f"{branch.authority.name}通知", body="请知悉。", org_id=org)
    yield Message(
        subject="补全材料",
        body="请补交照片。",
        sender_id=clerk.id,
        org_id=org,
        recipient_person_id=person.id,
    )
    yield Attachment(
        file_name="photo.jpg",
        kind=next(iter(AttachmentKind)),
        mime="image/jpeg",
        size_bytes=1,
        sha256="0" * 64,
        storage_path="photo.jpg",
        org_id=org,
    )
    yield WorkflowLog(
        machine="certification",
        entity_id=application.id,
        action="submit",
        to_state="submitted",
        org_id=org,
        site_id=branch.site.id,
    )
    yield NumberSequence(kind=SequenceKind.certificate, org_id=org, year=2026, last_serial=1)
    yield AuditLog(event="certification:certification_application:edit", username="x", org_id=org)


def _of_user(branch: Branch, clerk: UserAccount) -> Iterator[Base]:
    """Return what a member of staff keeps for himself."""
    yield UserRole(user_id=clerk.id, role_code="confirm", scope_org_id=branch.site.id)
    yield UserSession(
        token_hash=f"{clerk.id:064d}", user_id=clerk.id, expires_at=clock.now() + timedelta(hours=1)
    )
    yield SavedView(user_id=clerk.id, table_name="work_plan", name="常用", query="")
    yield UserPreference(user_id=clerk.id, key="size", value=50)
    yield Batch(
        label="认定申请 · 审核通过",
        kind=BatchKind.transition,
        entity="certification_application",
        action="approve",
        user_id=clerk.id,
        username=clerk.username,
        role="authority",
        org_id=branch.authority.id,
    )
    yield Claim(table_name="work_plan", row_id=1 + clerk.id, user_id=clerk.id, until=clock.now())

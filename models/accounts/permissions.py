"""What each role may do, declared once: permission = ``area:table:act`` (schema §5, readings 4-6).

Rights say what a role may do at all; which rows it may do it to is the scope's affair.
"""

from __future__ import annotations

from models.base.actor import Actor
from models.base.choices import Choice
from models.base.orm import Base
from models.reference.tables import OrgKind


class RoleCode(Choice):
    """The roles of the panel (reading 4)."""

    super = "super", "资格中心", "Centre"
    system_admin = "system_admin", "系统管理员", "System administrator"
    info_admin = "info_admin", "信息管理员", "Information administrator"
    training_admin = "training_admin", "培训管理员", "Training administrator"
    info_viewer = "info_viewer", "信息查询员", "Information viewer"
    authority = "authority", "认定机构用户", "Certifying authority"
    confirm = "confirm", "现场确认用户", "On-site confirmation"
    reg_authority = "reg_authority", "注册机构用户", "Registering authority"
    reg_confirm = "reg_confirm", "注册确认用户", "Registration confirmation"
    appointment_admin = "appointment_admin", "预约机构管理员", "Appointment administrator"


#: Roles that act in the whole branch below their organisation, not in that organisation alone.
ACT_IN_SUBTREE = frozenset({RoleCode.super, RoleCode.system_admin})

_OFFICES = frozenset({OrgKind.center, OrgKind.province, OrgKind.city, OrgKind.county})
_AUTHORITIES = _OFFICES - {OrgKind.center}

#: Role → kinds of organisation that it may be held over. The panel of one province has that
#: province at its top, so the centre's role is for either.
HELD_OVER: dict[str, frozenset[OrgKind]] = {
    RoleCode.super: frozenset({OrgKind.center, OrgKind.province}),
    RoleCode.system_admin: _OFFICES,
    RoleCode.info_admin: _OFFICES | {OrgKind.school},
    RoleCode.training_admin: _OFFICES | {OrgKind.school},
    RoleCode.info_viewer: _OFFICES | {OrgKind.school},
    RoleCode.authority: _AUTHORITIES,
    RoleCode.confirm: frozenset({OrgKind.site}),
    RoleCode.reg_authority: _AUTHORITIES,
    RoleCode.reg_confirm: frozenset({OrgKind.site}),
    RoleCode.appointment_admin: _AUTHORITIES | {OrgKind.site},
}

READ = "list view print"
KEEP = f"{READ} create edit"

STAFF = {
    "reference:*": f"{READ} export",
    "accounts:user_session": READ,
    "accounts:saved_view": f"{KEEP} delete",
    "accounts:user_preference": f"{KEEP} delete",
    "messaging:message": f"{READ} create",
    "messaging:notice": f"{READ} file",
    "batch:batch": f"{READ} create undo cancel",
    "batch:batch_row": f"{READ} export",
}
HELP_USERS = "unlock reset_password enable disable end_sessions clear_second_factor"
SITE_USERS = {"accounts:user_account": f"{KEEP} {HELP_USERS}"}
OFFICE = {
    "reference:org": "create edit delete",
    "accounts:saved_view": "share",
    "messaging:notice": "create edit delete",
    "files:attachment": f"{READ} create",
    "workflow:workflow_log": READ,
}

_TABLES: dict[str, list[dict[str, str]]] = {
    RoleCode.system_admin: [
        {
            "accounts:user_account": f"{KEEP} export {HELP_USERS}",
            "accounts:user_role": f"{KEEP} delete grant_system_admin grant_info_admin"
            " grant_training_admin grant_info_viewer grant_authority grant_confirm"
            " grant_reg_authority grant_reg_confirm grant_appointment_admin",
            "accounts:saved_view": "share",
            "accounts:role": f"{READ} matrix",
            "audit:audit_log": f"{READ} export",
            "batch:batch": "read",
            "planning:*": READ,
            "restriction:restriction_entry": READ,
            "messaging:notice": "create edit delete",
        }
    ],
    RoleCode.info_viewer: [
        {
            "certification:certification_application": READ,
            "certification:application_resume": READ,
            "certification:application_material": READ,
        }
    ],
    RoleCode.authority: [
        OFFICE,
        SITE_USERS,
        {
            "accounts:user_role": f"{READ} create delete grant_confirm",
            "planning:work_plan": f"{KEEP} delete export publish unpublish open_online close_online"
            " close archive",
            "planning:site_arrangement": f"{KEEP} export delete",
            "people:person": READ,
            "people:person_credential": f"{KEEP} file verify reject_credential",
            "certification:certification_application": f"{KEEP} delete export reveal file paper"
            " submit"
            " confirm mark_incomplete reject_confirmation reopen_confirmation"
            " approve refuse assign_numbers withdraw_approval reopen_review",
            "certification:application_resume": f"{KEEP} delete",
            "certification:application_material": f"{KEEP} receive mark_missing waive",
            "certification:certificate": f"{READ} export reveal verify",
            "restriction:restriction_entry": f"{READ} create",
            "papers:paper_print": f"{READ} export",
        },
    ],
    RoleCode.confirm: [
        {
            "planning:*": READ,
            "people:person": READ,
            "people:person_credential": f"{READ} file verify reject_credential",
            "certification:certification_application": f"{READ} edit export reveal file paper"
            " confirm mark_incomplete reject_confirmation",
            "certification:application_resume": f"{KEEP} delete",
            "certification:application_material": f"{READ} edit receive mark_missing waive",
            "workflow:workflow_log": READ,
            "papers:paper_print": READ,
        }
    ],
    RoleCode.reg_authority: [
        OFFICE,
        SITE_USERS,
        {
            "accounts:user_role": f"{READ} create delete grant_reg_confirm",
            "restriction:restriction_entry": f"{KEEP} review reject lift",
        },
    ],
}


def roles_with(permission: str) -> list[RoleCode]:
    """Return the roles that hold a right."""
    return [role for role in RoleCode if Actor("", grants=GRANTS[role.value]).can(permission)]


def permission(cls: type[Base], act: str) -> str:
    """Return the name of the right to do ``act`` on a class."""
    return f"{cls.__area__}:{cls.__tablename__}:{act}"


def _expand(tables: list[dict[str, str]]) -> frozenset[str]:
    return frozenset(
        f"{resource}:{act}"
        for table in tables
        for resource, acts in table.items()
        for act in acts.split()
    )


#: Role → permissions it holds, ``*`` standing for any part.
GRANTS: dict[str, frozenset[str]] = {
    role.value: _expand([STAFF, *_TABLES.get(role, [])]) for role in RoleCode
} | {RoleCode.super.value: frozenset({"*"})}


def grantable(actor: Actor) -> list[str]:
    """Return the codes of the roles that an actor may grant."""
    return [role.value for role in RoleCode if may_grant(role.value, actor)]


def may_grant(role: str | None, actor: Actor) -> bool:
    """Say whether an actor may grant a role."""
    return role is not None and actor.can(f"accounts:user_role:grant_{role}")

"""Accounts and what belongs to them, to look at; the acts on accounts have pages of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement
from typing_extensions import override

from models.accounts.permissions import grantable
from models.accounts.tables import Role, UserAccount, UserRole
from models.accounts.tables_settings import SavedView, UserPreference
from models.accounts.tables_sign_in import UserSession
from views.base import menu
from views.base.grid import Grid, Section
from views.base.request import actor


class Users(Grid[UserAccount]):
    category = menu.ACCOUNTS
    columns = "username display_name account_type org status last_login_at"
    filters = "username display_name account_type org status locked_until"
    sections = (
        Section("账号", "Account", "username display_name account_type org status"),
        Section("联系方式", "Contact", "email mobile"),
        Section(
            "登录",
            "Signing in",
            "must_change_password password_changed_at failed_count locked_until last_login_at"
            " last_login_ip",
        ),
    )
    fields = "display_name org email mobile"
    # An account comes with a password: making one is no plain form.
    can_create = False


class Roles(Grid[Role]):
    category = menu.ACCOUNTS
    columns = "code name description name_en"
    # What a role may do is declared in code, so the table is kept by the program.
    can_create = False
    can_edit = False


class RolesOfUsers(Grid[UserRole]):
    category = menu.ACCOUNTS
    columns = "user role scope_org"
    in_menu = False

    @override
    def lookup_criteria(
        self, name: str, target: Any, record: UserRole | None
    ) -> Sequence[ColumnElement[bool]]:
        if name == "role_code":
            return (target.code.in_(grantable(actor())),)
        return super().lookup_criteria(name, target, record)


class Sessions(Grid[UserSession]):
    category = menu.ACCOUNTS
    columns = "user created_at seen_at expires_at revoked_at ip"


class SavedViews(Grid[SavedView]):
    category = menu.ACCOUNTS
    columns = "name table_name shared_role org is_default"
    in_menu = False
    # Kept by the lists themselves, which know whether a view may be shared.
    can_create = False
    can_edit = False


class Preferences(Grid[UserPreference]):
    category = menu.ACCOUNTS
    columns = "key updated_at"
    in_menu = False
    # Kept by the lists themselves.
    can_create = False
    can_edit = False


GRIDS = (Users, RolesOfUsers, Roles, Sessions, SavedViews, Preferences)

"""Accounts and what belongs to them."""

from __future__ import annotations

from models.accounts.tables import Role
from models.accounts.tables_settings import SavedView, UserPreference
from models.accounts.tables_sign_in import UserSession
from models.text import Label
from views.accounts.granted import RolesOfUsers
from views.accounts.users import Users
from views.base import menu
from views.base.declaration import Further
from views.base.grid import Grid, Section


class Roles(Grid[Role]):
    category = menu.ACCOUNTS
    columns = "code name description name_en"
    further = (Further("matrix/", Label("权限总表", "Rights of all roles"), "table", "matrix"),)
    # What a role may do is declared in code, so the table is kept by the program.
    can_create = False
    can_edit = False


class Sessions(Grid[UserSession]):
    category = menu.ACCOUNTS
    columns = "user created_at seen_at expires_at revoked_at ip"
    sections = (
        Section("会话", "Session", "user user_role_id created_at seen_at expires_at revoked_at"),
        Section("来源", "Origin", "ip user_agent reveal_purpose"),
    )


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

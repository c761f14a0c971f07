"""Accounts: who may sign in and in which state, and the form by which one is made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, String, case, exists, inspect, literal
from typing_extensions import override

from models.accounts.entry import BadAccount, NewAccount, enter_account
from models.accounts.guards import ABOVE
from models.accounts.names import SecondFactor
from models.accounts.permissions import grantable
from models.accounts.profile import contact_faults
from models.accounts.ranks import stands_above
from models.accounts.scope import keeps_users_of
from models.accounts.sign_in_states import SignInState, sign_in_state
from models.accounts.tables import UserAccount, UserRole
from models.base.actor import Actor
from models.batch.tables import Batch
from models.errors import BadInput
from models.text import Label, Message
from models.transfer.columns import NO, YES
from views.accounts.granted import kinds_asked
from views.base import menu
from views.base.columns import Computed
from views.base.converter import PanelConverter, lazy
from views.base.form import Editable, RecordForm
from views.base.grid import Grid, Section
from views.base.request import actor, commit, session

#: The first role, of which a new account's form has the columns too.
FIRST_ROLE = Section("首个角色", "First role", "role_code scope_org_id")
HELP = {
    "org_id": Label(
        "由哪个机构管理此账号；留空即本机构。", "Who keeps it; empty: your own office."
    ),
    "role_code": Label("工作人员账号必须有角色。", "An account of staff needs a role."),
    "scope_org_id": Label("留空则与管理机构相同。", "Empty: the office that keeps the account."),
}
#: What stays as it was when the account was made [ACCT-25].
SETTLED = frozenset({"username", "account_type"})
YES_NO = {"yes": YES, "no": NO}
PENDING = {"pending": Label("待修改", "Not changed yet")}


def _second_factor(account: Any) -> ColumnElement[str]:
    has_one = exists().where(
        SecondFactor.user_id == account.id, SecondFactor.confirmed_at.is_not(None)
    )
    yes, no = literal("yes", String()), literal("no", String())
    return case((has_one, yes), else_=no)


def _initial_password(account: Any) -> ColumnElement[str]:
    """Nothing once the owner has chosen a password of his own: shown as a dash [TIMS-08]."""
    return case((account.initial_password_pending, literal("pending", String())))


class Users(Grid[UserAccount]):
    category = menu.ACCOUNTS
    columns = (
        "username display_name account_type org sign_in_state last_login_at failed_count"
        " locked_until second_factor initial_password"
    )
    filters = (
        "sign_in_state username display_name account_type org status second_factor"
        " initial_password last_login_at locked_until email mobile"
    )
    facets = "sign_in_state"
    computed = {  # noqa: RUF012 -- declared once, never changed
        "sign_in_state": Computed(
            Label("登录状态", "Sign-in"),
            sign_in_state,
            choices=SignInState.labels(),
            tones=SignInState.tones(),
        ),
        "second_factor": Computed(
            Label("动态口令", "Second factor"), _second_factor, choices=YES_NO
        ),
        "initial_password": Computed(
            Label("初始密码", "Initial password"), _initial_password, choices=PENDING
        ),
    }
    sections = (
        Section("账号", "Account", "username display_name account_type org status sign_in_state"),
        Section("联系方式", "Contact", "email mobile"),
        Section(
            "登录",
            "Signing in",
            "initial_password second_factor password_changed_at failed_count locked_until"
            " last_login_at last_login_ip",
        ),
    )
    fields = "username display_name account_type org email mobile"

    # The form of a new account.

    @override
    def get_create_form(self) -> Any:
        form = super().get_create_form()
        converter = PanelConverter(self.session, self)
        for name in FIRST_ROLE.columns.split():
            setattr(form, name, converter.field(name, inspect(UserRole).columns[name]))
        return form

    @override
    def form_keys(self) -> dict[str, Any]:
        parts = {name: inspect(UserRole).columns[name] for name in FIRST_ROLE.columns.split()}
        return super().form_keys() | parts

    @override
    def new_fields(self, who: Actor) -> frozenset[str]:
        return self.form_names | set(FIRST_ROLE.columns.split())

    @override
    def create_form(self, obj: Any = None) -> RecordForm:
        form = super().create_form(obj)
        for name, label in HELP.items():
            form[name].description = lazy(label)
            form[name].required = form[name].flags.required = False
        return form

    @override
    def _form_sections(self, form: RecordForm, fixed: dict[str, Any]) -> list[Any]:
        sections = super()._form_sections(form, fixed)
        if "role_code" not in form:
            return sections
        role = [form[name] for name in FIRST_ROLE.columns.split()]
        others = [(label, [f for f in fields if f not in role]) for label, fields in sections]
        return [each for each in others if each[1]] + [(FIRST_ROLE.label, role)]

    @override
    def create_model(self, form: RecordForm) -> Batch | None:
        """Make an account with its first role and a password; return the batch that shows it."""
        given = {name: field.data for name, field in form.fields() if field.data is not None}
        try:
            batch = enter_account(session(), actor(), NewAccount(**given))
            commit()
        except BadAccount as refusal:
            session().rollback()
            form.add_faults(refusal.faults)
            return None
        except BadInput as refusal:
            session().rollback()
            form.add_refusal(refusal)
            return None
        return batch

    @override
    def made(self, record: Any) -> ResponseReturnValue:
        return redirect(url_for("batch_page.show", key=record.id), 303)

    # The record.

    @override
    def owner_column(self, who: Actor) -> str | None:
        return None  # an authority keeps the users of its sites too [CONF-02]

    @override
    def lookup_criteria(
        self, name: str, target: Any, record: UserAccount | None
    ) -> Sequence[ColumnElement[bool]]:
        if name == "role_code":
            return (target.code.in_(grantable(actor())),)
        if name == "scope_org_id":
            return (keeps_users_of(target, actor()), *kinds_asked(target, None))
        return (keeps_users_of(target, actor()),)

    @override
    def editable_fields(self, record: UserAccount, who: Actor) -> Editable:
        usual = super().editable_fields(record, who)
        if not usual.names:
            return usual
        if record.id == who.user_id:
            # Links for a new password go to one's e-mail address: it is changed on one's own page,
            # which asks for the password.
            return Editable(usual.names - SETTLED - {"org_id", "email"}, usual.why_not)
        if stands_above(session(), record, who):
            return Editable(frozenset(), ABOVE.reason)
        return Editable(usual.names - SETTLED, usual.why_not)

    @override
    def faults(self, record: UserAccount, who: Actor) -> Iterable[tuple[str | None, Message]]:
        changed = inspect(record).attrs
        for name, message in contact_faults(record.email or "", record.mobile or ""):
            if changed[name].history.has_changes():
                yield name, message

"""``flask user``: accounts from the command line, for the day on which nobody can sign in.

The same operations as on the pages, the same trail; the actor is the operating-system user.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click
from flask import Flask
from flask.cli import AppGroup, with_appcontext
from sqlalchemy import select

from admin_app.cli.actor import command_actor
from admin_app.cli.passwords import hand_over
from admin_app.cli.transfer import in_chinese
from admin_app.extensions import short_reading, short_session
from admin_app.i18n import instant
from models.accounts.entry import BadAccount, NewAccount, enter_account
from models.accounts.passwords import normalise_username
from models.accounts.permissions import RoleCode
from models.accounts.sign_in_states import SignInState, sign_in_state
from models.accounts.states import MACHINE, RESET_PASSWORD
from models.accounts.tables import AccountType, UserAccount, UserRole
from models.base.session import ActorSession
from models.batch.operations import run_now
from models.batch.queries import refusals
from models.errors import BadInput, NotFound, Refusal
from models.reference.tables import Org
from models.text import Message, msg
from models.workflow.inputs import PREFIX
from models.workflow.machine import Transition

group = AppGroup("user", short_help="Accounts, for the day on which nobody can sign in.")
COMMAND = "user"
#: Longest user name and name that keep the columns of the list straight.
NAME_WIDTH = 24
ROLES = click.Choice([str(role) for role in RoleCode])
TYPES = click.Choice(list(AccountType.labels()))


def init_app(app: Flask) -> None:
    """Register the group: one command for each act on accounts, and creation and list."""
    for transition in MACHINE.transitions:
        group.add_command(_command_of(transition))
    app.cli.add_command(group)


def _refuse(message: Message) -> click.ClickException:
    return click.ClickException(in_chinese(message))


def _command_of(transition: Transition) -> click.Command:
    """Return the command of an act: it takes a user name, and a reason where the act asks one."""
    asked = next((each for each in transition.inputs if each.name == "reason"), None)

    def act(username: str, reason: str | None = None) -> None:
        _act(transition, username, reason)

    command: Callable[..., Any] = with_appcontext(act)
    command = click.argument("username")(command)
    if asked is not None:
        help_ = f"{asked.label.en}; kept in the audit trail."
        command = click.option("--reason", required=asked.required, help=help_)(command)
    name, help_ = transition.name.replace("_", "-"), f"{transition.label.en}: account USERNAME."
    return click.command(name, help=help_)(command)


def _act(transition: Transition, username: str, reason: str | None) -> None:
    """Do one act to one account, as a batch of one.

    :raises click.ClickException: when the rules refuse it; the refusal is in the trail.
    """
    inputs = {f"{PREFIX}reason": reason} if reason else None
    try:
        with short_session(command_actor(COMMAND)) as session:
            account = _account_named(session, username)
            who = session.need_actor()
            batch = run_now(session, who, MACHINE, transition.name, [account.id], inputs=inputs)
            key, refused = batch.id, list(refusals(session, batch).values())
    except Refusal as refusal:
        raise _refuse(refusal.message) from refusal
    if refused:
        raise _refuse(refused[0])
    click.echo(f"{transition.label.zh}：{username}")
    if transition is RESET_PASSWORD:
        _tell_password(key)


def _account_named(session: ActorSession, username: str) -> UserAccount:
    name = normalise_username(username)
    found = session.scalar(select(UserAccount).where(UserAccount.username == name))
    if found is None:
        raise NotFound(msg("There is no account %(name)s.", name=username))
    return found


def _tell_password(batch_id: int) -> None:
    """Print the initial password of a batch of one, once and for all."""
    hand_over(batch_id, COMMAND, lambda slips: click.echo(f"初始密码：{slips[0].password}"))
    click.echo("只显示这一次；登录后须先修改密码。")


@group.command()
@click.argument("username")
@click.option("--name", "display_name", required=True, help="Name of the person.")
@click.option("--org", required=True, help="Name or code of the organisation that keeps it.")
@click.option("--role", "role_code", type=ROLES, help="First role.")
@click.option("--over", help="Name or code of the organisation of the role; default: --org.")
@click.option("--type", "account_type", type=TYPES, default="staff", help="Kind of account.")
@click.option("--email", help="E-mail address.")
@click.option("--mobile", help="Mobile number.")
@with_appcontext
def create(username: str, org: str, over: str | None, **typed: Any) -> None:
    """Make the account USERNAME and print its initial password, once."""
    try:
        with short_session(command_actor(COMMAND)) as session:
            org_id = _org_named(session, org)
            scope = _org_named(session, over) if over else org_id
            new = NewAccount(username, org_id=org_id, scope_org_id=scope, **typed)
            key = enter_account(session, session.need_actor(), new).id
    except BadAccount as bad:
        raise click.ClickException("\n".join(in_chinese(fault) for _, fault in bad.faults)) from bad
    except Refusal as refusal:
        raise _refuse(refusal.message) from refusal
    click.echo(f"已建立账号：{normalise_username(username)}")
    _tell_password(key)


def _org_named(session: ActorSession, named: str) -> int:
    """Return the organisation of a name, a certifying code or a number.

    :raises BadInput: when none or several answer to it.
    """
    ways = [Org.name == named, Org.cert_org_code == named]
    if named.isascii() and named.isdigit() and len(named) <= 9:
        ways.append(Org.id == int(named))
    for way in ways:
        found = list(session.scalars(select(Org.id).where(way, ~Org.is_deleted).limit(2)))
        if len(found) == 1:
            return found[0]
        if found:
            raise BadInput(
                msg("Several organisations are called %(name)s. Use the number.", name=named)
            )
    raise BadInput(msg("There is no organisation %(name)s.", name=named))


@group.command("list")
@click.option("--state", type=click.Choice(list(SignInState.labels())), help="These only.")
@click.option("--role", type=ROLES, help="These only.")
@with_appcontext
def list_(state: str | None, role: str | None) -> None:
    """List accounts: user name, name, state, roles, last sign-in."""
    with short_reading(command_actor(COMMAND)) as session:
        for line in _lines(session, state, role):
            click.echo(line)


def _lines(session: ActorSession, state: str | None, role: str | None) -> list[str]:
    now = sign_in_state(UserAccount)
    columns = (UserAccount.id, UserAccount.username, UserAccount.display_name, now)
    wanted = select(*columns, UserAccount.last_login_at).order_by(UserAccount.username)
    if state:
        wanted = wanted.where(now == state)
    roles = _roles(session)
    rows = [row for row in session.execute(wanted) if not role or role in roles.get(row[0], [])]
    return [
        f"{username:<{NAME_WIDTH}} {SignInState[found].label.zh}\t{name}\t"
        f"{','.join(roles.get(id_, [])) or '-'}\t{instant(last) or '-'}"
        for id_, username, name, found, last in rows
    ]


def _roles(session: ActorSession) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    held = select(UserRole.user_id, UserRole.role_code).order_by(UserRole.id)
    for user_id, code in session.execute(held):
        found.setdefault(user_id, []).append(code)
    return found

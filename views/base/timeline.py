"""What happened to a record: its states from the workflow log, its changes from the audit trail, in
words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, inspect, select

from models.accounts.tables import Role, UserAccount
from models.audit.tables import AuditLog
from models.base.columns import meta
from models.base.orm import Base
from models.text import Label
from models.workflow.registry import machine_of
from models.workflow.tables import WorkflowLog
from views.base.request import session
from views.base.shown import referred, value_text

#: The record is in the actor's scope, so its own history is too, whoever of which office wrote it.
OF_A_RECORD = {"unscoped": "history of a record that the actor may see"}
STEPS_SHOWN = 50
LABELS: Mapping[str, Label] = {
    "create": Label("新建", "Created"),
    "edit": Label("修改", "Changed"),
    "correct": Label("更正", "Corrected"),
    "delete": Label("删除", "Deleted"),
    "reveal": Label("查看个人信息", "Personal data viewed"),
    "export": Label("导出", "Exported"),
    "print": Label("打印", "Printed"),
    "import": Label("导入", "Imported"),
    "sign_in": Label("登录", "Signed in"),
    "lock": Label("锁定", "Locked"),
    "issue_token": Label("发放密码令牌", "Password token issued"),
    "change_password": Label("修改密码", "Password changed"),
    "reset_password": Label("重置密码", "Password reset"),
    "begin_second_factor": Label("设置动态口令", "Second factor begun"),
    "confirm_second_factor": Label("启用动态口令", "Second factor confirmed"),
    "drop_second_factor": Label("停用动态口令", "Second factor dropped"),
    "clear_second_factor": Label("清除动态口令", "Second factor cleared"),
    "renew_recovery_codes": Label("更换恢复码", "Recovery codes renewed"),
    "end_session": Label("结束会话", "Session ended"),
    "end_other_sessions": Label("结束其他会话", "Other sessions ended"),
    "end_sessions": Label("结束全部会话", "Sessions ended"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One field of a change; old and new are texts as a person reads them."""

    label: Label | str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of a timeline or history."""

    at: datetime
    title: Label | str
    who: str
    role: Label | None
    note: str | None = None
    from_state: Label | str | None = None
    to_state: Label | str | None = None
    tone: str = "grey"
    batch_id: int | None = None
    changes: list[Change] = field(default_factory=list)


def timeline(record: Base, machine: Any) -> list[Step]:
    """Return the transitions of a record, the latest first."""
    wanted = (
        select(WorkflowLog)
        .where(
            WorkflowLog.machine == _machine_name(record, machine),
            WorkflowLog.entity_id == record.id,
        )
        .order_by(WorkflowLog.at.desc(), WorkflowLog.id.desc())
        .limit(STEPS_SHOWN)
    )
    rows = list(session().scalars(wanted, execution_options=OF_A_RECORD))
    names = _names({row.actor_id for row in rows})
    roles = _roles()
    return [_step(row, record, machine, names, roles) for row in rows]


def _machine_name(record: Base, machine: Any) -> str:
    return str(getattr(machine, "name", None) or record.__tablename__)


def _step(
    row: WorkflowLog,
    record: Base,
    machine: Any,
    names: Mapping[int | None, str],
    roles: Mapping[str, Label],
) -> Step:
    choices, tones = _states(record, machine)
    return Step(
        at=row.at,
        title=_action_label(machine, row.action),
        who=names.get(row.actor_id, ""),
        role=roles.get(row.actor_role or ""),
        note=row.note,
        from_state=choices.get(row.from_state or "", row.from_state),
        to_state=choices.get(row.to_state, row.to_state),
        tone=tones.get(row.to_state, "grey"),
        batch_id=row.batch_id,
    )


def state_column(model: type[Base], machine: Any) -> Column[Any] | None:
    """Return the column that a machine moves, or the first machine column with tones; None without
    any.
    """
    columns = inspect(model).columns
    named = getattr(machine, "column", None)
    if isinstance(named, str) and named in columns:
        return columns[named]
    return next((c for c in columns if meta(c).machine and meta(c).tones), None)


def _states(record: Base, machine: Any) -> tuple[Mapping[str, Label], Mapping[str, str]]:
    column = state_column(type(record), machine)
    if column is None:
        return {}, {}
    info = meta(column)
    return info.choices or {}, info.tones or {}


def _action_label(machine: Any, action: str) -> Label | str:
    found = next((t for t in getattr(machine, "transitions", ()) if t.name == action), None)
    return found.label if found else LABELS.get(action, action)


def history(record: Base) -> list[Step]:
    """Return the changes of a record and of its parts, and the views of its personal data, the
    latest first.
    """
    wanted = (
        select(AuditLog)
        .where(AuditLog.entity == record.__tablename__, AuditLog.entity_id == record.id)
        .order_by(AuditLog.at.desc(), AuditLog.id.desc())
        .limit(STEPS_SHOWN)
    )
    rows = list(session().scalars(wanted, execution_options=OF_A_RECORD))
    names = _names({row.user_id for row in rows})
    roles, machine = _roles(), machine_of(type(record))
    return [
        Step(
            at=row.at,
            title=_action_label(machine, row.event.rpartition(":")[2]),
            who=names.get(row.user_id, row.username),
            role=roles.get(row.role or ""),
            note=row.reason,
            batch_id=row.batch_id,
            changes=changes_of(type(record), row.changes or {}),
        )
        for row in rows
    ]


def changes_of(model: type[Base], changes: Mapping[str, Any]) -> list[Change]:
    """Return logged changes with the labels of columns and values; system columns are left out."""
    columns = inspect(model).columns
    found = []
    for name, pair in changes.items():
        if not (isinstance(pair, list | tuple) and len(pair) == 2):
            continue
        column = columns.get(name)
        if column is None:
            found.append(Change(name, _plain(pair[0]), _plain(pair[1])))
        elif not meta(column).system:
            old, new = (_logged_text(column, value) for value in pair)
            found.append(Change(meta(column).label, old, new))
    return found


def _plain(value: Any) -> str:
    return "" if value is None else str(value)


def _logged_text(column: Column[Any], value: Any) -> str:
    """Return a value as it was logged, in words; what was masked there stays masked."""
    if value is None or meta(column).sensitive:
        return _plain(value)
    value = _revived(column, value)
    if column.foreign_keys:
        found = referred(column, value)
        return found.caption() if found is not None else f"#{value}"
    return value_text(column, value)


def _revived(column: Column[Any], value: Any) -> Any:
    """Return an instant or day from its ISO text; anything else as it is."""
    kind = column.type.python_type
    try:
        if kind is datetime:
            return datetime.fromisoformat(value)
        if kind is date:
            return date.fromisoformat(value)
    except (TypeError, ValueError):
        return value
    return value


def _names(ids: set[int | None]) -> dict[int | None, str]:
    """Return display names of accounts, of other offices too: a history without names tells
    nothing.
    """
    wanted = select(UserAccount.id, UserAccount.display_name).where(
        UserAccount.id.in_([id_ for id_ in ids if id_ is not None])
    )
    rows = session().execute(wanted, execution_options=OF_A_RECORD)
    return {row.id: row.display_name for row in rows}


def _roles() -> dict[str, Label]:
    rows = session().execute(select(Role.code, Role.name, Role.name_en))
    return {row.code: Label(row.name, row.name_en) for row in rows}


def author_names(record: Any) -> tuple[str, str]:
    """Return who made and who last changed a record; empty where nobody is kept."""
    made, changed = getattr(record, "created_by", None), getattr(record, "updated_by", None)
    names = _names({made, changed})
    return names.get(made, ""), names.get(changed, "")

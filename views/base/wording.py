"""Words for what the program itself names in its tables: tables, machines, their acts and states,
roles and events. A column says which by ``names`` in its declaration.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from sqlalchemy import inspect

from models.accounts.permissions import RoleCode
from models.base.orm import Base
from models.batch.actions import UNMACHINED, actions
from models.batch.tables import BatchKind
from models.text import Label
from models.workflow.machine import Machine
from models.workflow.parts import UNDO
from models.workflow.registry import machines, mover_of
from models.workflow.run import CHANGED, DONE, GONE, READY, REFUSED

OUTCOMES: Mapping[str, Label] = {
    READY: Label("将办理", "Will be moved on"),
    DONE: Label("已办理", "Moved on"),
    REFUSED: Label("不能办理", "Refused"),
    CHANGED: Label("期间有变动", "Changed meanwhile"),
    GONE: Label("已不存在", "Gone"),
}
#: What is said otherwise where a batch does not move its rows on.
_OUTCOMES_OF: Mapping[str, Mapping[str, Label]] = {
    BatchKind.edit: {
        READY: Label("将修改", "Will be changed"),
        DONE: Label("已修改", "Changed"),
        REFUSED: Label("不能修改", "Refused"),
    },
    BatchKind.undo: {
        READY: Label("将撤销", "Will be taken back"),
        DONE: Label("已撤销", "Taken back"),
        REFUSED: Label("不能撤销", "Stays"),
    },
    BatchKind.data_import: {DONE: Label("已导入", "Imported")},
}
#: What is done outside the machines.
ACTS: Mapping[str, Label] = {
    "create": Label("新建", "Created"),
    "edit": Label("修改", "Changed"),
    "list": Label("打开列表", "List opened"),
    "view": Label("打开记录", "Record opened"),
    "open": Label("打开", "Opened"),
    "act": Label("批量办理", "Batch begun"),
    "correct": Label("更正", "Corrected"),
    "delete": Label("删除", "Deleted"),
    "put_back": Label("从回收站恢复", "Put back from the trash"),
    "reveal": Label("查看个人信息", "Personal data viewed"),
    "export": Label("导出", "Exported"),
    "export_end": Label("导出结束", "Export ended"),
    "print": Label("打印", "Printed"),
    "file": Label("打开文件", "File opened"),
    "paper": Label("打印纸质材料", "Papers printed"),
    "import": Label("导入", "Imported"),
    "undo_import": Label("撤销导入", "Import undone"),
    "archive": Label("归档", "Archived"),
    "cancel": Label("取消", "Cancelled"),
    "undo": Label("撤销", "Undone"),
    "sign_in": Label("登录", "Signed in"),
    "sign_out": Label("退出登录", "Signed out"),
    "switch_role": Label("切换角色", "Role switched"),
    "lock": Label("锁定", "Locked"),
    "issue_token": Label("发放密码令牌", "Password token issued"),
    "ask_password": Label("再次核对密码", "Password asked again"),
    "change_password": Label("修改密码", "Password changed"),
    "second_factor": Label("核对动态口令", "Second factor checked"),
    "show_passwords": Label("显示初始密码", "Initial passwords shown"),
    "take_passwords": Label("下载初始密码", "Initial passwords taken"),
    "begin_second_factor": Label("设置动态口令", "Second factor begun"),
    "confirm_second_factor": Label("启用动态口令", "Second factor confirmed"),
    "drop_second_factor": Label("停用动态口令", "Second factor dropped"),
    "renew_recovery_codes": Label("更换恢复码", "Recovery codes renewed"),
    "end_session": Label("结束会话", "Session ended"),
    "end_other_sessions": Label("结束其他会话", "Other sessions ended"),
    "share": Label("共享", "Shared"),
    "matrix": Label("查看全部权限", "All rights viewed"),
    "load": Label("载入", "Loaded"),
    "expire": Label("清理", "Cleaned up"),
}
#: Things that events speak of and no table has.
THINGS: Mapping[str, Label] = {
    "demo": Label("演示数据", "Demo data"),
    "page": Label("页面", "Page"),
}
#: The areas that these stand under in events.
THINGS_BY_AREA = (("seed", "demo"), ("panel", "page"))
#: What the system does itself bears no role of the panel.
SYSTEM = Label("系统", "System")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Labels of values; ``within`` names the column that says of which machine a value is, unless
    it is one of ``free``, which need none.
    """

    labels: Mapping[str, Label]
    tones: Mapping[str, str] | None = None
    within: str = ""
    free: frozenset[str] = frozenset()

    def key(self, record: Base, value: str) -> str:
        """Return what a value of a record is known by here."""
        is_free = not self.within or value in self.free
        return value if is_free else f"{getattr(record, self.within)}:{value}"


def outcomes_of(kind: str) -> Mapping[str, Label]:
    """Return what becomes of the rows of a kind of batch, in words."""
    return {**OUTCOMES, **_OUTCOMES_OF.get(kind, {})}


def vocabulary(model: type[Base] | None, names: str | None) -> Vocabulary | None:
    """Return the words of a column that ``names`` one of a closed set, None for any other."""
    if model is not None and names in ("act", "state"):
        within = "machine" if "machine" in inspect(model).columns else "entity"
        return _acts(within) if names == "act" else _states(within)
    if names == "machine":
        return Vocabulary({each.name: each.table.__label__ for each in machines()})
    if names == "table":
        return Vocabulary(tables())
    return Vocabulary(_roles()) if names == "role" else None


@cache
def tables() -> Mapping[str, Label]:
    """Return the label of every table."""
    return {m.class_.__tablename__: m.class_.__label__ for m in Base.registry.mappers}


def _roles() -> Mapping[str, Label]:
    return {**RoleCode.labels(), "system": SYSTEM}


def role_label(code: str | None) -> Label | None:
    """Return the name of a role, None for a code that is none."""
    return _roles().get(code or "")


def _named(machine: Machine, within: str) -> str:
    """Return what rows name a machine by: itself in its history, its table elsewhere."""
    return machine.name if within == "machine" else machine.table.__tablename__


def _acts(within: str) -> Vocabulary:
    labels = {
        f"{_named(machine, within)}:{action}": label
        for machine in machines()
        for action, label in {**actions(machine), UNDO: ACTS[UNDO]}.items()
    }
    return Vocabulary({**labels, **UNMACHINED}, within=within, free=frozenset(UNMACHINED))


def _states(within: str) -> Vocabulary:
    known = {
        f"{_named(machine, within)}:{state.value}": state
        for machine in machines()
        for state in machine.states
    }
    labels = {key: state.label for key, state in known.items()}
    return Vocabulary(labels, {key: state.tone for key, state in known.items()}, within)


@cache
def acts() -> Mapping[str, Label]:
    """Return the name of every act that the trail may tell of; one that several machines have is
    called by all their names.
    """
    found: dict[str, set[Label]] = {act: {label} for act, label in ACTS.items()}
    for machine in machines():
        for action, label in actions(machine).items():
            found.setdefault(action, set()).add(label)
    return {act: _joined(labels) for act, labels in found.items()}


def _joined(labels: set[Label]) -> Label:
    several = sorted(labels, key=lambda label: label.zh)
    chinese = dict.fromkeys(each.zh for each in several)
    return Label("、".join(chinese), ", ".join(dict.fromkeys(each.en for each in several)))


def events_of(act: str) -> list[str]:
    """Return every event by which the trail may tell of an act."""
    known = [f"{m.class_.__area__}:{m.class_.__tablename__}:{act}" for m in Base.registry.mappers]
    return [*known, *(f"{area}:{thing}:{act}" for area, thing in THINGS_BY_AREA)]


def act_label(table: str, act: str) -> Label | str:
    """Return what an act on a table is called; the act itself where it has no name."""
    return _actions(table).get(act) or ACTS.get(act) or act


@cache
def _actions(table: str) -> Mapping[str, Label]:
    machine = mover_of(table)
    return actions(machine) if machine else {}


def event_label(event: str) -> Label | str:
    """Return what an event of the trail is called: 教师资格认定申请·审核通过."""
    _area, _, rest = event.partition(":")
    table, _, act = rest.partition(":")
    thing = tables().get(table) or THINGS.get(table)
    done = act_label(table, act)
    if thing is None or not isinstance(done, Label):
        return event
    return Label(f"{thing.zh}·{done.zh}", f"{thing.en}: {done.en}")

"""What the program names has words: whatever may stand in the logs is shown without its code."""

from __future__ import annotations

import pytest

from models.accounts.permissions import GRANTS
from models.accounts.tables import UserRole
from models.audit.tables import AuditLog
from models.batch.tables import Batch
from models.messaging.tables import Message
from models.text import Label
from models.workflow.registry import machines
from models.workflow.tables import WorkflowLog
from views.base.builder import CHOICES_OFFERED
from views.base.columns import resolve
from views.base.wording import event_label, tables, vocabulary

#: Rights that are no event of their own: looking, and what is written as a change of another row.
SILENT = {"list", "view", "read", "verify", "*", *(f"grant_{role}" for role in GRANTS)}


def test_every_right_that_leaves_an_event_has_words() -> None:
    granted = [right.split(":") for rights in GRANTS.values() for right in rights]
    events = {
        ":".join(parts)
        for parts in granted
        if len(parts) == 3 and parts[1] in tables() and parts[2] not in SILENT
    }
    assert len(events) > 50
    assert {event for event in events if not isinstance(event_label(event), Label)} == set()


def test_an_event_says_thing_and_act() -> None:
    found = event_label("certification:certification_application:approve")
    assert isinstance(found, Label)
    assert found.zh == "教师资格认定申请·审核通过"
    assert event_label("seed:demo:load") == Label("演示数据·载入", "Demo data: Loaded")
    assert event_label("something:else:happened") == "something:else:happened"


def test_states_and_acts_are_those_of_their_machine() -> None:
    words = vocabulary(WorkflowLog, "state")
    assert words is not None
    row = WorkflowLog(machine="plan", to_state="draft")
    assert words.labels[words.key(row, row.to_state)].zh == "草稿"
    assert words.labels["certification:draft"].zh == "网报未完成"
    for machine in machines():
        assert {f"{machine.name}:{state.value}" for state in machine.states} <= set(words.labels)


def test_what_a_batch_does_without_a_machine_has_one_word_for_every_table() -> None:
    words = vocabulary(Batch, "act")
    assert words is not None
    for entity in ("org", "certification_application"):
        for act, said in (("import", "导入"), ("export", "导出"), ("undo_import", "撤销“导入”")):
            batch = Batch(entity=entity, action=act)
            assert words.labels[words.key(batch, act)].zh == said
    moved = Batch(entity="certification_application", action="approve")
    assert words.labels[words.key(moved, "approve")].zh == "审核通过"
    assert len(words.labels) < CHOICES_OFFERED, "else the filter could not offer them"


@pytest.mark.parametrize(
    ("model", "name"),
    [
        (WorkflowLog, "machine"),
        (WorkflowLog, "actor_role"),
        (AuditLog, "entity"),
        (AuditLog, "role"),
        (Message, "entity"),
    ],
)
def test_a_column_that_names_is_a_choice(model: type, name: str) -> None:
    column = resolve(model, {}, name)
    assert column.kind == "choice"
    assert column.meta.choices


def test_a_key_stays_a_reference() -> None:
    assert resolve(UserRole, {}, "role").kind == "ref"

"""What can be done with a record now, and what cannot, with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from models.base.actor import Actor
from models.text import Label, Message
from models.workflow.engine import judge_record
from views.base.request import session
from views.base.waiting import sets_back


@dataclass(frozen=True, slots=True)
class Verb:
    """A transition as a button; ``why_not`` greys it."""

    name: str
    label: Label
    danger: bool
    why_not: Message | None


def verbs(record: Any, machine: Any, who: Actor) -> list[Verb]:
    """Return the transitions that the role may do at all: the possible first, and among them what
    brings the record forward before what sends it back, the dangerous last.
    """
    if machine is None:
        return []
    judged = sorted(
        judge_record(session(), machine, who, record.id),
        key=lambda each: (each[1] is not None, each[0].danger, sets_back(each[0])),
    )
    return [Verb(t.name, t.label, t.danger, why_not) for t, why_not in judged]

"""Texts chosen instead of typed: the usual reasons of a code set, and one's own last ones."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from models.base.actor import Actor
from models.batch.tables import Batch, BatchState
from models.reference.tables import CodeItem
from models.workflow.inputs import Input
from models.workflow.machine import Machine, Transition
from views.base.request import session

#: As many as there are digits to press.
REASONS_OFFERED, BATCHES_READ = 9, 60


def reasons_for(
    who: Actor, transitions: Sequence[Transition], machine: Machine
) -> dict[str, list[str]]:
    """Return the texts offered for each transition: the usual ones of its code set, always in the
    same places, then those that the actor typed lately, the latest first.
    """
    coded, lately = _coded(transitions), _lately(who, transitions, machine)
    both = {name: dict.fromkeys((*coded[name], *lately.get(name, ()))) for name in coded}
    return {name: list(found)[:REASONS_OFFERED] for name, found in both.items()}


def _coded(transitions: Sequence[Transition]) -> dict[str, list[str]]:
    """Return the texts of the code sets that transitions offer, in the applicants' language."""
    sets = {t.name: [each.offers for each in t.inputs if each.offers] for t in transitions}
    wanted = (
        select(CodeItem.set_code, CodeItem.name)
        .where(
            CodeItem.set_code.in_({name for names in sets.values() for name in names}),
            CodeItem.enabled,
            CodeItem.is_deleted.is_(False),
        )
        .order_by(CodeItem.sort, CodeItem.code)
    )
    rows = session().execute(wanted).all() if any(sets.values()) else []
    return {name: [text for set_, text in rows if set_ in among] for name, among in sets.items()}


def _lately(
    who: Actor, transitions: Sequence[Transition], machine: Machine
) -> dict[str, list[str]]:
    """Return the free texts that the actor typed lately for each transition, the latest first."""
    texts = {each.name: _text_inputs(each.inputs) for each in transitions}
    wanted = (
        select(Batch.action, Batch.inputs)
        .where(
            Batch.user_id == who.user_id,
            Batch.entity == machine.table.__tablename__,
            Batch.action.in_([name for name, inputs in texts.items() if inputs]),
            Batch.state == BatchState.done.value,
        )
        .order_by(Batch.pinned_at.desc())
        .limit(BATCHES_READ)
    )
    found: dict[str, list[str]] = {}
    for name, inputs in session().execute(wanted):
        for text in [(inputs or {}).get(key) for key in texts[name]]:
            known = found.setdefault(name, [])
            if text and text not in known and len(known) < REASONS_OFFERED:
                known.append(text)
    return found


def _text_inputs(inputs: Sequence[Input]) -> list[str]:
    return [each.name for each in inputs if each.kind == "text"]

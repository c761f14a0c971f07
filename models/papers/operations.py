"""Counting what is printed: every copy is on record, and a reprint is known as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, insert, select, update

from models import clock
from models.audit import recorder
from models.base.actor import Actor
from models.base.session import SET_WISE, ActorSession
from models.papers.paper import PRINTED, RIGHT, Paper
from models.papers.tables import PaperPrint

TITLE_LENGTH = 200
#: Copies count whoever printed the ones before.
COUNTING: dict[str, Any] = {"unscoped": "copies are counted over all offices"}


def copies_of(session: ActorSession, paper: Paper, ids: Sequence[int]) -> Mapping[int, int]:
    """Return how often a paper was printed of each record, those never printed left out."""
    counted = (
        select(PaperPrint.entity_id, func.max(PaperPrint.copy_no).label("copies"))
        .where(
            PaperPrint.entity == paper.model.__tablename__,
            PaperPrint.paper == paper.name,
            PaperPrint.entity_id.in_(ids),
        )
        .group_by(PaperPrint.entity_id)
    )
    rows = session.execute(counted, execution_options=COUNTING)
    return {row.entity_id: row.copies for row in rows}


def hold(session: ActorSession, paper: Paper, ids: Sequence[int]) -> None:
    """Hold records until the transaction ends, in the order of every lock here: what is read of
    them afterwards is what is printed, and no copy is counted twice.
    """
    model: Any = paper.model
    held = select(model.id).where(model.id.in_(ids)).order_by(model.id)
    session.execute(held.with_for_update(key_share=True))


def print_paper(
    session: ActorSession, actor: Actor, paper: Paper, records: Sequence[Any]
) -> Mapping[int, int]:
    """Write down that a paper is printed of some records, which are held; return which copy each
    one is.

    :raises Forbidden: when the role may not print papers of this table.
    """
    actor.require(recorder.event_of(paper.model, RIGHT))
    ids = sorted(record.id for record in records)
    before = copies_of(session, paper, ids)
    copies = {id_: before.get(id_, 0) + 1 for id_ in ids}
    session.execute(
        insert(PaperPrint.__table__),  # type: ignore[arg-type]  # declared as FromClause, is a Table
        [_row(actor, paper, record, copies[record.id]) for record in records],
        execution_options={"unscoped": "a log of its own"},
    )
    _mark(session, paper, ids)
    _tell(session, paper, records, copies)
    return copies


def _row(actor: Actor, paper: Paper, record: Any, copy_no: int) -> dict[str, Any]:
    return {
        "printed_at": clock.now(),
        "paper": paper.name,
        "title": paper.label.zh,
        "entity": paper.model.__tablename__,
        "entity_id": record.id,
        "entity_text": record.caption()[:TITLE_LENGTH],
        "copy_no": copy_no,
        "printed_by": actor.user_id,
        "org_id": actor.authority_id or actor.org_id,
        "site_id": actor.org_id if actor.is_site else None,
    }


def _mark(session: ActorSession, paper: Paper, ids: Sequence[int]) -> None:
    """Keep the first print and the number of prints in the record's own columns.

    The version stays: a print changes nothing that a form or an undo would have to know of.
    """
    model: Any = paper.model
    values: dict[str, Any] = {}
    if paper.stamp:
        values[paper.stamp] = func.coalesce(getattr(model, paper.stamp), clock.now())
    if paper.counter:
        values[paper.counter] = getattr(model, paper.counter) + 1
    if not values:
        return
    values["updated_at"] = model.updated_at
    marked = update(model).where(model.id.in_(ids)).values(values)
    options = {SET_WISE: True, "synchronize_session": False}
    session.execute(marked, execution_options=options)


def _tell(
    session: ActorSession, paper: Paper, records: Sequence[Any], copies: Mapping[int, int]
) -> None:
    """Write one row of the trail: about the record, or about so many of them."""
    told: dict[str, Any] = {"paper": [None, paper.label.zh]}
    if paper.personal:
        told["fields"] = [None, list(paper.personal)]
    about: dict[str, Any] = {"entity": paper.model.__tablename__}
    if len(records) == 1:
        record = records[0]
        about |= {"entity_id": record.id, "entity_text": record.caption()[:TITLE_LENGTH]}
        told["copy_no"] = [None, copies[record.id]]
    else:
        reprints = sum(1 for number in copies.values() if number > 1)
        told |= {"rows": [None, len(records)], "reprints": [None, reprints]}
    recorder.record(session, recorder.event_of(paper.model, PRINTED), **about, changes=told)

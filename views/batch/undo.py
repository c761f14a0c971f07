"""What the page of a batch says of undoing: whether it can be undone, was undone, or undoes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import url_for

from models.base.actor import Actor
from models.base.session import ActorSession
from models.batch import offers, undoable
from models.batch.tables import Batch
from models.text import Label
from models.transfer.taking_back import LEAVES, is_undo
from views.base.told import open_batches


@dataclass(frozen=True, slots=True)
class Link:
    """Another batch: its number, its address if the actor may open it, its number of rows."""

    number: int
    url: str | None
    count: int = 0


@dataclass(frozen=True, slots=True)
class UndoPart:
    """``until`` and ``count`` where the batch can be undone, ``leaves`` what would then stay;
    ``stays`` how many records are left that moved on, where these are all.

    ``of`` is the batch that this one undoes; ``taken`` those that have undone rows of it.
    """

    until: datetime | None
    count: int
    leaves: Sequence[Label]
    of: Link | None
    taken: Sequence[Link]
    stays: int = 0


def undo_part(work: ActorSession, batch: Batch, who: Actor) -> UndoPart:
    """Return what a batch's page says of undoable."""
    offer = offers.offer(work, who, batch.id)
    taken = undoable.taken_by(work, batch)
    shown = open_batches([batch.undo_of_id, *(key for key, _count in taken)], who)
    of = batch.undo_of_id
    return UndoPart(
        until=offer.until if offer and offer.count else None,
        count=offer.count if offer else 0,
        leaves=(LEAVES,) if is_undo(batch) else _leaves(work, batch, offer),
        of=_link(of, shown) if of is not None else None,
        taken=[_link(key, shown, count) for key, count in taken],
        stays=offer.stays if offer else 0,
    )


def _leaves(work: ActorSession, batch: Batch, offer: offers.Offer | None) -> Sequence[Label]:
    return offer.leaves if offer else undoable.left_by(work, batch)


def _link(key: int, shown: frozenset[int], count: int = 0) -> Link:
    return Link(key, url_for("batch_page.show", key=key) if key in shown else None, count)

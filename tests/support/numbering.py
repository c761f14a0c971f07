"""A process of its own that numbers applications in overlapping batches; some it takes back."""

from __future__ import annotations

from random import Random

from sqlalchemy import select

from models.base.actor import Actor
from models.base.engine import make_engine
from models.base.session import ActorSession
from models.batch.operations import run_now
from models.certification.tables import CertificationApplication


def number_in_batches(
    url: str, actor: Actor, seed: int, batches: int, size: int
) -> tuple[list[tuple[int, int]], int]:
    """Number random rows, each batch at its own time; return (batch id, rows) of each batch kept,
    and how many were undone.
    """
    random, engine = Random(seed), make_engine(url)
    kept: list[tuple[int, int]] = []
    undone = 0
    cls = CertificationApplication
    for _ in range(batches):
        with ActorSession(bind=engine) as session:
            session.act_as(actor)
            ids = random.sample(list(session.scalars(select(cls.id).order_by(cls.id))), size)
            batch = run_now(session, actor, cls, "assign_numbers", ids)
            if random.random() < 0.25:
                session.rollback()
                undone += 1
                continue
            session.commit()
            kept.append((batch.id, batch.done_count))
    engine.dispose()
    return kept, undone

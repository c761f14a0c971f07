"""What making people up needs from the database: places they come from and universities."""

from __future__ import annotations

from collections import defaultdict
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import clock
from models.people.rules import check_id, make_id_no
from models.reference.tables import CodeItem, Region
from seed.demo.people import People, Place


def people_source(session: Session, rng: Random, taken: set[str] | None = None) -> People:
    """Return a source of people over the regions and universities of the database.

    ``taken`` are document and mobile numbers that nobody may get again.
    """
    universities = session.scalars(
        select(CodeItem.name).where(CodeItem.set_code == "COLLEGE").order_by(CodeItem.code)
    )
    return People(rng, clock.today(), _homes(session), list(universities), taken or set())


def places(session: Session) -> dict[str, Place]:
    """Return every active city and county by its code, named as in an address."""
    rows = session.execute(select(Region.code, Region.name).where(Region.is_active)).all()
    names = {row.code: row.name for row in rows}
    return {
        code: Place(
            code, "".join(names.get(code[:length], "") for length in range(2, len(code) + 1, 2))
        )
        for code in names
        if len(code) >= 4
    }


def _homes(session: Session) -> dict[str, list[Place]]:
    """Return counties by province, without those whose codes the check of numbers doubts."""
    homes: dict[str, list[Place]] = defaultdict(list)
    sample = clock.today().replace(year=clock.today().year - 30, day=1)
    for code, place in sorted(places(session).items()):
        if (
            len(code) == 6
            and check_id("1", make_id_no(code, sample, 1), clock.today()).warning is None
        ):
            homes[code[:2]].append(place)
    return dict(homes)

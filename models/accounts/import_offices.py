"""The organisations that a workbook of accounts may name: by code, by name, or 上级/名称."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from models.accounts.entry import Offices, offices_of
from models.base.actor import Actor
from models.base.session import ActorSession
from models.errors import BadInput
from models.reference.tables import Org
from models.text import msg
from models.workflow import sql

BETWEEN = "/"


@dataclass(slots=True)
class NamedOffices:
    """The organisations whose users the actor keeps, by everything that they are called."""

    kinds: Offices
    called: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))

    def find(self, text: str) -> int:
        """Return the id of an organisation.

        :raises BadInput: when none that the actor keeps is called so, or several are.
        """
        found = self.called.get(text, set())
        if not found:
            raise BadInput(
                msg("There is no organisation %(text)s whose accounts you keep.", text=text[:40])
            )
        if len(found) > 1:
            raise BadInput(
                msg(
                    "Several organisations are called %(text)s. Write its code, or the organisation"
                    " above before it, such as %(example)s.",
                    text=text[:40],
                    example=f"某市教育局{BETWEEN}某大学确认点",
                )
            )
        return next(iter(found))


def load_offices(session: ActorSession, actor: Actor) -> NamedOffices:
    """Read what the actor may name."""
    found = NamedOffices(offices_of(session, actor))
    org, above = sql.alias_of(Org.__table__, "named"), sql.alias_of(Org.__table__, "above")
    columns = (org.c.id, org.c.name, org.c.school_code, org.c.province_code, org.c.cert_org_code)
    rows: Any = session.execute(
        select(*columns, above.c.name.label("above")).select_from(
            org.outerjoin(above, above.c.id == org.c.parent_id)
        ),
        execution_options={"unscoped": "names of the offices whose users one keeps"},
    )
    for row in rows:
        if row.id in found.kinds:
            for text in _names(row):
                found.called[text].add(row.id)
    return found


def _names(row: Any) -> set[str]:
    names = {row.name}
    if row.above:
        names.add(f"{row.above}{BETWEEN}{row.name}")
    if row.school_code:
        names.add(row.school_code)
    if row.cert_org_code:
        names.add(f"{row.province_code}{row.cert_org_code}")
    return names

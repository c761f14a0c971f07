"""The trail names every record and every person; naming one never breaks a write."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from models.accounts import sign_in
from models.audit.tables import AuditLog
from models.base.session import ActorSession
from models.planning.tables import SiteArrangement
from models.reference.tables import Org
from tests.support.accounts import ADDRESS, make_account, make_office, visitor
from tests.support.databases import SessionOf
from tests.support.office import make_offices


def latest(session: ActorSession) -> AuditLog:
    made = select(AuditLog).where(AuditLog.event == "planning:site_arrangement:create")
    found = session.scalars(made.order_by(AuditLog.id.desc()).limit(1)).one()
    session.rollback()
    return found


def test_a_record_made_by_keys_alone_is_known_by_its_relation(system: ActorSession) -> None:
    own, _ = make_offices(system)
    site = Org(
        name="新确认点",
        kind="site",
        parent_id=own.authority.id,
        region_code="11",
        province_code="11",
    )
    system.add(site)
    system.flush()
    system.add(SiteArrangement(plan_id=own.plan.id, site_id=site.id))
    system.commit()
    assert latest(system).entity_text == "新确认点"


def test_a_relation_out_of_sight_leaves_the_id(system: ActorSession, session_of: SessionOf) -> None:
    own, other = make_offices(system)
    system.commit()
    clerk = session_of(own.actor("planning:site_arrangement:create"))
    made = SiteArrangement(plan_id=own.plan.id, site_id=other.site.id)
    clerk.add(made)
    clerk.commit()
    key = made.id
    clerk.rollback()
    assert latest(system).entity_text == f"#{key}"


KNOWN, UNKNOWN = "11010519491231002X", "11010519900101001X"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (UNKNOWN, (None, "sign-in", "system", "110***1x")),
        (KNOWN, ("known", "110***2x", "authority", "110***2x")),
    ],
    ids=["unknown", "known"],
)
def test_a_personal_number_that_is_typed_as_a_name_is_masked(
    session_of: SessionOf, name: str, told: tuple[str | None, str, str, str]
) -> None:
    session = session_of(visitor())
    account = make_account(session, make_office(session), KNOWN.lower(), "authority")
    session.commit()
    sign_in.attempt(session, name, "wrong", ADDRESS, datetime(2026, 3, 2, tzinfo=UTC))
    session.commit()
    tried = select(AuditLog).where(AuditLog.event == "accounts:user_account:sign_in")
    row = session.scalars(tried).one()
    whose, *words = told
    assert row.user_id == row.entity_id == (account.id if whose else None)
    assert [row.username, row.role, row.entity_text] == words

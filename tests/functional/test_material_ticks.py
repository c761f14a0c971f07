"""The tick list of materials: what is received, missing or waived, and when."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from models.base.session import ActorSession
from models.certification.materials import tick_materials
from models.certification.tables_parts import ApplicationMaterial
from models.errors import BadInput, Conflict
from tests.factories.certification import World, make_application, make_material
from tests.support.certifying import reasons
from tests.support.databases import SessionOf


@pytest.mark.parametrize(
    ("status", "is_open"),
    [
        ("submitted", True),
        ("materials_incomplete", True),
        ("confirm_rejected", True),
        ("confirmed", False),
        ("approved_unnumbered", False),
        ("approved_numbered", False),
    ],
)
def test_materials_are_ticked_while_the_application_waits(
    status: str, is_open: bool, world: World, system: ActorSession, session_of: SessionOf
) -> None:
    application = make_application(system, world.here, status)
    material = make_material(system, application, "degree_certificate", state="pending")
    system.commit()
    site = world.here.confirm
    session = session_of(site)
    assert (reasons(session, site, material)["receive"] is None) is is_open
    after = world.here.plan.confirm_end
    late = reasons(session, site, material, after)["receive"]
    assert late is not None


def test_the_tick_list_moves_what_differs_and_nothing_else(
    world: World, system: ActorSession, session_of: SessionOf
) -> None:
    application = make_application(system, world.here, "submitted")
    for code in ("degree_certificate", "health_certificate"):
        make_material(system, application, code, state="pending")
    system.commit()
    site = world.here.confirm
    session = session_of(site)
    ticks = {
        "id_document": "received",
        "photo": "missing",
        "degree_certificate": "received",
        "health_certificate": "waived",
    }
    done = tick_materials(session, site, application.id, ticks, "体检已在系统中")
    session.commit()
    assert sorted((batch.action, batch.done_count) for batch in done) == [
        ("mark_missing", 1),
        ("receive", 1),
        ("waive", 1),
    ]
    found = select(ApplicationMaterial.material_code, ApplicationMaterial.state)
    listed = found.where(ApplicationMaterial.application_id == application.id)
    assert dict(session.execute(listed).all()) == ticks
    with pytest.raises(BadInput, match="not on the check-list: passport"):
        tick_materials(session, site, application.id, {"passport": "received"})
    with pytest.raises(BadInput, match="“Reason” is needed"):
        tick_materials(session, site, application.id, {"photo": "waived"})


def test_a_tick_that_cannot_be_made_says_why(
    world: World, system: ActorSession, session_of: SessionOf
) -> None:
    application = make_application(system, world.here, "confirmed")
    system.commit()
    site = world.here.confirm
    session = session_of(site)
    with pytest.raises(Conflict, match="its materials stay as they are"):
        tick_materials(session, site, application.id, {"photo": "missing"})

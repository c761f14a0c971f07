"""An undo is bound by no window, but by the rules of what it does: rights, and today's facts."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from models.base.session import ActorSession
from models.batch import offers, operations
from models.batch.operations import commit, pin_ids, preview
from models.batch.pinning import require_version
from models.batch.tables import Batch
from models.certification.tables import CertificationApplication
from models.errors import Conflict
from models.restriction.tables import RestrictionEntry
from tests.factories.certification import AT, World
from tests.support.certifying import act, outcomes, status
from tests.support.databases import SessionOf
from tests.support.undoing import make, refused, stored, take_back

A = CertificationApplication
BASIS = "workplace"


def edit(session: ActorSession, column: str, value: str, key: int) -> Batch:
    """Change a column of a record as a batch of one."""
    actor = session.need_actor()
    batch = pin_ids(session, actor, A, f"edit_{column}", [key])
    given = {"input_value": value}
    preview(session, batch, given)
    done = commit(session, batch, given)
    session.commit()
    return done


def test_a_site_takes_no_change_back_that_it_could_not_make(
    world: World, system: ActorSession, session_of: SessionOf
) -> None:
    (record,) = make(system, world, "submitted")
    key = record.id
    system.rollback()
    authority, site = session_of(world.here.authority), session_of(world.here.confirm)
    theirs = edit(authority, "place_basis", BASIS, key).id
    authority.rollback()
    assert offers.offer_for(site, world.here.confirm, A, key) is None
    site.rollback()
    assert refused(site, world.here.confirm, theirs) == "There is no such batch."
    site.rollback()
    assert stored(system, record)["place_basis"] == BASIS
    both = edit(authority, "pledge_signed", "1", key).id
    authority.rollback()
    assert take_back(site, world.here.confirm, both).done_count == 1
    site.rollback()
    assert stored(system, record)["pledge_signed"] is not True


def test_a_withdrawn_approval_comes_back_by_todays_facts_only(
    world: World, system: ActorSession, session_of: SessionOf
) -> None:
    free, restricted = make(system, world, "approved_unnumbered", 2)
    actor = world.here.authority
    session = session_of(actor)
    done = act(session, actor, "withdraw_approval", free, restricted)
    system.add(
        RestrictionEntry(
            name=restricted.name,
            id_type=restricted.id_type,
            id_no=restricted.id_no,
            type="exam_cheat",
            effective_from=AT.date(),
            review_state="reviewed",
            reviewed_at=AT,
            org=world.there.org,
        )
    )
    system.commit()
    back = take_back(session, actor, done)
    assert outcomes(session, back) == {free.id: "done", restricted.id: "restricted"}
    assert status(session, free) == "approved_unnumbered"
    assert status(session, restricted) == "confirmed"


def test_a_record_changed_before_it_was_pinned_is_not_decided(
    world: World, system: ActorSession, session_of: SessionOf
) -> None:
    (record,) = make(system, world, "submitted")
    actor, key, seen = world.here.confirm, record.id, record.version
    system.rollback()
    before = session_of(world.here.authority)
    edit(before, "place_basis", BASIS, key)
    before.rollback()
    session = session_of(actor)
    batch = pin_ids(session, actor, A, "confirm", [key])
    with pytest.raises(Conflict, match="Somebody else has changed this record"):
        require_version(session, batch, seen)
    require_version(session, batch, seen + 1)


def test_a_commit_means_the_column_whose_value_was_read(
    world: World, system: ActorSession, session_of: SessionOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two tabs: one commits while the other chooses another column."""
    (record,) = make(system, world, "submitted")
    actor = world.here.authority
    session = session_of(actor)
    batch = pin_ids(session, actor, A, "edit_pledge_signed", [record.id])
    given = {"input_value": "1"}
    preview(session, batch, given)
    session.commit()
    changed = select(Batch).where(Batch.id == batch.id)

    def chosen_meanwhile(*_: object) -> dict[str, object]:
        found = session.scalars(changed).one()
        session.execute(
            Batch.__table__.update().values(action="edit_moral_form_received"),  # type: ignore[attr-defined]
            execution_options={"unscoped": "test"},
        )
        session.expire(found)
        return {"value": True}

    monkeypatch.setattr(operations, "read_inputs", chosen_meanwhile)
    with pytest.raises(Conflict, match="Another change was chosen meanwhile"):
        commit(session, batch, given)
    session.rollback()
    assert stored(system, record)["moral_form_received"] is not True

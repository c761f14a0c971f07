"""Persons that come by a file, before they apply: whoever brought them keeps them."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from sqlalchemy import select

from models.base.session import ActorSession
from models.people.tables import Person
from tests.factories.certification import World, make_application, make_person
from tests.support.databases import SessionOf


@pytest.fixture
def made(world: World, system: ActorSession, session_of: SessionOf) -> Mapping[str, int]:
    """Return the ids of a person of the centre's own without an application, and of others."""
    session = session_of(world.centre)
    found = {"own": make_person(session).id}
    session.commit()
    found["applied"] = make_application(system, world.there).person_id
    found["nobodys"] = make_person(system).id
    system.commit()
    return found


def seen(session: ActorSession, made: Mapping[str, int]) -> set[str]:
    ids = set(session.scalars(select(Person.id)))
    session.rollback()
    return {name for name, id_ in made.items() if id_ in ids}


def test_who_brought_a_person_sees_him_and_nobody_else_does(
    world: World, made: Mapping[str, int], session_of: SessionOf
) -> None:
    assert seen(session_of(world.centre), made) == {"own", "applied"}
    assert seen(session_of(world.here.authority), made) == set()
    assert seen(session_of(world.there.authority), made) == {"applied"}


def test_who_brought_a_person_may_correct_him(
    world: World, made: Mapping[str, int], session_of: SessionOf
) -> None:
    session = session_of(world.centre)
    session.get_one(Person, made["own"]).address = "新地址"
    session.commit()
    assert session.get_one(Person, made["own"]).address == "新地址"

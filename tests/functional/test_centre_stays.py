"""At least one enabled account of the centre remains, however its accounts are taken away."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import Engine

from models.accounts.states import MACHINE
from models.base.actor import Actor, system_actor
from models.base.session import ActorSession
from models.batch.operations import run_now
from tests.support.bureau import Bureau, press

COMMAND = system_actor("command")


def test_the_last_one_stays(bureau: Bureau) -> None:
    assert press(bureau, bureau.open_as(COMMAND), "disable", "deputy")[1] == {"deputy": "done"}
    assert press(bureau, bureau.open_as(COMMAND), "disable", "centre")[1] == {
        "centre": "last_centre"
    }
    assert press(bureau, bureau.open_as(COMMAND), "disable", "sysadmin")[1] == {"sysadmin": "done"}
    assert press(bureau, bureau.open_as(COMMAND), "enable", "deputy")[1] == {"deputy": "done"}
    assert press(bureau, bureau.open_as(COMMAND), "disable", "centre")[1] == {"centre": "done"}


def test_all_ticked_at_once_is_all_refused(bureau: Bureau) -> None:
    told = press(bureau, bureau.open_as(COMMAND), "disable", "centre", "deputy", "boss")[1]
    assert told == {"centre": "last_centre", "deputy": "last_centre", "boss": "done"}


def test_whoever_acts_stays_himself(bureau: Bureau) -> None:
    told = press(bureau, "centre", "disable", "centre", "deputy")[1]
    assert told == {"centre": "own", "deputy": "done"}


def test_of_two_who_disable_each_other_one_stays(bureau: Bureau, engine: Engine) -> None:
    actors = [bureau.actor(name) for name in ("centre", "deputy")]
    together = Barrier(2)

    def disable_the_other(number: int) -> int:
        with ActorSession(bind=engine) as session:
            actor: Actor = actors[number]
            session.act_as(actor)
            other = bureau.accounts["deputy" if number == 0 else "centre"]
            together.wait()
            batch = run_now(session, actor, MACHINE, "disable", [other])
            done = batch.done_count
            session.commit()
            return done

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(disable_the_other, range(2)))
    assert sorted(done) == [0, 1]
    states = [bureau.account(name).status for name in ("centre", "deputy")]
    assert sorted(states) == ["active", "disabled"]

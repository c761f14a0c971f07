"""What-if for numbers: the preview tells which would be issued now, for a person to read."""

from __future__ import annotations

import re

import pytest

from models.base.session import ActorSession
from models.certification.tables import CertificationApplication
from tests.factories.certification import World, make_application
from tests.support.desk import Desk
from tests.support.http import Client
from tests.support.main_job import words

ACTION = "/admin/certification_application/action/"


@pytest.fixture
def clerk(desk: Desk, world: World) -> Client:
    """Return an authority's clerk, signed in."""
    return desk(world.here.authority)


def preview(clerk: Client, *records: CertificationApplication) -> str:
    """Press 编号 and return what the preview says of the numbers."""
    rowids = [str(record.id) for record in records]
    begun = clerk.post(ACTION, {"action": "assign_numbers", "rowid": rowids})
    assert begun.status_code == 303, begun.text
    page = clerk.get(begun.location).text
    return words("<main" + page.partition('<dl class="facts">')[2].partition("</dl>")[0])


def approved(
    system: ActorSession, world: World, *sexes: str, kind: int = 2
) -> list[CertificationApplication]:
    """Store approved applications, one of each sex named."""
    made = [
        make_application(
            system, world.here, "approved_unnumbered", qualification_type=kind, sex=sex
        )
        for sex in sexes
    ]
    system.commit()
    return made


def test_one_number_is_told_alone(clerk: Client, world: World, system: ActorSession) -> None:
    said = preview(clerk, *approved(system, world, "1"))
    assert re.search(r" \d{17}$", said), said


def test_numbers_alike_are_told_from_first_to_last_with_their_count(
    clerk: Client, world: World, system: ActorSession
) -> None:
    said = preview(clerk, *approved(system, world, "1", "1", "1"))
    assert re.search(r"(?P<head>\d{11})000001 – (?P=head)000003，共 3 个$", said), said


def test_where_digits_before_the_serial_differ_the_serials_are_told(
    clerk: Client, world: World, system: ActorSession
) -> None:
    """First and last are of one sex, the one between of the other."""
    said = preview(clerk, *approved(system, world, "1", "2", "1"))
    assert "共 3 个：流水号 000001 至 000003，之前的数字随各条记录而定" in said, said

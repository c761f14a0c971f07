"""The start-up checks of machines find what they are there to find."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import ColumnElement

import models  # noqa: F401 -- registers every machine
from models.certification.choices import MaterialState
from models.certification.states import CONFIRM, MACHINE
from models.people.tables import Person
from models.text import Label, msg
from models.workflow import marks
from models.workflow.checks import check_machine
from models.workflow.machine import Context, Guard, Machine, Transition
from models.workflow.registry import machine_of, machines, register
from models.workflow.sql import there_is


@pytest.mark.parametrize("machine", machines(), ids=lambda machine: machine.name)
def test_every_machine_passes(machine: Machine) -> None:
    assert check_machine(machine) == []


def _with(transition: Transition) -> Machine:
    return replace(MACHINE, transitions=(transition,))


def test_who_is_assigned_stands_in_a_column_and_in_a_state() -> None:
    assert check_machine(replace(MACHINE, assigned={"sent": "reviewer"})) == [
        "certification: it is assigned in a state sent that does not exist",
        "certification: it is assigned by a column reviewer that does not exist",
    ]


def test_a_state_of_another_machine_is_found() -> None:
    wrong = replace(CONFIRM, target=MaterialState.received)
    assert check_machine(_with(wrong)) == [
        "certification: confirm: received is no state of this machine"
    ]


def test_a_column_that_does_not_exist_is_found() -> None:
    wrong = replace(CONFIRM, effects={"confirmed_on": marks.now})
    assert check_machine(_with(wrong)) == [
        "certification: confirm: it writes a column confirmed_on that does not exist"
    ]


def test_a_guard_without_its_input_is_found() -> None:
    wrong = replace(CONFIRM, inputs=())
    assert check_machine(_with(wrong)) == [
        "certification: confirm: guard materials waits for an input complete that nobody asks for"
    ]


def test_a_missing_label_is_found() -> None:
    wrong = replace(CONFIRM, label=Label("确认", ""))
    assert check_machine(_with(wrong)) == ["certification: confirm: it has no label"]


def test_two_transitions_of_one_name_are_found() -> None:
    doubled = replace(MACHINE, transitions=(CONFIRM, CONFIRM))
    assert check_machine(doubled) == ["certification: there are two transitions confirm"]


def test_a_column_that_forms_could_edit_is_found() -> None:
    wrong = replace(MACHINE, column="data_source", transitions=())
    assert check_machine(wrong) == [
        "certification: data_source could be edited in a form: it lacks machine=True"
    ]


def test_a_search_without_an_index_is_found() -> None:
    def same_address(e: object, _ctx: Context) -> ColumnElement[bool]:
        person = Person.__table__.alias("person_by_address")
        return there_is(person, person.c.address == e.address)  # type: ignore[attr-defined]  # any entity

    slow = replace(CONFIRM, guards=(Guard("slow", msg("Slow."), same_address),), inputs=())
    assert check_machine(_with(slow)) == [
        "certification: confirm: no index serves the search in person"
    ]


def test_a_table_has_one_machine() -> None:
    assert machine_of("certification_application") is MACHINE
    assert machine_of(Person) is None
    with pytest.raises(ValueError, match="certification_application has a machine already"):
        register(MACHINE)

"""Every machine by its table; areas register theirs when ``models`` is imported.

What moves states asks for :func:`machine_of`; what batches do asks for :func:`mover_of`, which
knows the tables without states too.
"""

from __future__ import annotations

from models.base.orm import Base
from models.workflow.machine import Machine

_machines: dict[str, Machine] = {}


def register(machine: Machine) -> Machine:
    """Enter a machine; a table has at most one."""
    table = machine.table.__tablename__
    if table in _machines:
        raise ValueError(f"{table} has a machine already")
    _machines[table] = machine
    return machine


def mover_of(table: type[Base] | str) -> Machine | None:
    """Return the machine of a mapped class or table name, with states or without; None for a table
    whose records are not changed many at once.
    """
    return _machines.get(table if isinstance(table, str) else table.__tablename__)


def machine_of(table: type[Base] | str) -> Machine | None:
    """Return the machine of a mapped class or table name; None for a table without states."""
    machine = mover_of(table)
    return machine if machine is not None and machine.has_states else None


def warning_codes() -> frozenset[str]:
    """Return the codes of all warnings that an installation may turn into refusals."""
    return frozenset(
        warning.code
        for machine in machines()
        for transition in machine.transitions
        for warning in transition.warnings
    )


def machines() -> tuple[Machine, ...]:
    """Return every machine."""
    return tuple(_machines.values())

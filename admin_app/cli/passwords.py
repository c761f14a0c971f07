"""Initial passwords that a command made: handed over to the terminal, once."""

from __future__ import annotations

from collections.abc import Callable
from typing import IO

from flask import current_app

from admin_app.cli.actor import command_actor
from admin_app.extensions import short_session
from models import clock
from models.accounts import handing_over
from models.accounts.handing_over import Slip
from models.accounts.tables_initial import HandedAs
from models.batch.tables import Batch
from models.transfer.writers import write_xlsx
from views.accounts.passwords import SHEET


def hand_over(batch_id: int, command: str, keep: Callable[[list[Slip]], None]) -> None:
    """Have the initial passwords of a batch that a command made kept; they can be had no more.
    Where ``keep`` fails they still can.
    """
    with short_session(command_actor(command)) as session:
        batch, who, now = session.get_one(Batch, batch_id), session.need_actor(), clock.now()
        handing_over.show(session, who, batch, now)
        keep(handing_over.take(session, who, batch, HandedAs.xlsx, now))


def write_slips(file: IO[bytes], slips: list[Slip]) -> None:
    """Write what each person is handed as a workbook."""
    base = str(current_app.config["BASE_URL"]).rstrip("/")
    address = f"{base}/login" if base else ""
    rows = [(slip.org, slip.name, slip.username, slip.password, address) for slip in slips]
    write_xlsx(file, SHEET, rows, "初始密码", lambda label: label.zh)
    file.flush()

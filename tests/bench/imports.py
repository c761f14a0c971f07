"""An import judged row by row: how much memory it takes, beside one of a tenth of its rows."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Engine, select

from models.reference.tables import Org
from tests.bench.measures import Figure

ROWS = 20_000
KIBIBYTES = 1024  # make one of the MiB that are told
HIGH_WATER = re.compile(r"VmHWM:\s+(\d+) kB")
PAUSE = 0.1


def imports(engine: Engine, ours: Mapping[str, str]) -> Figure:
    """Judge a file of sites and one of a tenth of them; nothing is saved."""
    wanted = select(Org.name, Org.region_code).where(Org.kind == "county").order_by(Org.id).limit(1)
    with engine.connect() as work:
        office, region = work.execute(wanted).one()
    few, many = (_peak(ours, office, region, rows) for rows in (ROWS // 10, ROWS))
    said = f"{many:.0f} against {few:.0f} MiB for {ROWS:,} and {ROWS // 10:,} rows"
    return Figure("Import judged: memory, ten times the rows / one", many / few, 3, True, said)


def _peak(ours: Mapping[str, str], office: str, region: str, rows: int) -> float:
    """Return the most memory that the command took, in MiB."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "sites.csv"
        lines = (f"确认点{number},确认点,{region},{office}\n" for number in range(rows))
        file.write_text("名称,类别,行政区划,上级机构\n" + "".join(lines), encoding="utf-8")
        command = [sys.executable, "-m", "flask", "--app", "admin_app", "import", "--dry-run"]
        begun = subprocess.Popen(
            [*command, "org", str(file)],
            env={**os.environ, **ours},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        most = 0
        while begun.poll() is None:
            most = max(most, _high_water(begun.pid))
            time.sleep(PAUSE)
        if begun.returncode:
            raise RuntimeError("the import was refused")
        return most / KIBIBYTES


def _high_water(process: int) -> int:
    """Return the most memory that a process has held so far, in KiB; 0 once it is gone."""
    try:
        told = Path(f"/proc/{process}/status").read_text("ascii")
    except OSError:
        return 0
    found = HIGH_WATER.search(told)
    return int(found[1]) if found else 0

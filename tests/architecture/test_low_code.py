"""A new reference table costs one mapped class and at most two lines of view."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def test_a_new_reference_table_has_every_page() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", HERE / "new_table.py"],
        cwd=HERE.parents[1],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "6 passed" in ran.stdout

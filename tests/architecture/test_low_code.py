"""A new table costs one mapped class, a machine if it has states, and two lines of view."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.mark.parametrize(
    ("tests", "passed"),
    [
        ("new_table.py", 6),
        ("new_machine.py", 11),  # all but one on either database
    ],
)
def test_a_new_table_has_every_page(tests: str, passed: int) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", HERE / tests],
        cwd=HERE.parents[1],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert f"{passed} passed" in ran.stdout

"""A new table costs one mapped class, a machine if it has states, and two lines of view."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


@pytest.mark.parametrize(
    ("tests", "passed"),
    [
        ("new_table.py", 7),
        ("new_machine.py", 11),  # all but one on either database
    ],
)
def test_a_new_table_has_every_page(tests: str, passed: int) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", HERE / tests],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert f"{passed} passed" in ran.stdout


def test_the_readme_shows_the_declaration_that_is_tried() -> None:
    source = (ROOT / "tests" / "support" / "enquiry.py").read_text("utf-8")
    declared = source[source.index("class EnquiryState") : source.index("#: In the product")]
    assert f"```python\n{declared.strip()}\n```" in (ROOT / "README.md").read_text("utf-8")

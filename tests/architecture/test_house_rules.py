"""Rules of the house that no linter knows."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture import sources

LONGEST_FILE_LINES = 300
#: Where a transaction may be ended: the request, commands, sign-in, jobs; nobody below decides
#: that.
MAY_COMMIT = ("admin_app/", "tests/", "views/base/request.py")
#: What belongs to this machine or to a package index must not be found in any file.
FOREIGN_TEXTS = (
    "files.pythonhosted" + ".org",
    "pypi" + ".org",
    "registry.npmjs" + ".org",
    "--index" + "-url",
    "--find" + "-links",
    "file" + ":///",
    "/wo" + "rk/",
    "/ro" + "ot/",
    "/ho" + "me/",
)


def found(lines_of: dict[str, list[int]]) -> list[str]:
    return [f"{file}:{line}" for file, lines in lines_of.items() for line in lines]


def test_imports_keep_to_the_floors() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter], cwd=sources.ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_file_is_long() -> None:
    long = {
        sources.name(path): count
        for path in sources.python_files()
        if (count := len(path.read_text("utf-8").splitlines())) > LONGEST_FILE_LINES
    }
    assert long == {}


def test_only_the_ground_floor_takes_the_sessions_connection() -> None:
    assert (
        found(
            {
                sources.name(path): sources.calls(path, "connection")
                for path in sources.python_files(*sources.CODE)
                if not sources.name(path).startswith("models/base/")
            }
        )
        == []
    )


def test_only_the_outermost_code_commits() -> None:
    assert (
        found(
            {
                sources.name(path): session_commits(path)
                for path in sources.python_files()
                if not sources.name(path).startswith(MAY_COMMIT)
            }
        )
        == []
    )


def session_commits(path: Path) -> list[int]:
    """Return the lines of ``session.commit()``; ``operations.commit(session, batch)`` is a verb
    of batches.
    """
    return [
        node.lineno
        for node in sources.nodes(path)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "commit"
        and not node.args
    ]


def test_now_comes_from_the_clock() -> None:
    forbidden = {"now", "utcnow", "today", "fromtimestamp", "utcfromtimestamp"}
    assert (
        found(
            {
                sources.name(path): [
                    node.lineno
                    for node in sources.nodes(path)
                    if isinstance(node, ast.Attribute)
                    and node.attr in forbidden
                    and isinstance(node.value, ast.Name)
                    and node.value.id in {"datetime", "date", "dt"}
                ]
                for path in sources.python_files(*sources.CODE)
                if sources.name(path) != "models/clock.py"
            }
        )
        == []
    )


def status_writes(path: Path) -> Iterator[int]:
    for node in sources.nodes(path):
        for target in node.targets if isinstance(node, ast.Assign) else []:
            if isinstance(target, ast.Attribute) and target.attr == "status":
                yield target.lineno


def test_only_the_engine_sets_a_status() -> None:
    assert (
        found(
            {
                sources.name(path): list(status_writes(path))
                for path in sources.python_files(*sources.CODE)
                if not sources.name(path).startswith("models/workflow/")
            }
        )
        == []
    )


@pytest.mark.parametrize("foreign", FOREIGN_TEXTS)
def test_nothing_names_a_package_index_or_a_path_of_one_machine(foreign: str) -> None:
    texts = {".py", ".toml", ".lock", ".md", ".html", ".js", ".css", ".cfg", ".po", ""}
    holders = [
        sources.name(path)
        for path in sources.kept_files()
        if path.suffix in texts and foreign in path.read_text("utf-8", errors="ignore")
    ]
    assert holders == []

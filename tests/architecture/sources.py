"""The project's own files, as the house rules read them."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE = ("admin_app", "models", "seed", "views")


def python_files(*folders: str) -> Iterator[Path]:
    """Yield the Python files below the folders, generated migrations left out."""
    for folder in folders or (*CODE, "tests"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "versions" not in path.parts:
                yield path


def name(path: Path) -> str:
    """Return a path as it is written in a rule."""
    return path.relative_to(ROOT).as_posix()


def nodes(path: Path) -> Iterator[ast.AST]:
    """Yield every node of a file's syntax tree."""
    yield from ast.walk(ast.parse(path.read_text("utf-8"), str(path)))


def calls(path: Path, attribute: str) -> list[int]:
    """Return the lines that call ``something.attribute(...)``."""
    return [
        node.lineno
        for node in nodes(path)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == attribute
    ]


def kept_files() -> list[Path]:
    """Return what git keeps or would keep: everything that is not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [ROOT / line for line in listed.stdout.split("\0") if line and (ROOT / line).is_file()]

"""Files that a command writes: whole or not at all, and for nobody's eyes but their owner's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

from models.errors import BadInput
from models.text import msg


@contextmanager
def whole_file(target: Path, *, replaces: bool = True) -> Iterator[IO[bytes]]:
    """Open a file that gets its name when all is written. Nothing stays of one that breaks off, or
    into which nothing was written.

    It is opened in the folder of its name, so that a place that takes nothing is known beforehand;
    persons are named in it, so only its owner may read it.

    :raises BadInput: when it cannot be written, or is there already and must not be replaced.
    """
    target = target.resolve()
    _need_free(target, replaces=replaces)
    with writing(target):
        file = NamedTemporaryFile(dir=target.parent, prefix=".", delete=False)  # noqa: SIM115 -- renamed
    made = Path(file.name)
    try:
        with file:
            yield file
            with writing(target):
                file.flush()
        _need_free(target, replaces=replaces)
        if made.stat().st_size:
            made.replace(target)
    finally:
        made.unlink(missing_ok=True)


@contextmanager
def writing(target: Path) -> Iterator[None]:
    """Say in words that a file could not be written: a full disk, a folder that takes nothing.

    :raises BadInput: naming it.
    """
    try:
        yield
    except OSError as error:
        raise _unwritable(target) from error


def _need_free(target: Path, *, replaces: bool) -> None:
    if target.exists() and not target.is_file():  # a folder, or a device
        raise _unwritable(target)
    if target.exists() and not replaces:
        raise BadInput(
            msg(
                "%(path)s is there already. Hand out what stands in it, delete it, and try again.",
                path=target,
            )
        )


def _unwritable(target: Path) -> BadInput:
    return BadInput(msg("%(path)s cannot be written. Name another file.", path=target))

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
    reserved = _reserved(target, replaces=replaces)
    with writing(target):
        file = NamedTemporaryFile(dir=target.parent, prefix=".", delete=False)  # noqa: SIM115 -- renamed
    made = Path(file.name)
    try:
        with file:
            yield file
            with writing(target):
                file.flush()
    except BaseException:
        made.unlink(missing_ok=True)
        _let_go(reserved)
        raise
    if made.stat().st_size:
        made.replace(target)  # should it fail, what was written stays beside
    else:
        made.unlink()
        _let_go(reserved)


@contextmanager
def writing(target: Path) -> Iterator[None]:
    """Say in words that a file could not be written: a full disk, a folder that takes nothing.

    :raises BadInput: naming it.
    """
    try:
        yield
    except OSError as error:
        raise _unwritable(target) from error


def _reserved(target: Path, *, replaces: bool) -> Path | None:
    """Take a name that must be new, so that nobody else takes it meanwhile; None for any other."""
    if target.exists() and not target.is_file():  # a folder, or a device
        raise _unwritable(target)
    if replaces:
        return None
    try:
        target.touch(0o600, exist_ok=False)
    except FileExistsError:
        raise BadInput(
            msg(
                "%(path)s is there already. Hand out what stands in it, delete it, and try again.",
                path=target,
            )
        ) from None
    except OSError as error:
        raise _unwritable(target) from error
    return target


def _let_go(reserved: Path | None) -> None:
    if reserved is not None:
        reserved.unlink(missing_ok=True)


def _unwritable(target: Path) -> BadInput:
    return BadInput(msg("%(path)s cannot be written. Name another file.", path=target))

"""Where the bytes of attachments lie: a folder outside the web root, under names that tell nothing.

Several nodes share the folder (NFS or the like), or give another class with these methods.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol

NAME = re.compile(r"[0-9a-f]{2}/[0-9a-f]{38}")
UNFINISHED = ".part"


class Storage(Protocol):
    """A place for bytes."""

    def keep(self, content: bytes) -> str:
        """Keep bytes under a new name and return it."""

    def gather(self, pieces: Iterable[bytes]) -> str:
        """Keep what comes piece by piece under a new name and return it."""

    def read(self, name: str) -> bytes:
        """Return what was kept under a name.

        :raises FileNotFoundError: when there is no such file.
        """

    def has(self, name: str) -> bool:
        """Say whether there is a file of this name."""

    def renew(self, name: str) -> bool:
        """Let a file count as new, for whoever is about to name it once more; False where there is
        none.
        """

    def open(self, name: str) -> BinaryIO:
        """Open what was kept under a name, to be read piece by piece.

        :raises FileNotFoundError: when there is no such file.
        """

    def forget(self, name: str) -> None:
        """Remove what was kept under a name; nothing happens where it is gone already."""

    def kept_before(self, moment: datetime) -> Iterator[str]:
        """Return the names under which something was kept before a moment."""

    def drop_unfinished(self, moment: datetime) -> int:
        """Remove what broke off half-written before a moment; return how many."""


class Folder:
    """Files in a folder, spread over 256 others."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def keep(self, content: bytes) -> str:
        """Keep bytes under a new random name and return it; a half-written file is never found."""
        return self.gather([content])

    def gather(self, pieces: Iterable[bytes]) -> str:
        """Keep what comes piece by piece like :meth:`keep`; nothing is kept of what breaks off."""
        token = secrets.token_hex(20)
        name = f"{token[:2]}/{token[2:]}"
        place = self._place(name)
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished = place.with_suffix(UNFINISHED)
        unfinished.touch(mode=0o600)
        try:
            with unfinished.open("wb") as file:
                file.writelines(pieces)
                file.flush()
                os.fsync(file.fileno())  # a row that names it must not outlive it
        except BaseException:
            unfinished.unlink()
            raise
        unfinished.replace(place)
        return name

    def read(self, name: str) -> bytes:
        """Return what was kept under a name.

        :raises FileNotFoundError: when there is no such file, or the name is none of ours.
        """
        return self._place(name).read_bytes()

    def has(self, name: str) -> bool:
        """Say whether there is a file of this name."""
        return NAME.fullmatch(name) is not None and self._place(name).is_file()

    def renew(self, name: str) -> bool:
        """Let a file count as new; False where there is none."""
        if not self.has(name):
            return False
        try:
            os.utime(self._place(name))
        except FileNotFoundError:
            return False
        return True

    def open(self, name: str) -> BinaryIO:
        """Open what was kept under a name, to be read piece by piece.

        :raises FileNotFoundError: when there is no such file, or the name is none of ours.
        """
        return self._place(name).open("rb")

    def forget(self, name: str) -> None:
        """Remove what was kept under a name; nothing happens where it is gone already."""
        self._place(name).unlink(missing_ok=True)

    def kept_before(self, moment: datetime) -> Iterator[str]:
        """Return the names under which something was kept before a moment."""
        for place in self._older(moment, "*/*"):
            name = place.relative_to(self.root).as_posix()
            if NAME.fullmatch(name):
                yield name

    def drop_unfinished(self, moment: datetime) -> int:
        """Remove what broke off half-written before a moment; return how many."""
        found = list(self._older(moment, f"*/*{UNFINISHED}"))
        for place in found:
            place.unlink(missing_ok=True)
        return len(found)

    def _older(self, moment: datetime, pattern: str) -> Iterator[Path]:
        for place in self.root.glob(pattern):
            try:
                if place.stat().st_mtime < moment.timestamp() and place.is_file():
                    yield place
            except FileNotFoundError:
                continue  # another node was quicker

    def _place(self, name: str) -> Path:
        if not NAME.fullmatch(name):
            raise FileNotFoundError(name)
        return self.root / name

"""The chain: how a head is made from the head before it and the rows in between.

``head = SHA-256(previous ⏎ (log ␠ id ␠ digest ⏎)… closing)``: first the rows of ``audit_log``,
then those of ``workflow_log``, each in the order of their ids; ``closing`` is canonical JSON of
``at`` and of last id and row count of both logs. Hashes are lower-case hexadecimal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from models.audit.canonical import Row, digest_of, instant_text, text_of
from models.audit.tables import AuditSeal

GENESIS = "0" * 64
#: Digits of a digest kept per row: enough to name a row; the whole digest is in the head.
MARK_DIGITS = 16
Mark = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Span:
    """What a seal covers of one log: up to which id, and how many rows."""

    last_id: int
    row_count: int


def spans_of(seal: AuditSeal) -> dict[str, Span]:
    """Return log → what the seal says to cover of it."""
    return {
        "audit_log": Span(seal.audit_last_id, seal.audit_row_count),
        "workflow_log": Span(seal.workflow_last_id, seal.workflow_row_count),
    }


@dataclass
class Link:
    """One link of the chain while its rows go by."""

    previous: str

    def __post_init__(self) -> None:
        self._hash = sha256(f"{self.previous}\n".encode())

    def follow(self, log: str, rows: Iterable[Row]) -> Iterator[Mark]:
        """Take in each row of a log as it passes, and yield its mark."""
        for row in rows:
            digest = digest_of(log, row)
            self._hash.update(f"{log} {row.id} {digest}\n".encode())
            yield row.id, digest[:MARK_DIGITS]

    def close(self, at: datetime, spans: dict[str, Span]) -> str:
        """Return the head."""
        closing = {log: [span.last_id, span.row_count] for log, span in spans.items()}
        self._hash.update(text_of({"at": instant_text(at), **closing}).encode())
        return self._hash.hexdigest()


def write_marks(marks: Iterable[Mark]) -> str:
    """Write marks as ``id:mark`` with spaces between."""
    return " ".join(f"{row_id}:{mark}" for row_id, mark in marks)


def read_marks(text: str) -> Iterator[Mark]:
    """Read what :func:`write_marks` wrote.

    :raises ValueError: for a text that it did not write.
    """
    for entry in text.split():
        row_id, mark = entry.split(":")
        yield int(row_id), mark

"""Exports of 25 columns: CSV beside ``psql \\copy``, XLSX beside stock Flask-Admin's exporter."""

from __future__ import annotations

import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy.engine import make_url

from tests.bench.measures import LIST, Figure, cookie_of, stock_cookie
from tests.bench.serving import Server, served
from tests.bench.stock import EXPORTED
from tests.support.postgresql import find_binaries

NAMES = [name.removesuffix("_id") for name in EXPORTED]
QUERY = f"sort=-submitted_at&cols={','.join(NAMES)}"
COPY = (
    f"\\copy (SELECT {', '.join(EXPORTED)} FROM certification_application"
    " ORDER BY submitted_at DESC NULLS LAST, id DESC) TO STDOUT (FORMAT csv)"
)
#: Of a million applications 100,000 have such a number.
BEGINNING = "B900000000000"
TENTH = f"filter=apply_no:prefix:{BEGINNING}"
STOCK_EXPORT = f"/admin/certificationapplication/export/xlsx/?flt0_apply_no_contains=%5E{BEGINNING}"
PIECE_BYTES = 1 << 20
MIB = 1 << 20


class Taken:
    """A file that was fetched: seconds to the first byte and to the last, and memory grown."""

    def __init__(self, server: Server, path: str, headers: Mapping[str, str]) -> None:
        before = server.memory_bytes()
        with _peak(server) as peak:
            begun = time.perf_counter()
            asked = urllib.request.Request(server.address + path, headers=dict(headers))
            with urllib.request.urlopen(asked, timeout=3600) as answer:
                answer.read(1)
                self.first = time.perf_counter() - begun
                while answer.read(PIECE_BYTES):
                    pass
            self.whole = time.perf_counter() - begun
        self.grown = max(peak[0] - before, 0) / MIB


@contextmanager
def _peak(server: Server) -> Iterator[list[int]]:
    """Watch the largest worker while the block runs."""
    found, over = [server.memory_bytes()], threading.Event()

    def watch() -> None:
        while not over.wait(0.05):
            found[0] = max(found[0], server.memory_bytes())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield found
    finally:
        over.set()
        watcher.join()


def exports(ours: Mapping[str, str], stock: Mapping[str, str], password: str) -> Iterator[Figure]:
    """Measure both kinds of files; the stock side exports as many rows as ours."""
    with served("admin_app:create_app()", ours) as server:
        cookie = cookie_of(server, "authority", password)
        Taken(server, f"{LIST}export/csv/?filter=status:eq:submitted&size=20", cookie)
        everything = Taken(server, f"{LIST}export/csv/?{QUERY}", cookie)
        tenth = Taken(server, f"{LIST}export/xlsx/?{QUERY}&{TENTH}", cookie)
    bare = _copied(stock["BENCH_URL"])
    with served("tests.bench.stock:create_app()", stock) as server:
        slow = Taken(server, STOCK_EXPORT, stock_cookie(server))
    said = f"{everything.whole:.1f} against {bare:.1f} seconds"
    yield Figure("CSV of all: ours / psql \\copy", everything.whole / bare, 2, True, said)
    yield Figure("CSV of all: first byte", everything.first, 0.5, True, "seconds")
    yield Figure("CSV of all: memory", everything.grown, 60, True, "MiB, largest worker")
    said = f"{slow.whole:.1f} against {tenth.whole:.1f} seconds"
    yield Figure("XLSX of a tenth: stock / ours", slow.whole / tenth.whole, 5, False, said)
    said = f"{tenth.grown:.0f} against {slow.grown:.0f} MiB"
    yield Figure(
        "XLSX of a tenth: memory, ours / stock", tenth.grown / slow.grown, 0.25, True, said
    )


def _copied(url: str) -> float:
    """Time what PostgreSQL's own client takes for the same rows and columns, unmasked and bare."""
    parts: Any = make_url(url)
    command = [str(find_binaries() / "psql"), "-qAtX", "-U", str(parts.username)]
    command += ["-h", str(parts.query["host"]), "-d", str(parts.database), "-c", COPY]
    begun = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True, timeout=3600)
    return time.perf_counter() - begun

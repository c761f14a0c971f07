"""``make bench``: this panel, stock Flask-Admin and bare SQL, on a million applications."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator

from admin_app import create_app
from admin_app.catalogue import compile_catalogue
from seed.demo.staff import DEMO_PASSWORD
from tests.bench import measures
from tests.bench.exports import exports
from tests.bench.imports import imports
from tests.bench.measures import Figure
from tests.bench.town import OPTIONS, build
from tests.support.postgresql import Cluster

ROWS = 1_000_000
KEY = "a key for benches only, of no use elsewhere"


def main() -> int:
    """Measure everything; return 1 when a bound is not kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS, help="applications in the town")
    parser.add_argument("--exports", action="store_true", help="measure exports and imports only")
    wanted = parser.parse_args()
    compile_catalogue()
    cluster = Cluster(OPTIONS)
    cluster.start()
    try:
        figures = list(_measure(cluster, wanted.rows, only_exports=wanted.exports))
    finally:
        cluster.stop()
    return 0 if all(figure.holds for figure in figures) else 1


def _measure(cluster: Cluster, rows: int, *, only_exports: bool) -> Iterator[Figure]:
    _say(f"A town of {rows:,} applications is being built ...")
    engine = build(cluster, rows)
    url = cluster.url("town")
    with tempfile.TemporaryDirectory() as instance:
        settings = {
            "ENV": "development",
            "SECRET_KEY": KEY,
            "INSTANCE": instance,
            "DATABASE_URL": url,
            "EXPORT_INLINE_ROWS": str(rows),  # the measured ones are sent at once
        }
        ours = {f"ADMIN_APP_{name}": value for name, value in settings.items()}
        stock = {"BENCH_URL": url}
        if not only_exports:
            yield _told(measures.statements(create_app(settings), engine, DEMO_PASSWORD))
            yield from map(_told, measures.lists(engine, ours, stock, DEMO_PASSWORD))
        yield from map(_told, exports(ours, stock, DEMO_PASSWORD))
        yield _told(imports(engine, ours))
        if not only_exports:
            yield _told(measures.depth(ours, engine, DEMO_PASSWORD, rows // 2))
            yield _told(measures.batch(engine, rows // 10))
    engine.dispose()


def _told(figure: Figure) -> Figure:
    bound = f"{'at most' if figure.at_most else 'at least'} {figure.bound:g}"
    mark = "ok " if figure.holds else "BAD"
    _say(f"{mark} {figure.name}: {figure.value:.2f} ({bound}; {figure.detail})")
    return figure


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 -- the bench's output


if __name__ == "__main__":
    sys.exit(main())

"""What is measured: lists beside stock Flask-Admin, depth, a large batch beside a bare UPDATE."""

from __future__ import annotations

import re
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar
from typing import Any

from flask import Flask
from sqlalchemy import Engine, event, select, text

from models.accounts.queries import actor_named
from models.base.actor import Actor, system_actor
from models.base.session import ActorSession
from models.batch.operations import commit, pin, preview
from models.certification.tables import CertificationApplication
from tests.bench.serving import Server, ask, requests_per_second, served
from views.base.keyset import write_token

LIST = "/admin/certification_application/"
QUERY = "?filter=status:eq:submitted&sort=-submitted_at"
#: Whose lists the memory of the web process is measured over, and which.
USERS = ("authority", "confirm", "viewer", "sysadmin")
LISTS = (
    LIST + QUERY,
    f"{LIST}?filter=submitted_at:ge:-7d&sort=name",
    *(f"/admin/{name}/" for name in ("org", "subject", "notice", "region", "code_item")),
)
#: How many requests the memory of the web process is measured after.
FEW, MANY = 200, 2_000
STOCK_LIST = "/admin/certificationapplication/?flt0_status_equals=submitted&sort=7&desc=1"


@dataclass(frozen=True)
class Figure:
    """One measured number beside the bound that it must keep; ``at_most`` False: at least."""

    name: str
    value: float
    bound: float
    at_most: bool
    detail: str

    @property
    def holds(self) -> bool:
        """Say whether the bound is kept."""
        return self.value <= self.bound if self.at_most else self.value >= self.bound


def cookie_of(server: Server, username: str, password: str) -> dict[str, str]:
    """Sign in as a browser does; return the header that carries the session."""
    jar = CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    page = browser.open(f"{server.address}/login").read().decode()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token is not None
    fields = {"csrf_token": token[1], "username": username, "password": password}
    browser.open(f"{server.address}/login", urllib.parse.urlencode(fields).encode())
    return _carried(jar)


def _carried(jar: CookieJar) -> dict[str, str]:
    return {"Cookie": "; ".join(f"{each.name}={each.value}" for each in jar)}


def stock_cookie(server: Server) -> dict[str, str]:
    """Sign in to the stock app; return the header that carries the session."""
    jar = CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    browser.open(f"{server.address}/login").close()
    return _carried(jar)


def lists(
    engine: Engine, ours: Mapping[str, str], stock: Mapping[str, str], password: str
) -> Iterator[Figure]:
    """Measure a filtered and sorted list, ours and stock, and the memory that it leaves behind."""
    with served("admin_app:create_app()", ours) as server:
        cookie = cookie_of(server, "authority", password)
        fast = requests_per_second(f"{server.address}{LIST}{QUERY}", cookie)
        yield _memory(server, [cookie_of(server, each, password) for each in USERS])
    slow = _stock(stock)
    said = f"{fast:.1f} against {slow:.1f} requests a second"
    yield Figure("list: ours / stock on the same table", fast / slow, 4, False, said)
    with _index_for_stock(engine):
        slow = _stock(stock)
    said = f"{fast:.1f} against {slow:.1f} requests a second"
    name = "list: ours / stock with an index added for its ORDER BY"
    yield Figure(name, fast / slow, 4, False, said)


def _stock(environ: Mapping[str, str]) -> float:
    with served("tests.bench.stock:create_app()", environ) as server:
        return requests_per_second(f"{server.address}{STOCK_LIST}", stock_cookie(server))


@contextmanager
def _index_for_stock(engine: Engine) -> Iterator[None]:
    """Spare stock the sort of the whole state: it writes no NULLS clause, so that none of the
    table's own indexes serves it.
    """
    with engine.begin() as connection:
        connection.execute(
            text("CREATE INDEX for_stock ON certification_application (submitted_at)")
        )
    yield
    with engine.begin() as connection:
        connection.execute(text("DROP INDEX for_stock"))


def _memory(server: Server, cookies: Sequence[Mapping[str, str]]) -> Figure:
    """Compare the memory of the web process after many requests, of several users for several
    lists, with that after some.
    """
    asked = [(server.address + list_, cookie) for cookie in cookies for list_ in LISTS]
    ask(asked, FEW)
    before = server.memory_bytes()
    ask(asked, MANY - FEW)
    after = server.memory_bytes()
    name = f"memory after {MANY:,} / after {FEW} requests"
    said = f"{after >> 20} against {before >> 20} MiB, resident, largest worker, {len(asked)} pages"
    return Figure(name, after / before, 1.1, True, said)


def statements(app: Flask, engine: Engine, password: str) -> Figure:
    """Count the statements of one list."""
    from tests.support.http import Client

    client = Client(app.test_client())
    client.login("authority", password)
    client.get(LIST + QUERY)
    seen: list[str] = []
    with app.app_context():
        from admin_app.extensions import db

        event.listen(db.engine, "before_cursor_execute", lambda _c, _k, sql, *_: seen.append(sql))
    assert client.get(LIST + QUERY).status_code == 200
    return Figure("statements of a list", len(seen), 10, True, "with session, frame and facets")


def depth(ours: Mapping[str, str], engine: Engine, password: str, at: int) -> Figure:
    """Compare the first page of the whole list with the one behind row ``at``."""
    row = "SELECT submitted_at, id FROM certification_application WHERE org_id = (SELECT"
    row += " scope_org_id FROM user_role r JOIN user_account u ON u.id = r.user_id WHERE"
    row += " u.username = 'authority' LIMIT 1) ORDER BY submitted_at DESC NULLS LAST, id DESC"
    with engine.connect() as connection:
        found = connection.execute(text(f"{row} OFFSET {at} LIMIT 1")).one()
    token = write_token([found.submitted_at, found.id])
    with served("admin_app:create_app()", ours) as server:
        cookie = cookie_of(server, "authority", password)
        address = f"{server.address}{LIST}?sort=-submitted_at"
        first = requests_per_second(address, cookie)
        deep = requests_per_second(f"{address}&after={token}", cookie)
    said = f"{1000 / deep:.2f} against {1000 / first:.2f} ms a request (8 at once)"
    return Figure(f"page at depth {at:,} / first page", first / deep, 1.5, True, said)


@contextmanager
def stopwatch() -> Iterator[list[float]]:
    """Yield a list that holds the seconds of the block when it has ended."""
    took: list[float] = []
    begun = time.perf_counter()
    yield took
    took.append(time.perf_counter() - begun)


def batch(engine: Engine, rows: int) -> Figure:
    """Compare approving applications, with history, audit and ledger, with one bare UPDATE."""
    with ActorSession(bind=engine) as session:
        session.act_as(system_actor("bench"))
        who = actor_named(session, "authority")
    bare = min(_bare_update(engine, rows) for _ in range(2))  # the first finds cold pages
    whole = _approve(engine, who, rows)
    said = f"{whole:.1f} against {bare:.1f} seconds for {rows:,} rows"
    return Figure("approving / bare UPDATE", whole / bare, 4, True, said)


def _confirmed(limit: int) -> Any:
    cls: Any = CertificationApplication
    made = cls.apply_no.startswith("B9")  # those of the town: the demo's may have faults
    wanted = select(cls.id).where(cls.status == "confirmed", made).order_by(cls.id).limit(limit)
    return select(cls).where(cls.id.in_(wanted))


def _bare_update(engine: Engine, rows: int) -> float:
    """Time the UPDATE that the batch does, on as many rows of the same state, and take it back."""
    update = text(
        "UPDATE certification_application SET status = 'approved_unnumbered', reviewed_at = now(),"
        " reviewed_by = 1, review_opinion = 'x', updated_at = now(), updated_by = 1,"
        " version = version + 1 WHERE id IN (SELECT id FROM certification_application"
        " WHERE status = 'confirmed' ORDER BY id DESC LIMIT :rows)"
    )
    with engine.connect() as connection:
        with stopwatch() as took:
            connection.execute(update, {"rows": rows})
        connection.rollback()
    return took[0]


def _approve(engine: Engine, who: Actor, rows: int) -> float:
    with ActorSession(bind=engine) as session:
        session.act_as(who)
        made = pin(session, who, CertificationApplication, "approve", _confirmed(rows))
        preview(session, made)
        session.commit()
        with stopwatch() as took:
            done = commit(session, made)
            session.commit()
        if done.done_count != rows:
            raise RuntimeError(f"only {done.done_count} of {rows} rows were approved")
    return took[0]

"""PostgreSQL's COPY, under the session's scope: the server writes a CSV file by itself, which no
other way of fetching rows comes near.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, Final

from sqlalchemy import Select, func, select

from models.base.session import ActorSession, in_scope

ROWS_AT_ONCE: Final = 500


def can_copy(session: ActorSession) -> bool:
    """Say whether the session's database knows COPY."""
    return session.get_bind().dialect.name == "postgresql"


def copied_rows(
    session: ActorSession, statement: Select[Any], hear: Callable[[int], None]
) -> Iterator[bytes]:
    """Yield the rows of a SELECT as lines of CSV (RFC 4180), some hundred at a time; ``hear`` is
    told how many have been fetched.

    The statement is judged and narrowed like any other of the session's. Whoever stops asking
    cancels it: the cursor is closed, and the connection is the session's again.
    """
    ours = in_scope(session, statement)
    # A role or a database may be set to write dates in another way.
    session.execute(select(func.set_config("DateStyle", "ISO, YMD", True)))
    connection = session.connection()
    compiled: Any = ours.compile(
        dialect=connection.dialect, compile_kwargs={"render_postcompile": True}
    )
    driver: Any = connection.connection.driver_connection
    command = f"COPY ({compiled.string}) TO STDOUT (FORMAT csv)"
    with driver.cursor() as cursor, cursor.copy(command, compiled.params) as lines:
        # The server sends every row as a message of its own, which ends with a line feed.
        rows = (line[:-1] for line in lines)
        fetched = 0
        while piece := list(islice(rows, ROWS_AT_ONCE)):
            hear(fetched := fetched + len(piece))
            yield b"\r\n".join([*piece, b""])

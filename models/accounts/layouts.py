"""How a person wants one list laid out: columns in order, order of the rows, size of a page."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from models.accounts.preferences import Density, kept_of, value_of
from models.accounts.tables_settings import UserPreference
from models.base.session import ActorSession


@dataclass(frozen=True, slots=True)
class Layout:
    """What a person has chosen for one list; empty, or 0, is what the grid declares."""

    cols: tuple[str, ...] = ()
    sort: tuple[str, ...] = ()
    size: int = 0
    density: str = ""


def layout_of(session: ActorSession, table: str) -> Layout:
    """Return the layout that the session's user has chosen for a list."""
    return layout_in(value_of(session, session.need_actor().user_id, key_of(table)))


def key_of(table: str) -> str:
    """Return the key under which a person keeps the layout of a list."""
    return f"list:{table}"


def layout_in(kept: object) -> Layout:
    """Return the layout in a kept value; junk counts as no choice."""
    value = kept if isinstance(kept, dict) else {}
    size, density = value.get("size"), value.get("density")
    return Layout(
        cols=_names(value.get("cols")),
        sort=_names(value.get("sort")),
        size=size if isinstance(size, int) else 0,
        density=density if density in Density.labels() else "",
    )


def keep_layout(session: ActorSession, table: str, layout: Layout) -> None:
    """Keep the layout of a list for the session's user; the usual one is kept by forgetting."""
    found = _kept(session, table)
    if layout == Layout():
        if found is not None:
            session.delete(found)
        return
    value = {name: chosen for name, chosen in asdict(layout).items() if chosen}
    if found is None:
        user_id = session.need_actor().user_id
        session.add(UserPreference(user_id=user_id, key=key_of(table), value=value))
    else:
        found.value = value


def _kept(session: ActorSession, table: str) -> UserPreference | None:
    return kept_of(session, session.need_actor().user_id, key_of(table))


def _names(value: Any) -> tuple[str, ...]:
    return tuple(name for name in value if isinstance(name, str)) if isinstance(value, list) else ()

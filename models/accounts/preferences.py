"""How a person wants the panel to look, on whatever device: language, theme, height of rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import bindparam, select

from models.accounts.tables_settings import UserPreference
from models.base.choices import Choice
from models.base.criteria import MADE_ONCE
from models.base.session import ActorSession

KEY = "display"


#: Made once: pages ask for it again and again.
_VALUE = (
    select(UserPreference.value)
    .where(UserPreference.user_id == bindparam("user_id"), UserPreference.key == bindparam("key"))
    .execution_options(**{MADE_ONCE: True})
)


class Theme(Choice):
    """Which of the two themes is shown."""

    auto = "auto", "跟随系统", "As the system"
    light = "light", "浅色", "Light"
    dark = "dark", "深色", "Dark"


class Density(Choice):
    """How high the rows of lists are."""

    comfortable = "comfortable", "宽松", "Comfortable"
    standard = "standard", "标准", "Standard"
    compact = "compact", "紧凑", "Compact"


@dataclass(frozen=True, slots=True)
class Display:
    """What a person has chosen; None leaves it to the device."""

    language: str | None = None
    theme: str | None = None
    density: str | None = None


def display_of(session: ActorSession, user_id: int) -> Display:
    """Return what a user has chosen."""
    found = kept_of(session, user_id, KEY)
    return display_in(found.value if found is not None else None)


def display_in(value: object) -> Display:
    """Return the choices in a kept value; junk counts as no choice."""
    kept = value if isinstance(value, dict) else {}
    language = kept.get("language")
    return Display(
        language=language if isinstance(language, str) else None,
        theme=_one_of(Theme, kept.get("theme")),
        density=_one_of(Density, kept.get("density")),
    )


def choose(session: ActorSession, user_id: int, chosen: Mapping[str, str]) -> Display:
    """Keep some of a user's choices and leave the others as they are.

    ``chosen`` names fields of :class:`Display`; whoever reads them back judges the values.
    """
    display = replace(display_of(session, user_id), **chosen)
    keep(session, user_id, KEY, asdict(display))
    return display


def keep(session: ActorSession, user_id: int | None, key: str, value: object) -> None:
    """Keep a value under a key of a user; the system keeps nothing."""
    found = kept_of(session, user_id, key)
    if found is not None:
        found.value = value
    elif user_id is not None:
        session.add(UserPreference(user_id=user_id, key=key, value=value))


def kept_of(session: ActorSession, user_id: int | None, key: str) -> UserPreference | None:
    """Return what a user keeps under a key, None where it is nothing."""
    found: UserPreference | None = session.scalar(
        select(UserPreference).where(UserPreference.user_id == user_id, UserPreference.key == key)
    )
    return found


def value_of(session: ActorSession, user_id: int | None, key: str) -> Any:
    """Return the value that a user keeps under a key, to be read alone; None where it is none."""
    return session.scalar(_VALUE, {"user_id": user_id, "key": key})


def _one_of(choices: type[Choice], value: object) -> str | None:
    return value if isinstance(value, str) and value in choices.labels() else None

"""What is known of the signed-in person in this request beside the actor: how he wants the panel to
look, and what he owes before anything else.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import Flask, g

from models.accounts.bearer import Held
from models.accounts.duties import Duty
from models.accounts.preferences import Display

#: The languages of the panel, the default first, each under its own name.
LANGUAGES = {"zh_Hans_CN": "中文", "en": "English"}


@dataclass(frozen=True, slots=True)
class Visit:
    """A person in one request; a visitor has chosen nothing, owes nothing and sees nothing."""

    display: Display = field(default_factory=Display)
    duty: Duty | None = None
    #: Why he looks at personal data, as he said earlier in this session (reading 6).
    purpose: str = ""
    #: All roles that he holds, whichever he acts in.
    roles: tuple[Held, ...] = ()


def install(app: Flask) -> None:
    """Offer ``visit()`` to the templates."""
    app.jinja_env.globals["visit"] = visit


def begin(visit: Visit) -> None:
    """Keep what is known for this request."""
    g.visit = visit


def visit() -> Visit:
    """Return what is known in this request."""
    found: Visit = g.get("visit") or Visit()
    return found

"""Forms that came after their session had ended: shown again as they were filled in, neither judged
nor written, when their sender is back.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import Flask, current_app, request

#: Name in a post by which a form is shown and not carried out.
DRAFT = "draft"
_MARK = "shows_drafts"
View = TypeVar("View", bound=Callable[..., object])


def install(app: Flask) -> None:
    """Let the templates say of a form that it is a draft."""
    app.jinja_env.globals["is_draft"] = is_draft


def shows_drafts(view: View) -> View:
    """Mark a view that asks :func:`is_draft` before it judges or writes anything."""
    setattr(view, _MARK, True)
    return view


def can_be_draft(endpoint: str | None) -> bool:
    """Say whether what is sent to an endpoint can be shown again as a draft."""
    view = current_app.view_functions.get(endpoint or "")
    return bool(getattr(view, _MARK, False))


def is_draft() -> bool:
    """Say whether the request's form is to be shown only."""
    return request.method == "POST" and request.form.get(DRAFT) == "1"

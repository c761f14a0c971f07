"""Language, theme and height of rows, kept for every device."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from flask import flash, request
from flask.typing import ResponseReturnValue

from models.accounts.preferences import Density, Theme, choose
from models.errors import BadInput
from models.text import msg
from views.base.request import actor, commit, session, translate
from views.base.visit import LANGUAGES
from views.me.frame import onward, pages, section

_OFFERED: Mapping[str, Collection[str]] = {
    "language": LANGUAGES,
    "theme": Theme.labels(),
    "density": Density.labels(),
}


@pages.route("/display/", methods=["GET", "POST"])
def display() -> ResponseReturnValue:
    """Show the choices, or keep those that were sent."""
    if request.method != "POST":
        return section("display", "display", themes=Theme, densities=Density, languages=LANGUAGES)
    chosen = {name: request.form[name] for name in _OFFERED if name in request.form}
    if any(value not in _OFFERED[name] for name, value in chosen.items()):
        raise BadInput(msg("There is no such choice. Load the page again."))
    user_id = actor().user_id
    if user_id is not None:
        choose(session(), user_id, chosen)
        commit()
    if "quiet" in request.form:  # the page has changed its looks already and stays where it is
        return "", 204
    flash(translate(msg("Your display settings are saved, for every device.")), "success")
    return onward("display")

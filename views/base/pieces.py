"""Pieces of pages that are the same for many requests: rendered once, filled in for each."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from flask import Flask
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup, escape

from views.base import rights
from views.base.request import locale

#: Pieces held at once, some 10 kB each; a process that holds more begins anew.
MOST_PIECES = 400
#: What stands in a held piece for the request's own: its token, and one value that a page fills
#: in. No text of a page holds a NUL.
TOKEN, OWN = "\0token\0", "\0own\0"


class Pieces:
    """The pieces of one app. What a piece shows must follow from its name and key, from the
    language and from the reader's standing; these two are added to every key here.

    With ``distrustful`` each is rendered every time, and must be what is held: no key is forgotten
    where tests go.
    """

    def __init__(self, *, distrustful: bool = False) -> None:
        self._held: dict[Hashable, str] = {}
        self._distrustful = distrustful

    def kept(self, name: str, *key: Hashable, caller: Callable[[], str], own: str = "") -> Markup:
        """Return a piece; ``caller`` renders it where it is not held, with ``own_value`` where
        ``own`` shall stand.

        :raises RuntimeError: for a piece that shows what its key does not tell, in tests.
        """
        place = (name, locale(), rights.standing(), key)
        found = self._held.get(place)
        if found is None or self._distrustful:
            made = caller().replace(generate_csrf(), TOKEN)
            if found not in (None, made):
                raise RuntimeError(f"{name}: the key of this piece lacks what it depends on")
            found = self._hold(place, made)
        if TOKEN in found:
            found = found.replace(TOKEN, generate_csrf())
        return Markup(found.replace(OWN, escape(own)))  # noqa: S704 -- rendered by a template

    def _hold(self, place: Hashable, made: str) -> str:
        if len(self._held) >= MOST_PIECES:
            self._held.clear()
        self._held[place] = made
        return made


def install(app: Flask) -> None:
    """Offer ``kept`` and ``own_value`` to the templates: ``{% call kept("name", key…) %}``."""
    pieces = Pieces(distrustful=app.config["ENV"] == "testing")
    app.jinja_env.globals.update(kept=pieces.kept, own_value=OWN)

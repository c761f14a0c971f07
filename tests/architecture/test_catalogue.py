"""Every text of the panel has its Chinese translation."""

from __future__ import annotations

import re

from babel.messages.catalog import Catalog, Message

from admin_app import catalogue
from admin_app.catalogue import texts_of as texts

PLACES = re.compile(r"%\((\w+)\)")


def test_every_message_is_in_the_catalogue() -> None:
    known = {message.id for message in catalogue.read()}
    missing = [message.id for message in catalogue.extract() if message.id not in known]
    assert missing == [], "run: make texts"


def test_every_message_is_translated() -> None:
    assert catalogue.untranslated(catalogue.read()) == []


def test_an_empty_plural_and_a_guess_count_as_untranslated() -> None:
    found = Catalog(locale=catalogue.LOCALE)
    found.add(("%(num)s row", "%(num)s rows"), ("",))
    found.add("Guessed", "猜的", flags=["fuzzy"])
    found.add("Known", "已知")
    assert len(catalogue.untranslated(found)) == 2


def test_a_translation_keeps_the_places_of_its_message() -> None:
    wrong = [
        message.id
        for message in catalogue.read()
        if message.id and any(_places(text) != _places_of(message) for text in texts(message))
    ]
    assert wrong == []


def _places(text: str) -> set[str]:
    return set(PLACES.findall(text))


def _places_of(message: Message) -> set[str]:
    """Return the places of a message; of one with plurals, those of its last form."""
    return _places(message.id if isinstance(message.id, str) else message.id[-1])

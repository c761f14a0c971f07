"""Every text of the panel has its Chinese translation."""

from __future__ import annotations

import re

from admin_app import catalogue

PLACES = re.compile(r"%\((\w+)\)")


def test_every_message_is_in_the_catalogue() -> None:
    known = {message.id for message in catalogue.read()}
    missing = [message.id for message in catalogue.extract() if message.id not in known]
    assert missing == [], "run: make texts"


def test_every_message_is_translated() -> None:
    assert catalogue.untranslated(catalogue.read()) == []


def test_a_translation_keeps_the_places_of_its_message() -> None:
    wrong = [
        message.id
        for message in catalogue.read()
        if isinstance(message.id, str)
        and isinstance(message.string, str)
        and message.string
        and set(PLACES.findall(message.id)) != set(PLACES.findall(message.string))
    ]
    assert wrong == []

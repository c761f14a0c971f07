"""Optimistic versions: a stale form overwrites nothing, but shows theirs and yours, field
by field.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

from flask import request
from sqlalchemy.orm.attributes import set_committed_value

from models.errors import Conflict
from models.text import msg
from views.base.form import BASE, VERSION, RecordForm, digest, read_base

#: Who changed a field since the form was loaded; ``unknown`` where the form does not say what it
#: was made from.
Changed = Literal["you", "them", "both", "unknown"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of a stale form. ``yours`` and ``theirs`` are what a post would carry, ``*_shown``
    what is read.
    """

    name: str
    label: Any
    theirs: str
    theirs_shown: str
    yours: str
    yours_shown: str
    changed: Changed


def posted_version() -> int | None:
    """Return the version that the form was made from; None for junk, which is a conflict too."""
    text = request.form.get(VERSION, "")
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else None


def check_version(record: Any) -> None:
    """Refuse a form that was made from another version, and make the UPDATE carry this one.

    :raises Conflict: when the record has moved on since.
    """
    posted = posted_version()
    if posted != record.version:
        raise Conflict(msg("Somebody else has changed this record since you opened it."))
    set_committed_value(record, "version", posted)


def differences(form: RecordForm) -> list[Difference]:
    """Return the fields in which the post differs from the record as it now stands."""
    base = read_base(request.form.get(BASE))
    return [
        Difference(
            name=name,
            label=field.label.text,
            theirs=field.text(field.object_data),
            theirs_shown=field.shown(field.object_data),
            yours=field.typed or "",
            yours_shown=field.shown(field.data) if not field.process_errors else field.typed or "",
            changed=_who(base.get(name), field.text(field.object_data), field.typed or ""),
        )
        for name, field in form.fields()
        if field.changed
    ]


def _who(base: str | None, theirs: str, yours: str) -> Changed:
    if base is None:
        return "unknown"
    you, them = digest(yours) != base, digest(theirs) != base
    if you and them:
        return "both"
    return "you" if you else "them"

"""The restriction library: entries of other offices, some against the demo's applicants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from sqlalchemy.orm import Session

from models import clock
from models.base.actor import Actor
from models.reference.tables import Org
from models.restriction.tables import RestrictionEntry
from seed.demo.cases import Case
from seed.demo.history import Event
from seed.demo.orgs import Tree
from seed.demo.people import People, Place
from seed.demo.places import REVIEWING

#: Type, its length in years (None for life), and the document it rests on.
_TYPES = (
    ("exam_cheat", 3, "教师资格考试违规处理决定书"),
    ("revoked_fraud", 5, "撤销教师资格决定书（弄虚作假）"),
    ("revoked_conduct", 5, "撤销教师资格决定书（品行不良）"),
    ("forfeited", None, "丧失教师资格决定书"),
)
#: How many people who never applied are restricted, and what became of further entries.
_STRANGERS = 24
_OTHER_ENDS = (
    "pending",
    "pending",
    "pending",
    "rejected",
    "rejected",
    "lifted",
    "lifted",
    "over",
    "over",
)


@dataclass(frozen=True, slots=True)
class _Subject:
    name: str
    id_type: str
    id_no: str


def make_restrictions(
    session: Session, rng: Random, tree: Tree, people: People, applicants: Sequence[Case]
) -> list[tuple[RestrictionEntry, str]]:
    """Make the entries, all waiting for review; return each with what is to become of it.

    ``applicants`` get an entry that is in force today, so that their next step is refused.
    """
    offices = [tree.authorities[code] for code in REVIEWING]
    place = Place("370102", "山东省济南市历下区")
    strangers = [people.make(place, (1, 2, 3)).fields for _ in range(_STRANGERS + len(_OTHER_ENDS))]
    meant = [(case.applicant.fields, "reviewed") for case in applicants]
    meant += [(fields, "reviewed") for fields in strangers[:_STRANGERS]]
    meant += list(zip(strangers[_STRANGERS:], _OTHER_ENDS, strict=True))
    made = []
    for number, (fields, end) in enumerate(meant):
        subject = _Subject(fields["name"], fields["id_type"], fields["id_no"])
        days = 9 if number < len(applicants) else rng.randrange(40, 700)
        made.append((_entry(rng, subject, offices[number % len(offices)], days, end), end))
    session.add_all(entry for entry, _ in made)
    session.flush()
    return made


def _entry(rng: Random, subject: _Subject, org: Org, days: int, end: str) -> RestrictionEntry:
    kind, years, basis = _TYPES[0] if end == "over" else rng.choice(_TYPES)
    since = clock.today() - timedelta(days=days if end != "over" else 1500)
    until = date(since.year + years, since.month, min(since.day, 28)) if years else None
    return RestrictionEntry(
        name=subject.name,
        id_type=subject.id_type,
        id_no=subject.id_no,
        type=kind,
        effective_from=since,
        effective_to=until,
        basis=f"{basis}〔{since.year}〕{rng.randrange(1, 60)}号",
        org=org,
    )


#: What becomes of an entry → what its reviewer does, how many days ago, and why.
_DEEDS: dict[str, tuple[tuple[str, int, str | None], ...]] = {
    "reviewed": (("review", 7, None),),
    "over": (("review", 7, None),),
    "lifted": (("review", 7, None), ("lift", 3, "复议后撤销原决定")),
    "rejected": (("reject", 6, "依据文书不全，退回补充"),),
    "pending": (),
}


def review_events(
    made: Sequence[tuple[RestrictionEntry, str]], reviewers: dict[int, Actor]
) -> list[Event]:
    """Return what the offices' reviewers do with the entries, each office all at once."""
    found: dict[tuple[int, str], Event] = {}
    for entry, end in made:
        for action, days, reason in _DEEDS[end]:
            at = clock.day_start(clock.today()) - timedelta(days=days, hours=-10)
            inputs = {"input_reason": reason} if reason else {}
            event = Event(at, reviewers[entry.org_id], RestrictionEntry, action, inputs)
            found.setdefault((entry.org_id, action), event).ids.append(entry.id)
    return list(found.values())

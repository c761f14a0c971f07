"""Proof that certificate numbers are what the rules promise, or the first that are not.

One statement reads everything, so that all of it is of one moment, on either database; whatever
the number of certificates, only the counter-examples leave the database (reading 15).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select, union_all

from models.audit.verify import archived_until
from models.base.actor import Actor
from models.base.columns import meta
from models.base.session import ActorSession
from models.certification import verify_records, verify_sequences
from models.certification.tables_certificate import Certificate
from models.certification.verify_sequences import within
from models.text import Label, Message, msg
from models.workflow import sql

#: Counter-examples shown of each property.
EXAMPLES = 5
SAYS: Mapping[str, Message] = {
    "repeated": msg("%(number)s: its serial stands on another certificate of that year too."),
    "twice": msg("%(number)s: two certificates bear this number."),
    "gap": msg("%(number)s follows serial %(found)s: what should stand between them is missing."),
    "numbered_later": msg("%(number)s was issued before %(found)s, which has a smaller serial."),
    "reviewed_later": msg(
        "%(number)s was reviewed before %(found)s of the same batch, which has a smaller serial."
    ),
    "digits": msg("%(number)s is no certificate number."),
    "printed": msg("%(number)s is printed as %(found)s."),
    "head": msg(
        "%(number)s begins with %(found)s;"
        " year, authority, type and sex of the certificate give %(wanted)s."
    ),
    "type": msg("%(number)s says type %(found)s, the certificate type %(wanted)s."),
    "unrecorded": msg("%(number)s: no numbering of its application is on record."),
    "recorded_otherwise": msg("%(number)s: its application was not numbered exactly once."),
    "issued_otherwise": msg("%(number)s: the batch that made it has issued %(found)s."),
    "no_application": msg("%(number)s: there is no application for it."),
    "not_numbered": msg("%(number)s: its application is not in the state “numbered”."),
    "differs": msg("%(number)s: “%(found)s” differs between certificate and application."),
    "no_certificate": msg("Application %(number)s is numbered, and there is no certificate."),
    "counter": msg(
        "The counter of %(number)s stands at %(found)s, the last certificate at %(wanted)s."
    ),
    "uncounted": msg("%(number)s: there is no counter; the last certificate has %(wanted)s."),
}


@dataclass(frozen=True, slots=True)
class Example:
    """One counter-example: the certificate, or the application that has none, and what is wrong."""

    certificate_id: int | None
    application_id: int | None
    number: str
    message: Message


@dataclass(frozen=True, slots=True)
class Finding:
    """What a property came to: how often it is violated, and the first counter-examples."""

    code: str
    label: Label
    count: int
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """All properties, the number of certificates they were asked of, and until when the history
    of numbering lies in an archive.
    """

    certificates: int
    archived_until: datetime | None
    findings: tuple[Finding, ...]

    @property
    def holds(self) -> bool:
        """Whether every property holds."""
        return not any(finding.count for finding in self.findings)


PROPERTIES: Mapping[str, Label] = {
    "unique": Label("不重号", "No duplicate"),
    "gapless": Label("不断号", "No gap"),
    "ordered": Label("先后相符", "Order of review and numbering"),
    "decoded": Label("号码与证书相符", "The number says what the certificate says"),
    "recorded": Label("编号有据可查", "Its numbering is on record"),
    "agreed": Label("证书与申请相符", "The application says the same"),
    "complete": Label("已编号的申请都有证书", "Every numbered application has its certificate"),
    "counted": Label("流水与末号相符", "Counters stand at the last serial"),
}


def verify_certificates(session: ActorSession, actor: Actor) -> Report:
    """Check every certificate in the actor's scope against all properties; nothing is written."""
    cut = archived_until(session)
    options = {"unscoped": "certificates: verify"}
    statements = _statements(actor, cut)
    parts = [_counted(place, found) for place, (_, found) in enumerate(statements)]
    rows = session.execute(union_all(*parts), execution_options=options).all()
    cert = sql.alias_of(Certificate.__table__, "issued")
    counted = select(func.count()).select_from(cert).where(within(Certificate, cert, actor))
    number = session.execute(counted, execution_options=options).scalar_one()
    kept = [(statements[row.place][0], row) for row in rows]
    findings = (_finding(code, [row for of, row in kept if of == code]) for code in PROPERTIES)
    return Report(number, cut, tuple(findings))


def _statements(actor: Actor, cut: datetime | None) -> list[tuple[str, Select[Any]]]:
    numbers = verify_sequences.sequences(actor)
    return [
        ("unique", verify_sequences.repeated(numbers)),
        ("unique", verify_sequences.twice(actor)),
        ("gapless", verify_sequences.missing(numbers)),
        ("ordered", verify_sequences.disordered(numbers)),
        ("decoded", verify_records.undecodable(actor)),
        ("recorded", verify_records.unrecorded(actor, cut)),
        ("agreed", verify_records.disagreeing(actor)),
        ("complete", verify_records.without_certificate(actor)),
        ("counted", verify_sequences.miscounted(numbers, actor)),
    ]


def _counted(place: int, found: Select[Any]) -> Select[Any]:
    """Return the first counter-examples of a statement with the number of all."""
    every = found.subquery()
    first = select(sql.number(place).label("place"), every, func.count().over().label("amount"))
    order = (every.c.number, every.c.certificate_id, every.c.application_id)
    return select(first.order_by(*order).limit(EXAMPLES).subquery())


def _finding(code: str, rows: Sequence[Any]) -> Finding:
    amounts = {row.place: row.amount for row in rows}
    shown = tuple(_example(row) for row in rows[:EXAMPLES])
    return Finding(code, PROPERTIES[code], sum(amounts.values()), shown)


def _example(row: Any) -> Example:
    found: Any = row.found
    if row.code == "differs":
        found = meta(Certificate.__table__.c[found]).label
    params = {"number": row.number or "—", "found": found, "wanted": row.wanted}
    message = Message(SAYS[row.code].msgid, params)
    return Example(row.certificate_id, row.application_id, row.number or "", message)

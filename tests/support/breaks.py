"""Ways of breaking the certificates of a database behind the panel's back.

Statements speak of the office ``{here}``, its certificates by their serials, and of ``{there}``.
"""

from __future__ import annotations

from dataclasses import dataclass, field

#: The copy of a table has no constraint left: nothing keeps a broken row out of it.
LOOSEN = (
    "CREATE TABLE copied AS SELECT * FROM {table}",
    "DROP TABLE {table} {cascade}",
    "ALTER TABLE copied RENAME TO {table}",
)


@dataclass(frozen=True)
class Break:
    """What is done behind the panel's back, what it violates, and the sentence that names it."""

    statements: tuple[str, ...]
    violates: dict[str, int]
    says: str
    loosened: tuple[str, ...] = field(default=())


OF = "WHERE org_id = {here} AND substr(cert_no, 12) = '00000{n}'"
CHANGE = "UPDATE certificate SET {what} " + OF
APPLICATION = (
    "UPDATE certification_application SET {what} WHERE id ="
    " (SELECT application_id FROM certificate " + OF + ")"
)
LOG = (
    "action = 'assign_numbers' AND entity_id = (SELECT application_id FROM certificate " + OF + ")"
)


def change(what: str, n: int) -> str:
    return CHANGE.replace("{what}", what).replace("{n}", str(n))


def applied(what: str, n: int) -> str:
    return APPLICATION.replace("{what}", what).replace("{n}", str(n))


BREAKS = {
    "a number twice": Break(
        (
            change("cert_no = (SELECT cert_no FROM certificate " + OF.format(here="{here}", n=3)
                   + "), qualification_type = 3", 4),
        ),
        {"unique": 2, "gapless": 1, "recorded": 1, "agreed": 1, "decoded": 1},
        "{number:3}: two certificates bear this number.",
        ("certificate",),
    ),
    "a serial twice": Break(
        (change("cert_no = substr(cert_no, 1, 11) || '000003',"
                " cert_no_raw = substr(cert_no, 1, 11) || '000003'", 4),),
        {"unique": 2, "gapless": 1, "recorded": 1},
        "{number:3}: its serial stands on another certificate of that year too.",
    ),
    "a gap": Break(
        ("DELETE FROM certificate " + OF.format(here="{here}", n=2),),
        {"gapless": 1, "complete": 1},
        "{number:3} follows serial 1: what should stand between them is missing.",
    ),
    "a beginning that is gone": Break(
        ("DELETE FROM certificate " + OF.format(here="{here}", n=1),),
        {"gapless": 1, "complete": 1},
        "{number:2} follows serial 0",
    ),
    "an end that is gone": Break(
        ("DELETE FROM certificate " + OF.format(here="{here}", n=6),),
        {"complete": 1, "counted": 1},
        "stands at 6, the last certificate at 5.",
    ),
    "an application without certificate": Break(
        ("DELETE FROM certificate " + OF.format(here="{here}", n=6),
         "UPDATE number_sequence SET last_serial = 5 WHERE org_id = {here}"),
        {"complete": 1},
        "is numbered, and there is no certificate.",
    ),
    "numbered in the wrong order": Break(
        (applied("numbered_at = '2026-11-23 00:30:00'", 4),),
        {"ordered": 1},
        "{number:4} was issued before {number:3}, which has a smaller serial.",
    ),
    "reviewed in the wrong order": Break(
        (applied("reviewed_at = '2026-11-20 00:00:00'", 5),),
        {"ordered": 1},
        "{number:5} was reviewed before {number:4} of the same batch",
    ),
    "another authority": Break(
        (change("org_id = {there}", 2), ),
        {"decoded": 1, "agreed": 1},
        "give 202637{there_code}",
    ),
    "another type": Break(
        (change("qualification_type = 7", 2),),
        {"decoded": 1, "agreed": 1},
        "{number:2} begins with {head:2}; year, authority, type and sex",
    ),
    "another sex": Break(
        (change("sex = '2'", 2),),
        {"decoded": 1, "agreed": 1},
        "{number:2} begins with {head:2}; year, authority, type and sex",
    ),
    "another year": Break(
        (change("issued_on = '2025-11-23'", 2),),
        {"decoded": 1, "agreed": 1},
        "give 2025",
    ),
    "another day": Break(
        (change("issued_on = '2026-11-22'", 2),),
        {"agreed": 1},
        "{number:2}: “Issued on” differs between certificate and application.",
    ),
    "no number at all": Break(
        (change("cert_no = substr(cert_no, 1, 16) || 'X', cert_no_raw = substr(cert_no, 1, 16)"
                " || 'X'", 6),),
        {"decoded": 1, "recorded": 1, "counted": 1},
        "X is no certificate number.",
    ),
    "printed otherwise": Break(
        (change("cert_no_raw = '20203714132000057'", 2),),
        {"decoded": 1},
        "{number:2} is printed as 20203714132000057.",
    ),
    "numbering not on record": Break(
        ("DELETE FROM workflow_log WHERE " + LOG.format(here="{here}", n=2),),
        {"recorded": 1},
        "{number:2}: no numbering of its application is on record.",
    ),
    "numbering on record twice": Break(
        ("INSERT INTO workflow_log (at, machine, entity_id, action, to_state)"
         " SELECT at, machine, entity_id, action, to_state FROM workflow_log WHERE "
         + LOG.format(here="{here}", n=2),),
        {"recorded": 1},
        "{number:2}: its application was not numbered exactly once.",
    ),
    "another number in the ledger": Break(
        ("UPDATE batch_row SET number = '20203714132000057' WHERE number ="
         " (SELECT cert_no FROM certificate " + OF.format(here="{here}", n=2) + ")",),
        {"recorded": 1},
        "{number:2}: the batch that made it has issued 20203714132000057.",
    ),
    "no application": Break(
        (change("application_id = NULL", 2),),
        {"recorded": 1, "agreed": 1, "complete": 1},
        "{number:2}: there is no application for it.",
        ("certificate",),
    ),
    "an application that is not numbered": Break(
        (applied("status = 'approved_unnumbered'", 2),),
        {"agreed": 1},
        "{number:2}: its application is not in the state “numbered”.",
    ),
    "another person": Break(
        (applied("id_no = 'SOMEBODY'", 2),),
        {"agreed": 1},
        "{number:2}: “Document number” differs between certificate and application.",
    ),
    "a counter that ran ahead": Break(
        ("UPDATE number_sequence SET last_serial = 9 WHERE org_id = {here}",),
        {"counted": 1},
        "stands at 9, the last certificate at 6.",
    ),
    "a counter that is gone": Break(
        ("DELETE FROM number_sequence WHERE org_id = {here}",),
        {"counted": 1},
        "there is no counter; the last certificate has 6.",
    ),
}  # fmt: skip

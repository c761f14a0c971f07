"""A subject lists every qualification type that it belongs to; none means all of them.

Until now it held one type or none, and what belongs to several was let pass for all.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from models.migrations.vocabulary import (
    drop_known_column,
    give_ids_once,
    key,
    known,
    marks,
    ref,
)

revision = "0029"
down_revision = "0028"

TABLE = "subject_type"
OLD, INDEX = "qualification_type", "ix_subject_qualification_type_enabled"
CHECK = f"CONSTRAINT ck_subject_{OLD}_known CHECK ({OLD} IN (1, 2, 3, 4, 5, 6, 7))"
#: Types → codes of the subjects of the standard list that belong to several.
SEVERAL = {
    "2345": (
        "20 2010 201001 201002 2020 202001 2030 2040 204001 204002 2050 205001 205002 205003 "
        "2060 206001 2070 207001"
    ),
    "345": "201003 201004 202003 202004 202005 203003 203004",
    "45": "201005 201006 201007 203002",
    "234": "201008 201009 201010 201011 201012 201013 201014 205004 205005 206003 206004",
    "23": "202002 203001",
    "56": (
        "50 5001 500101 500102 5002 500201 5003 500301 5004 500401 500402 5005 500501 5006 "
        "500601 500602 500603 5007 500701 5008 500801 5009 500901 5010 501001 501002 5011 "
        "501101 501102 501103 5012 501201 501202 5013 501301 501302 501303 5014 501401 501402 "
        "5015 501501 501502 501503 5016 501601 5017 501701 501702 5018 501801 5019 501901 "
        "501902"
    ),
}


def upgrade() -> None:
    """List the types, then give the one type up."""
    op.create_table(
        TABLE,
        key(),
        ref("subject_id", "subject.id", delete="CASCADE"),
        sa.Column("qualification_type", sa.SmallInteger, nullable=False),
        *marks(),
        sa.UniqueConstraint("subject_id", "qualification_type"),
        known("qualification_type", 1, 2, 3, 4, 5, 6, 7),
    )
    give_ids_once(op.get_bind(), TABLE)
    _list_types(op.get_bind())
    op.drop_index(INDEX, "subject")
    drop_known_column(op.get_bind(), "subject", OLD)


def downgrade() -> None:
    """Keep the type of a subject that lists one; of several none can be said."""
    op.execute(f"ALTER TABLE subject ADD COLUMN {OLD} SMALLINT {CHECK}")
    op.execute(
        "UPDATE subject SET qualification_type = (SELECT max(qualification_type)"
        " FROM subject_type WHERE subject_id = subject.id HAVING count(*) = 1)"
    )
    op.create_index(INDEX, "subject", [OLD, "enabled"])
    op.drop_table(TABLE)


def _list_types(connection: sa.Connection) -> None:
    """Write the one type that a subject has, else those of the standard list."""
    names = ("id", "code", OLD, "created_at", "updated_at")
    subject = sa.table("subject", *(sa.column(name) for name in names))
    several = {code: types for types, codes in SEVERAL.items() for code in codes.split()}
    rows = [
        made
        for row in connection.execute(sa.select(subject).order_by(subject.c.id))
        for made in _rows(row, str(row.qualification_type or several.get(row.code, "")))
    ]
    if rows:
        table = sa.table(TABLE, *(sa.column(name) for name in rows[0]))
        connection.execute(sa.insert(table), rows)


def _rows(subject: Any, types: str) -> Iterator[dict[str, Any]]:
    for type_ in types:
        yield {
            "subject_id": subject.id,
            "qualification_type": int(type_),
            "created_at": subject.created_at,
            "updated_at": subject.updated_at,
            "version": 1,
        }

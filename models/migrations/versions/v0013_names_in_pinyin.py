"""Names of persons are found by pinyin and initials wherever they stand."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.base.names import initials, name_sort_key
from models.migrations.vocabulary import ascii_string, fill_column

revision = "0013"
down_revision = "0012"

PINYIN, INITIALS = ascii_string(200), ascii_string(60)
#: Table, column of the name, and whether it has its pinyin already.
NAMES = (
    ("person", "name", True),
    ("certification_application", "name", True),
    ("certificate", "name", False),
    ("restriction_entry", "name", False),
    ("user_account", "display_name", False),
)
AT_ONCE = 5_000


def upgrade() -> None:
    """Spell what is stored, then demand it."""
    for table, name, has_pinyin in NAMES:
        added = {f"{name}_initials": INITIALS} if has_pinyin else _both(name)
        for column, type_ in added.items():
            op.add_column(table, sa.Column(column, type_))
        _spell(table, name, list(added))
        for column, type_ in added.items():
            fill_column(op.get_bind(), table, column, type_)
            op.create_index(f"ix_{table}_{column}", table, [column])


def downgrade() -> None:
    """Forget the spelling."""
    for table, name, has_pinyin in NAMES:
        for column in [f"{name}_initials"] if has_pinyin else list(_both(name)):
            op.drop_index(f"ix_{table}_{column}", table)
            op.drop_column(table, column)


def _both(name: str) -> dict[str, sa.String]:
    return {f"{name}_pinyin": PINYIN, f"{name}_initials": INITIALS}


def _spell(table: str, name: str, added: list[str]) -> None:
    """Write the spelling of each name once, however many rows bear it."""
    rows = sa.table(table, sa.column(name), *(sa.column(each) for each in added))
    names = op.get_bind().execute(sa.select(rows.c[name]).distinct()).scalars().all()
    spelled = [
        {
            "of": each,
            f"{name}_pinyin": name_sort_key(each)[:200].rstrip(),
            f"{name}_initials": initials(each)[:60],
        }
        for each in names
    ]
    write = (
        sa.update(rows)
        .where(rows.c[name] == sa.bindparam("of"))
        .values({each: sa.bindparam(each) for each in added})
    )
    for first in range(0, len(spelled), AT_ONCE):
        op.get_bind().execute(write, spelled[first : first + AT_ONCE])

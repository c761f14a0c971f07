"""How the types of subjects come into a database: by the upgrade, and with the reference data."""

from __future__ import annotations

import pytest
from alembic import command
from sqlalchemy import Engine, delete, select, text

from models.base.actor import system_actor
from models.base.session import ActorSession
from models.migrations import schema
from models.migrations.versions.v0029_types_of_subjects import SEVERAL
from models.reference.tables import Subject, SubjectType
from seed.reference.data import subject_rows
from seed.reference.load import load
from tests.support.databases import SessionOf

#: Code → the one type that was stored before, and the types that the upgrade lists.
UPGRADED = {
    "201001": ("NULL", "2345"),  # several in the standard list, stored as any
    "201003": ("3", "3"),  # narrowed by an office
    "1001": ("1", "1"),
    "own": ("4", "4"),
    "free": ("NULL", ""),
}


def listed(session: ActorSession) -> dict[str, str]:
    """Return the types of every subject by its code, one digit each."""
    found = dict.fromkeys(session.scalars(select(Subject.code)), "")
    rows = select(Subject.code, SubjectType.qualification_type).join(
        SubjectType, SubjectType.subject_id == Subject.id
    )
    for code, type_ in session.execute(rows.order_by(SubjectType.qualification_type)):
        found[code] += str(type_)
    session.rollback()
    return found


@pytest.mark.template("blank")
def test_the_upgrade_lists_the_types_of_the_subjects_that_are_there(
    engine: Engine, session_of: SessionOf
) -> None:
    schema.upgrade(engine)
    config = schema.configuration()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0028")
        for code, (stored, _) in UPGRADED.items():
            connection.execute(
                text(
                    "INSERT INTO subject (code, name, qualification_type, is_leaf, enabled,"
                    " is_deleted, created_at, updated_at, version) VALUES"
                    f" ('{code}', '学科', {stored}, true, true, false, '2026-01-01',"
                    " '2026-01-01', 1)"
                )
            )
    schema.upgrade(engine)
    wanted = {code: types for code, (_, types) in UPGRADED.items()}
    assert listed(session_of(system_actor("test"))) == wanted
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0028")
        back = connection.execute(text("SELECT code, qualification_type FROM subject"))
        single = {code: int(types) if len(types) == 1 else None for code, types in wanted.items()}
        assert {row.code: row.qualification_type for row in back} == single
    schema.upgrade(engine)
    assert listed(session_of(system_actor("test"))) == wanted


def test_the_upgrade_knows_the_standard_list() -> None:
    known = {code: types for types, codes in SEVERAL.items() for code in codes.split()}
    several = {
        row["code"]: "".join(map(str, row["qualification_types"]))
        for row in subject_rows()
        if len(row["qualification_types"]) > 1
    }
    assert known == several


@pytest.mark.template("reference")
def test_the_reference_data_list_every_type_of_a_subject(session_of: SessionOf) -> None:
    wanted = {row["code"]: "".join(map(str, row["qualification_types"])) for row in subject_rows()}
    assert listed(session_of(system_actor("test"))) == wanted


@pytest.mark.template("reference")
def test_a_type_that_an_office_took_away_is_not_listed_again(session_of: SessionOf) -> None:
    session = session_of(system_actor("test"))
    chinese = select(Subject.id).where(Subject.code == "201001").scalar_subquery()
    taken = delete(SubjectType).where(
        SubjectType.subject_id == chinese, SubjectType.qualification_type == 5
    )
    session.execute(taken, execution_options={"set_wise": "test"})
    counts = load(session)
    assert (counts["subject"], counts["subject_type"]) == (0, 0)
    session.commit()
    assert listed(session)["201001"] == "234"

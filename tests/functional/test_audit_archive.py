"""What leaves the trail: exports, archives across whose cut it still verifies, and the rights of
the panel's own role.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DatabaseError

from models import clock
from models.audit.archive import archive_logs, youngest_day
from models.audit.canonical import read_rows, table_of
from models.base.engine import make_engine
from models.base.session import ActorSession
from models.errors import BadInput, Conflict, Forbidden
from tests.support.trail import COLUMNS, FORGED, SYSTEM, Run, flaw, head_of, log_rows, seal, tamper


def test_export_writes_the_days_asked_for_and_is_on_record(
    engine: Engine, run: Run, tmp_path: Path
) -> None:
    log_rows(engine, 1, at=datetime(2019, 3, 1, 15, 59, tzinfo=UTC))
    log_rows(engine, 2, 3, at=datetime(2019, 3, 1, 16, 0, tzinfo=UTC))  # the next day in Shanghai
    log_rows(engine, 4, at=datetime(2019, 3, 2, 16, 0, tzinfo=UTC))
    file = tmp_path / "trail.jsonl"
    days = ("--since", "2019-03-02", "--until", "2019-03-02")
    code, output = run("export", file, *days)
    assert (code, output) == (0, f"{file}: audit_log 2, workflow_log 2 rows.\n")
    lines = [json.loads(line) for line in file.read_text("ascii").splitlines()]
    assert [(line["log"], line["id"]) for line in lines] == [
        ("audit_log", 2), ("audit_log", 3), ("workflow_log", 2), ("workflow_log", 3),
    ]  # fmt: skip
    assert lines[0]["changes"] == {"名称": [None, "第2号"]}
    assert file.stat().st_mode & 0o777 == 0o600
    with ActorSession(bind=engine) as session:
        event = table_of("audit_log").c.event
        (told,) = read_rows(session, "audit_log", event == "audit:audit_log:export")
    assert told.values["changes"]["since"] == [None, "2019-03-02"]
    assert told.values["changes"]["audit_log"] == [None, 2]
    assert told.values["os_user"]
    code, output = run("export", file)
    assert code == 1
    assert "File exists" in output


def archive(engine: Engine, file: Path, before: date = date(2020, 1, 1)) -> dict[str, int]:
    """Archive what is older than a day; return the counts."""
    with ActorSession(bind=engine) as session, file.open("wb") as stream:
        session.act_as(SYSTEM)
        done = archive_logs(session, before, stream.write, keep_years=5, name=file.name)
        session.commit()
    return done.rows


@pytest.fixture
def archived(engine: Engine, sealed: str, tmp_path: Path) -> Path:
    """Add and seal rows of today, then archive the eight old ones; return the file."""
    log_rows(engine, 9, 10, at=clock.now())
    seal(engine)
    file = tmp_path / "old.jsonl"
    assert archive(engine, file) == {"audit_log": 8, "workflow_log": 8}
    return file


def test_a_trail_verifies_across_the_cut(
    engine: Engine, run: Run, sealed: str, tmp_path: Path
) -> None:
    file = tmp_path / "old.jsonl"
    log_rows(engine, 9, 10, at=clock.now())
    seal(engine)
    code, output = run("archive", file, "--before", "2020-01-01")
    assert code == 0, output
    assert "audit_log 8, workflow_log 8 rows, up to seal 2" in output
    newest = head_of(output)
    log_rows(engine, 11)
    code, output = run("verify", "--head", newest, "--archive", file)
    assert code == 0, output
    assert "fits its 4 seals: audit_log 3, workflow_log 2 rows" in output
    assert "Rows up to seal 2 are archived" in output
    assert flaw(engine, head=sealed) == ""
    lines = [json.loads(line) for line in file.read_text("ascii").splitlines()]
    assert [line["log"] for line in lines].count("audit_log") == 8
    assert lines[-1]["head"] == sealed
    assert file.stat().st_mode & 0o777 == 0o600
    file.write_text(file.read_text("ascii").replace("thing:3", "thing:4"), "ascii")
    code, output = run("verify", "--archive", file)
    assert code == 1
    assert "No sealed row of the trail vouches for this file" in output


def test_the_triggers_are_back_after_an_archive(engine: Engine, archived: Path) -> None:
    for statement in ("DELETE FROM audit_log", "UPDATE workflow_log SET action = 'x'"):
        with engine.connect() as connection, pytest.raises(DatabaseError, match="append-only"):
            connection.execute(text(statement))


def test_an_archived_file_holds_all_that_its_heads_were_made_from(archived: Path) -> None:
    lines = [json.loads(line) for line in archived.read_text("ascii").splitlines()]
    previous, after = "0" * 64, dict.fromkeys(("audit_log", "workflow_log"), 0)
    for told in (line for line in lines if line["log"] == "audit_seal"):
        total = sha256(f"{previous}\n".encode())
        for log in after:
            upto = told[log][0]
            for line in lines:
                if line["log"] == log and after[log] < line["id"] <= upto:
                    row = {name: value for name, value in line.items() if name not in {"log", "id"}}
                    plain_row = json.dumps(row, sort_keys=True, separators=(",", ":"))
                    digest = sha256(f"{log}\n{plain_row}".encode()).hexdigest()
                    total.update(f"{log} {line['id']} {digest}\n".encode())
            after[log] = upto
        closing = {name: told[name] for name in ("at", "audit_log", "workflow_log")}
        total.update(json.dumps(closing, sort_keys=True, separators=(",", ":")).encode())
        previous = total.hexdigest()
        assert (told["head"], told["id"] in {1, 2}) == (previous, True)


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        (f"INSERT INTO audit_log (id, {COLUMNS}) VALUES (2, {FORGED})", "row 2 was inserted"),
        ("DELETE FROM audit_log WHERE id = 9", "audit_log: row 9 was removed after seal 3"),
        ("UPDATE audit_seal SET audit_last_id = 9 WHERE id = 2", "row 9 was inserted"),
        # Without the row that vouches for the cut, what the first seal covered is missing.
        ("DELETE FROM audit_log WHERE id = 11", "Seal 1, or the marks of its rows, was changed"),
    ],
)
def test_tampering_after_the_cut_is_named(
    engine: Engine, archived: Path, statement: str, sentence: str
) -> None:
    tamper(engine, statement)
    assert sentence in flaw(engine)


def test_what_is_archived_is_not_archived_again(
    engine: Engine, archived: Path, tmp_path: Path
) -> None:
    with pytest.raises(Conflict, match="archived already"):
        archive(engine, tmp_path / "again.jsonl")


def test_a_second_archive_begins_where_the_first_ended(
    engine: Engine, archived: Path, tmp_path: Path
) -> None:
    head = seal_after_new_row(engine)
    with clock.held(clock.now() + timedelta(days=10 * 366)):
        counts = archive(engine, tmp_path / "next.jsonl", clock.today() - timedelta(days=9 * 366))
        assert counts == {"audit_log": 3, "workflow_log": 2}  # the newest row of each log stays
        assert flaw(engine, head=head) == ""


def seal_after_new_row(engine: Engine) -> str:
    """Log and seal one more row."""
    log_rows(engine, 11, at=clock.now())
    return seal(engine)


def test_unsealed_rows_are_not_archived(engine: Engine, run: Run, tmp_path: Path) -> None:
    log_rows(engine, 1, 2)
    file = tmp_path / "old.jsonl"
    code, output = run("archive", file, "--before", "2020-01-01")
    assert code == 1
    assert "2 rows before this day are not sealed" in output
    assert not file.exists()


def test_a_seal_is_not_cut_in_two(engine: Engine, tmp_path: Path) -> None:
    log_rows(engine, 1)
    log_rows(engine, 2, at=clock.now())
    seal(engine)
    with pytest.raises(Conflict, match="No seal ends before this day"):
        archive(engine, tmp_path / "old.jsonl")


def test_a_broken_trail_is_not_archived(engine: Engine, sealed: str, tmp_path: Path) -> None:
    tamper(engine, "UPDATE audit_log SET username = 'other' WHERE id = 6")
    with pytest.raises(Conflict, match="does not verify"):
        archive(engine, tmp_path / "old.jsonl")


def test_the_last_years_are_kept(engine: Engine, sealed: str, tmp_path: Path) -> None:
    first_kept = youngest_day(5)
    with pytest.raises(BadInput, match="The last 5 years are kept"):
        archive(engine, tmp_path / "old.jsonl", first_kept + timedelta(days=1))
    # The newest row stays, and with it all of its seal.
    assert archive(engine, tmp_path / "old.jsonl", first_kept)["audit_log"] == 4


def test_the_first_day_kept_exists_in_every_year() -> None:
    with clock.held(datetime(2028, 2, 29, tzinfo=UTC)):
        assert youngest_day(5) == date(2023, 2, 28)


@pytest.mark.one_database("postgresql")
def test_the_granted_role_writes_the_trail_and_cannot_rewrite_it(
    engine: Engine, database: str, run: Run, sealed: str
) -> None:
    role = "panel clerk"
    owner = create_engine(database)
    with owner.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num text)")
        connection.exec_driver_sql(f'DROP ROLE IF EXISTS "{role}"')
        connection.exec_driver_sql(f'CREATE ROLE "{role}" LOGIN')
        for statement in run("grants", role)[1].splitlines():
            connection.exec_driver_sql(statement)
    clerk = make_engine(database.replace("//postgres@", f"//{role.replace(' ', '%20')}@"))
    try:
        log_rows(clerk, 9)
        assert flaw(clerk, head=sealed) == ""
        with pytest.raises(Forbidden, match="may not seal"):
            seal(clerk)
        for statement in (
            "UPDATE audit_log SET username = 'x'",
            "DELETE FROM workflow_log",
            "TRUNCATE audit_log",
            "INSERT INTO audit_seal_part (log, last_id, marks) VALUES ('audit_log', 9, '')",
            "ALTER TABLE audit_log DISABLE TRIGGER ALL",
        ):
            with (
                clerk.connect() as connection,
                pytest.raises(DatabaseError, match=r"permission denied|must be owner"),
            ):
                connection.execute(text(statement))
        with clerk.begin() as connection:
            connection.execute(text("UPDATE org SET name = name"))
    finally:
        clerk.dispose()
        with owner.begin() as connection:
            connection.exec_driver_sql(f'DROP OWNED BY "{role}"')
            connection.exec_driver_sql(f'DROP ROLE "{role}"')
        owner.dispose()

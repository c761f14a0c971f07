"""The seal: what is done to the trail behind its back is named, on both databases."""

from __future__ import annotations

from threading import Timer

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DatabaseError

from models import clock
from models.audit.canonical import read_rows, text_of
from models.audit.recorder import record
from models.base.session import ActorSession
from tests.support.trail import (
    COLUMNS,
    FORGED,
    OLD,
    SYSTEM,
    Run,
    flaw,
    head_of,
    log_rows,
    seal,
    tamper,
)


def test_an_untouched_trail_verifies(engine: Engine, run: Run, sealed: str) -> None:
    log_rows(engine, 9)
    code, output = run("verify", "--head", sealed.upper())
    assert code == 0, output
    assert "fits its 2 seals: audit_log 8, workflow_log 8 rows" in output
    assert "Not sealed yet: audit_log 1, workflow_log 1 rows" in output
    assert f"Head: {sealed}" in output


def test_sealing_again_without_news_makes_no_seal(run: Run, sealed: str) -> None:
    code, output = run("seal")
    assert (code, head_of(output)) == (0, sealed)
    assert "Seal 2: audit_log 0, workflow_log 0 new rows" in output
    assert "fits its 2 seals" in run("verify")[1]


def test_nothing_sealed_is_no_success(run: Run) -> None:
    assert "Nothing is logged yet" in run("seal")[1]
    code, output = run("verify")
    assert code == 1
    assert "Nothing is sealed yet" in output


SWAP = (
    "UPDATE {log} SET id = -6 WHERE id = 6",
    "UPDATE {log} SET id = 6 WHERE id = 7",
    "UPDATE {log} SET id = 7 WHERE id = -6",
)
TAMPERINGS = {
    "changed": (
        ["UPDATE audit_log SET username = 'other' WHERE id = 6"],
        "audit_log: row 6 was changed after seal 2.",
    ),
    "changed instant": (
        ["UPDATE audit_log SET at = '2019-03-01 04:05:07' WHERE id = 3"],
        "audit_log: row 3 was changed after seal 1.",
    ),
    "changed json": (
        ["""UPDATE audit_log SET changes = '{"x": [1, 2]}' WHERE id = 8"""],
        "audit_log: row 8 was changed after seal 2.",
    ),
    "emptied": (
        ["UPDATE audit_log SET changes = NULL WHERE id = 1"],
        "audit_log: row 1 was changed after seal 1.",
    ),
    "changed transition": (
        ["UPDATE workflow_log SET to_state = 'closed' WHERE id = 5"],
        "workflow_log: row 5 was changed after seal 2.",
    ),
    "the first of several": (
        [
            "DELETE FROM audit_log WHERE id = 7",
            "UPDATE audit_log SET username = 'other' WHERE id = 2",
        ],
        "audit_log: row 2 was changed after seal 1.",
    ),
    "removed": (["DELETE FROM audit_log WHERE id = 3"], "audit_log: row 3 was removed"),
    "removed at a seam": (["DELETE FROM audit_log WHERE id = 4"], "audit_log: row 4 was removed"),
    "removed transition": (
        ["DELETE FROM workflow_log WHERE id IN (1, 2)"],
        "workflow_log: row 1 was removed after seal 1.",
    ),
    "reordered": (
        [statement.format(log="audit_log") for statement in SWAP],
        "audit_log: row 6 stands in another place; seal 2 saw it as row 7.",
    ),
    "reordered transitions": (
        [statement.format(log="workflow_log") for statement in SWAP],
        "workflow_log: row 6 stands in another place; seal 2 saw it as row 7.",
    ),
    "inserted between": (
        [
            "DELETE FROM audit_log WHERE id = 5",
            "UPDATE audit_log SET id = 5 WHERE id = 6",
            f"INSERT INTO audit_log (id, {COLUMNS}) VALUES (6, {FORGED})",
        ],
        "audit_log: row 5 stands in another place; seal 2 saw it as row 6.",
    ),
    "inserted before all": (
        [f"INSERT INTO audit_log (id, {COLUMNS}) VALUES (-1, {FORGED})"],
        "audit_log: row -1 was inserted after seal 1",
    ),
    "cut off": (
        ["DELETE FROM audit_log WHERE id >= 7"],
        "audit_log: row 7 and all after it were cut off at the tail",
    ),
    "cut off transitions": (
        ["DELETE FROM workflow_log WHERE id >= 6"],
        "workflow_log: row 6 and all after it were cut off at the tail",
    ),
    "all of it": (["DELETE FROM audit_log"], "audit_log: row 1 and all after it were cut off"),
    "marks": (
        ["UPDATE audit_seal_part SET marks = 'nonsense' WHERE id = 1"],
        "Seal 1, or the marks of its rows, was changed.",
    ),
    "row with its mark": (
        [
            "UPDATE audit_log SET username = 'other' WHERE id = 6",
            "DELETE FROM audit_seal_part WHERE log = 'audit_log' AND last_id = 8",
        ],
        "audit_log: row 5 was inserted after seal 2",
    ),
    "seal": (
        ["UPDATE audit_seal SET audit_row_count = 5 WHERE id = 1"],
        "Seal 1, or the marks of its rows, was changed.",
    ),
    "instant of a seal": (
        ["UPDATE audit_seal SET at = '2019-03-01 04:05:06' WHERE id = 2"],
        "Seal 2, or the marks of its rows, was changed.",
    ),
    "first seal": (["DELETE FROM audit_seal WHERE id = 1"], "The seal before seal 2 was removed"),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_verify_names_the_first_row_that_does_not_fit(
    engine: Engine, sealed: str, name: str
) -> None:
    statements, sentence = TAMPERINGS[name]
    assert flaw(engine, head=sealed) == ""
    tamper(engine, *statements)
    assert sentence in flaw(engine, head=sealed)


def test_the_command_names_the_row_and_fails(engine: Engine, run: Run, sealed: str) -> None:
    tamper(engine, "DELETE FROM workflow_log WHERE id = 2")
    assert run("verify") == (1, "Error: workflow_log: row 2 was removed after seal 1.\n")


def test_a_gap_left_by_a_rollback_may_not_be_filled(engine: Engine) -> None:
    log_rows(engine, 1)
    tamper(engine, f"INSERT INTO audit_log (id, {COLUMNS}) VALUES (9, {FORGED})")
    seal(engine)
    tamper(engine, f"INSERT INTO audit_log (id, {COLUMNS}) VALUES (5, {FORGED})")
    assert flaw(engine) == "audit_log: row 5 was inserted after seal 1 had covered its place."


def test_an_earlier_head_tells_that_rows_and_seal_were_cut_off(engine: Engine, sealed: str) -> None:
    tamper(
        engine,
        "DELETE FROM audit_log WHERE id > 4",
        "DELETE FROM workflow_log WHERE id > 4",
        "DELETE FROM audit_seal WHERE id = 2",
        "DELETE FROM audit_seal_part WHERE last_id > 4",
    )
    assert flaw(engine) == ""  # nothing inside the database can tell
    told = flaw(engine, head=sealed)
    assert "No seal has this head" in told
    assert "audit_log ends at row 4, workflow_log ends at row 4" in told


def test_a_trail_sealed_anew_does_not_have_the_kept_head(engine: Engine, sealed: str) -> None:
    tamper(
        engine,
        "UPDATE audit_log SET username = 'other' WHERE id = 2",
        "DELETE FROM audit_seal",
        "DELETE FROM audit_seal_part",
    )
    seal(engine)
    assert flaw(engine) == ""
    assert "No seal has this head" in flaw(engine, head=sealed)


def test_seals_cannot_be_changed_with_the_triggers_in_place(engine: Engine, sealed: str) -> None:
    for statement in ("UPDATE audit_seal SET head = 'x'", "DELETE FROM audit_seal_part"):
        with engine.connect() as connection, pytest.raises(DatabaseError, match="append-only"):
            connection.execute(text(statement))


@pytest.mark.one_database("postgresql")
def test_a_seal_waits_for_a_writer_that_has_not_committed(engine: Engine, run: Run) -> None:
    log_rows(engine, 1)
    with ActorSession(bind=engine) as writer:
        writer.act_as(SYSTEM)
        record(writer, "test:thing:late")
        timer = Timer(1.2, writer.commit)
        timer.start()
        output = run("seal")[1]
        timer.join()
    assert "Seal 1: audit_log 2, workflow_log 1 new rows" in output


def test_a_row_reads_the_same_on_both_databases(engine: Engine) -> None:
    changes = {"b": [1.0, 1e22], "a": [None, "教师"], "c": {"z": 0.25, "y": True}}
    with clock.held(OLD), ActorSession(bind=engine) as session:
        session.act_as(SYSTEM)
        record(session, "test:thing:make", changes=changes)
        (row,) = read_rows(session, "audit_log")
    assert text_of(row.values) == (
        r'{"at":"2019-03-01T04:05:06.000789Z","changes":{"a":[null,"\u6559\u5e08"],'
        r'"b":[1,10000000000000000000000],"c":{"y":true,"z":0.25}},"event":"test:thing:make",'
        r'"result":"ok","role":"system","username":"test"}'
    )


@pytest.mark.one_database("sqlite")
@pytest.mark.parametrize("spoilt", ["at = 'yesterday'", "changes = '{'", "at = x'41'"])
def test_what_cannot_be_read_is_a_changed_row(engine: Engine, sealed: str, spoilt: str) -> None:
    tamper(engine, f"UPDATE audit_log SET {spoilt} WHERE id = 2")
    assert flaw(engine) == "audit_log: row 2 was changed after seal 1."

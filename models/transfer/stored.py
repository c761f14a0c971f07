"""The report of an import as JSON: the preview of one request is the page of the next."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import Any

from models.text import Label, Message
from models.transfer.importing import Change, Example, Problem, Report


def to_json(report: Report) -> dict[str, Any]:
    """Return a report without the rows that were sent."""
    return {
        "total": report.total,
        "saved": report.saved,
        "dry_run": report.dry_run,
        "batch_id": report.batch_id,
        "outcomes": dict(report.outcomes),
        "problems": [_problem(each) for each in report.problems],
        "warnings": [_problem(each) for each in report.warnings],
        "examples": [asdict(each) for each in report.examples],
        "versions": {str(row): version for row, version in report.versions.items()},
    }


def from_json(kept: dict[str, Any]) -> Report:
    """Return the report that was kept."""
    return Report(
        total=kept["total"],
        saved=kept["saved"],
        dry_run=kept["dry_run"],
        batch_id=kept["batch_id"],
        problems=[_as_problem(each) for each in kept["problems"]],
        warnings=[_as_problem(each) for each in kept["warnings"]],
        outcomes=Counter(kept["outcomes"]),
        examples=[
            Example(**each | {"changes": tuple(Change(**change) for change in each["changes"])})
            for each in kept["examples"]
        ],
        versions={int(row): version for row, version in kept["versions"].items()},
    )


def _problem(problem: Problem) -> list[Any]:
    message = problem.message
    params = {name: _value(value) for name, value in message.params.items()}
    return [problem.row, problem.heading, message.msgid, params]


def _value(value: Any) -> Any:
    if isinstance(value, Label):
        return {"zh": value.zh, "en": value.en}
    if isinstance(value, Message):
        return {"msgid": value.msgid, "params": {k: _value(v) for k, v in value.params.items()}}
    return value if isinstance(value, int | str) else str(value)


def _as_problem(kept: list[Any]) -> Problem:
    row, heading, msgid, params = kept
    return Problem(row, heading, Message(msgid, {k: _as_value(v) for k, v in params.items()}))


def _as_value(value: Any) -> Any:
    if isinstance(value, dict) and "msgid" in value:
        return Message(value["msgid"], {k: _as_value(v) for k, v in value["params"].items()})
    return Label(**value) if isinstance(value, dict) else value

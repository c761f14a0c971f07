"""The report of an import as JSON: the preview of one request is the page of the next."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import Any

from models import text as texts
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
    return [problem.row, problem.heading, *texts.to_json(problem.message).values()]


def _as_problem(kept: list[Any]) -> Problem:
    row, heading, msgid, params = kept
    return Problem(row, heading, texts.from_json({"msgid": msgid, "params": params}))

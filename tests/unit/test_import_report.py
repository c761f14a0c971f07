"""What a report says of its rows: counts per reason, and no reason told of another row."""

from __future__ import annotations

from models.text import msg
from models.transfer.importing import Problem, Report


def test_rows_are_counted_by_what_is_said_of_them_values_included() -> None:
    taken = "%(text)s is taken."
    said = [("用户名", msg(taken, text=name)) for name in ("li", "wang", "li")]
    report = Report(problems=[Problem(n, *each) for n, each in enumerate(said, 2)])
    report.problems.append(Problem(9, "姓名", msg(taken, text="li")))
    counted = [(head, str(message), rows) for head, message, rows in report.by_reason()]
    assert counted == [
        ("用户名", "li is taken.", 2),
        ("用户名", "wang is taken.", 1),
        ("姓名", "li is taken.", 1),
    ]

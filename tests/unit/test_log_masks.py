"""Lines of a log: what is masked in them, and what must stay to be of use."""

from __future__ import annotations

import io
import logging

import pytest

from admin_app.log_masks import mask, masked_record

ID_NO = "11010119900101123X"


@pytest.mark.parametrize(
    "personal",
    [
        ID_NO,
        "110101199001011234",
        "１１０１０１１９９００１０１１２３４",
        "110101900101123",
        "110101 19900101 123X",
        "110101-19900101-1234",
        "13800001234",
        "138 0000 1234",
        "e12345678",
        "HA1234567",
        "H12345678901",
        "08123456",
        "zhang.san@office.example.cn",
    ],
)
@pytest.mark.parametrize(
    "line", ["{}", "x {} y", "用户{}不存在", "int(): '{}'", "name={},", "({})"]
)
def test_a_personal_value_is_masked(personal: str, line: str) -> None:
    masked = mask(line.format(personal))
    assert personal not in masked
    assert not any(len(part) > 5 for part in masked.split() if part.isdigit())


@pytest.mark.parametrize(
    "line",
    [
        "request 0b1e7c5a9d3f4e2a8c6b0d1f2e3a4b5c failed",
        "request 12345678901234567890abcd12345678 failed",
        'File "/srv/panel/views/base/record.py", line 142, in edit_view',
        '[26/Nov/2026:15:07:27 +0000] 203.0.113.9 "GET /admin/org/" 200 123456789B 0.012345s',
        "2001:db8:1:2:3:4:5:6 asked",
        "2026-11-26 15:07:27",
        "batch 4711 failed",
        "[SQL: INSERT INTO person (id_no) VALUES (?, ?)]",
    ],
)
def test_what_helps_stays(line: str) -> None:
    assert mask(line) == line


def test_a_query_goes_and_its_path_stays() -> None:
    assert mask("GET /admin/person/?q=张三&x=1 HTTP/1.1") == "GET /admin/person/?… HTTP/1.1"
    assert mask("'/password?token=abc_DEF-1'") == "'/password?…'"


@pytest.mark.parametrize(
    "detail",
    [
        "DETAIL:  Key (name, id_no)=(张三, X) already exists.",
        "DETAIL:  Failing row contains (7, 张三, X).",
        "描述:  键值'(name)=(张三)' 已经存在",
    ],
)
def test_the_rows_of_postgresql_go(detail: str) -> None:
    assert "张三" not in mask(detail)


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> tuple[logging.Logger, io.StringIO]:
    """Return a logger that nobody of ours knows, and what it writes."""
    monkeypatch.setattr(logging, "_logRecordFactory", masked_record)
    written = io.StringIO()
    logger = logging.Logger("somebody's library")
    logger.addHandler(logging.StreamHandler(written))
    return logger, written


def test_arguments_and_exceptions_of_any_logger_are_masked(
    log: tuple[logging.Logger, io.StringIO],
) -> None:
    logger, written = log
    logger.warning("user %s", ID_NO)
    logger.warning("%(who)s", {"who": ID_NO})
    try:
        int(ID_NO)
    except ValueError:
        logger.exception("no number: %s", ID_NO)
    text = written.getvalue()
    assert ID_NO not in text
    assert "ValueError: invalid literal" in text
    assert "Traceback" in text


def test_a_mistake_of_whoever_logs_is_the_handlers_to_tell(
    log: tuple[logging.Logger, io.StringIO], capsys: pytest.CaptureFixture[str]
) -> None:
    logger, _written = log
    logger.warning("%d", "x")
    assert "Logging error" in capsys.readouterr().err

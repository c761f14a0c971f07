"""Settings: from the environment (prefix ``ADMIN_APP_``), else from ``instance/settings.env``,
else the default here.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import models  # noqa: F401 -- registers every machine, whose warnings STRICT names
from admin_app.carriers import BadMailUrl, carrier_of
from models.accounts.password_rules import read_profiles
from models.accounts.permissions import RoleCode
from models.papers.coverage import first_font
from models.papers.faces import face_of
from models.transfer.readers import Limits
from models.workflow.registry import warning_codes

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "ADMIN_APP_"
SETTINGS_FILE = "settings.env"

#: Every setting, with its default. All are text, as the environment gives them.
DEFAULTS: Mapping[str, str] = {
    "ENV": "production",  # development, testing or production; unset is production (reading 29)
    "SECRET_KEY": "",  # signs the cookies; production refuses fewer than 32 characters
    "DATABASE_URL": "",  # empty: SQLite under the instance folder
    "INSTANCE": "",  # the instance folder; empty: instance/ beside the code
    "FILES": "",  # where uploaded files lie, shared by all nodes; empty: files/ of the instance
    "TRUSTED_PROXIES": "0",  # how many reverse proxies in front may say who asks, and over what
    "AUDIT_KEEP_YEARS": "5",  # younger rows of the trail are never archived
    "PASSWORD_PROFILES": "",  # stricter rules: type=profile:length with commas
    "TOTP_ROLES": "",  # codes of the roles whose holders need a second factor, with commas
    "REDIS_URL": "",  # where jobs wait, such as redis://host:6379/0; empty: a file of the instance
    "BATCH_INLINE_ROWS": "5000",  # larger batches are carried out by the job worker
    "BATCH_MOST_ROWS": "200000",  # more records than these are no batch
    "COUNT_CAP": "10000",  # lists count so far; beyond it they say "10,000+"
    "UNDO_HOURS": "24",  # how long after it was carried out a batch can be undone (reading 11)
    "IMPORT_MEGABYTES": "30",  # larger files are not read, nor (below) more of anything in them
    "IMPORT_ROWS": "100000",
    "IMPORT_COLUMNS": "200",
    "IMPORT_CELLS": "5000000",
    "IMPORT_INLINE_ROWS": "1000",  # more rows are judged and saved by the job worker
    "IMPORT_SECONDS": "120",  # how long reading a file may take
    "EXPORT_INLINE_ROWS": "100000",  # longer workbooks are made by the job worker
    "EXPORT_HOURS": "24",  # how long these can be fetched
    "MAIL_URL": "",  # smtp://…, smtps://… or file:outbox; empty: no letters are sent
    "BASE_URL": "",  # where the panel is reached from outside, for links in letters
    "PAPER_FONT": "",  # the font file that papers are set in; empty: Noto CJK if it is there
    "PAPER_MOST_ROWS": "500",  # more records than these are not printed at once
    "PAPER_PDF_ROWS": "100",  # nor more than these as PDF, which the server lays out itself
    "STRICT": "",  # codes of warnings that are refusals here, with commas (reading 18)
}
NUMBERS = (
    "TRUSTED_PROXIES",
    "AUDIT_KEEP_YEARS",
    "BATCH_INLINE_ROWS",
    "BATCH_MOST_ROWS",
    "COUNT_CAP",
    "UNDO_HOURS",
    "IMPORT_MEGABYTES",
    "IMPORT_ROWS",
    "IMPORT_COLUMNS",
    "IMPORT_CELLS",
    "IMPORT_INLINE_ROWS",
    "IMPORT_SECONDS",
    "EXPORT_INLINE_ROWS",
    "EXPORT_HOURS",
    "PAPER_MOST_ROWS",
    "PAPER_PDF_ROWS",
)
#: Where systems keep the fonts that papers are set in.
FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSerifCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-serif-cjk-vf-fonts/NotoSerifCJK-VF.ttc",
)
#: Bounds of a file that settings name as they are.
IMPORT_BOUNDS = ("rows", "columns", "cells", "seconds")
ENVIRONMENTS = ("development", "testing", "production")
SECRET_LENGTH = 32
#: Words of secrets that were copied from somebody's example.
PLACEHOLDERS = ("changeme", "change-me", "secret", "example", "password")
#: What a request may carry at least, and what stands beside the file of an import.
REQUEST_BYTES, FORM_BYTES = 32 << 20, 2 << 20


class BadSetting(RuntimeError):
    """A setting with which the app must not start."""


def read_settings_file(path: Path) -> dict[str, str]:
    """Return the ``ADMIN_APP_…=value`` lines of a file, without the prefix; nothing when there
    is no file.
    """
    if not path.is_file():
        return {}
    lines = (line.strip() for line in path.read_text("utf-8").splitlines())
    pairs = (line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    return {
        name.strip().removeprefix(PREFIX): value.strip()
        for name, value in pairs
        if name.strip().startswith(PREFIX)
    }


def read_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables with our prefix, without it."""
    return {
        name.removeprefix(PREFIX): value
        for name, value in environ.items()
        if name.startswith(PREFIX)
    }


def instance_folder(settings: Mapping[str, Any]) -> Path:
    """Return where the embedded database and the settings file live."""
    return Path(settings.get("INSTANCE") or ROOT / "instance").resolve()


def database_url(url: str, instance: Path) -> str:
    """Return a SQLAlchemy URL: the embedded SQLite file when empty, psycopg 3 for any
    PostgreSQL spelling.
    """
    if not url:
        return f"sqlite:///{instance / 'admin.sqlite3'}"
    for spelling in ("postgres://", "postgresql://"):
        if url.startswith(spelling):
            return f"postgresql+psycopg://{url.removeprefix(spelling)}"
    return url


def load(
    overrides: Mapping[str, object] | None = None, environ: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return Flask's configuration. ``overrides`` (tests) win over the environment, which wins
    over the file.

    :raises BadSetting: in production without a real secret, with debug, or for an unknown
    environment, number or warning.
    """
    given = dict(overrides or {})
    surroundings = read_environment(os.environ if environ is None else environ)
    instance = instance_folder({**surroundings, **given})
    from_file = read_settings_file(instance / SETTINGS_FILE)
    _judge_names({**from_file, **surroundings})
    settings: dict[str, Any] = {**DEFAULTS, **from_file, **surroundings, **given}
    settings["INSTANCE"] = str(instance)
    settings["FILES"] = str(settings["FILES"] or instance / "files")
    settings["DATABASE_URL"] = database_url(str(settings["DATABASE_URL"]), instance)
    _judge(settings, os.environ if environ is None else environ)
    return {**settings, **_derived(settings)}


def _judge_names(named: Mapping[str, str]) -> None:
    """Refuse what is no setting: a slip of the pen, or a switch of the library's."""
    unknown = sorted(set(named) - set(DEFAULTS))
    if unknown:
        raise BadSetting(
            f"There is no setting {', '.join(PREFIX + name for name in unknown)};"
            f" there is {', '.join(PREFIX + name for name in DEFAULTS)}."
        )


def _judge(settings: Mapping[str, Any], environ: Mapping[str, str]) -> None:
    if settings["ENV"] not in ENVIRONMENTS:
        raise BadSetting(f"{PREFIX}ENV must be one of {', '.join(ENVIRONMENTS)}.")
    for name in NUMBERS:
        number = str(settings[name])
        if not (number.isascii() and number.isdigit()):
            raise BadSetting(f"{PREFIX}{name} must be a whole number.")
    _judge_codes(settings, "STRICT", "warning", warning_codes())
    _judge_codes(settings, "TOTP_ROLES", "role", RoleCode.labels())
    try:
        read_profiles(settings["PASSWORD_PROFILES"])
    except ValueError as error:
        raise BadSetting(f"{PREFIX}PASSWORD_PROFILES: {error}.") from None
    _judge_font(settings)
    _judge_mail(settings)
    _judge_secret(settings, environ)


def _judge_codes(settings: Mapping[str, Any], name: str, kind: str, known: Iterable[str]) -> None:
    """Refuse a code in a list that is none."""
    known = sorted(known)
    unknown = sorted(codes_of(settings[name]).difference(known))
    if unknown:
        raise BadSetting(
            f"{PREFIX}{name} knows no {kind} {', '.join(unknown)}; there is {', '.join(known)}."
        )


def _judge_font(settings: Mapping[str, Any]) -> None:
    if not settings["PAPER_FONT"]:
        return
    font = _paper_font(settings)
    if font is None:
        raise BadSetting(f"{PREFIX}PAPER_FONT names no font file.")
    try:
        face_of(font)
    except ValueError as error:
        raise BadSetting(f"{PREFIX}PAPER_FONT cannot be used: {error}.") from None


def _judge_mail(settings: Mapping[str, Any]) -> None:
    url, base = str(settings["MAIL_URL"]), urlsplit(str(settings["BASE_URL"]))
    try:
        carrier_of(url, Path(settings["INSTANCE"]))
    except BadMailUrl as error:
        raise BadSetting(f"{PREFIX}MAIL_URL cannot be used: {error}.") from None
    if (url or settings["BASE_URL"]) and (base.scheme not in {"http", "https"} or not base.netloc):
        raise BadSetting(
            f"{PREFIX}BASE_URL must be the panel's address, such as https://panel.example.cn,"
            " for the links in letters."
        )


def codes_of(setting: str) -> frozenset[str]:
    """Return the codes of a list with commas."""
    return frozenset(code.strip() for code in setting.split(",") if code.strip())


def _judge_secret(settings: Mapping[str, Any], environ: Mapping[str, str]) -> None:
    secret = str(settings["SECRET_KEY"])
    if not secret:
        raise BadSetting(
            f"{PREFIX}SECRET_KEY is missing. Set it to {SECRET_LENGTH} or more random characters, "
            "or use `make run`, which writes one into instance/settings.env."
        )
    if settings["ENV"] != "production":
        return
    plain = any(word in secret.lower() for word in PLACEHOLDERS)
    if plain or len(secret) < SECRET_LENGTH or len(set(secret)) < SECRET_LENGTH // 4:
        raise BadSetting(
            f"{PREFIX}SECRET_KEY is too short or too plain: "
            f"production needs {SECRET_LENGTH} random characters."
        )
    if settings.get("DEBUG") or environ.get("FLASK_DEBUG", "0").lower() not in {"", "0", "false"}:
        raise BadSetting("Production does not run in debug mode. Unset FLASK_DEBUG.")


def _import_limits(settings: Mapping[str, Any]) -> Limits:
    named = {name: int(settings[f"IMPORT_{name.upper()}"]) for name in IMPORT_BOUNDS}
    return Limits(bytes=int(settings["IMPORT_MEGABYTES"]) << 20, **named)


def _paper_font(settings: Mapping[str, Any]) -> Path | None:
    """Return the font file of papers: the one that was set, else the first of the usual ones."""
    given = str(settings["PAPER_FONT"])
    return first_font([Path(path) for path in ([given] if given else FONTS)])


def _derived(settings: Mapping[str, Any]) -> dict[str, Any]:
    secure = settings["ENV"] != "development"
    return {
        "SQLALCHEMY_DATABASE_URI": settings["DATABASE_URL"],
        **{name: int(settings[name]) for name in NUMBERS},
        "IMPORT_LIMITS": _import_limits(settings),
        "PAPER_FONT": _paper_font(settings),
        "PAPER_FONT_CARRIED": bool(settings["PAPER_FONT"]),  # the usual ones, the system knows
        "STRICT": codes_of(settings["STRICT"]),
        "TOTP_ROLES": codes_of(settings["TOTP_ROLES"]),
        "PASSWORD_PROFILES": read_profiles(settings["PASSWORD_PROFILES"]),
        "SESSION_COOKIE_NAME": "__Host-session" if secure else "session",
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "MAX_CONTENT_LENGTH": max(REQUEST_BYTES, _import_limits(settings).bytes + FORM_BYTES),
        "WTF_CSRF_TIME_LIMIT": None,  # a token lives as long as its session
        "BABEL_DEFAULT_LOCALE": "zh_Hans_CN",
        "BABEL_DEFAULT_TIMEZONE": "Asia/Shanghai",
        "BOOTSTRAP_SERVE_LOCAL": True,
    }

"""With which settings the app starts, and with which it must not."""

from __future__ import annotations

from pathlib import Path

import pytest

from admin_app import config, create_app
from admin_app.extensions import db
from admin_app.production import DEMO_LOADED
from models.audit.recorder import record
from models.base.actor import system_actor
from tests.support.databases import SessionOf

SECRET = "k3y-of-forty-two-characters-0123456789-abcdef"


def load(tmp_path: Path, **environ: str) -> dict[str, object]:
    names = {f"{config.PREFIX}{name}": value for name, value in environ.items()}
    return config.load({"INSTANCE": str(tmp_path)}, names)


def test_unset_environment_is_production_and_wants_a_secret(tmp_path: Path) -> None:
    with pytest.raises(config.BadSetting, match="SECRET_KEY is missing"):
        load(tmp_path)


@pytest.mark.parametrize("secret", ["dev", "short-but-not-empty", "a" * 64, "abab" * 16])
def test_production_refuses_a_poor_secret(tmp_path: Path, secret: str) -> None:
    with pytest.raises(config.BadSetting, match="too short or too plain"):
        load(tmp_path, SECRET_KEY=secret)


def test_production_refuses_debug(tmp_path: Path) -> None:
    with pytest.raises(config.BadSetting, match="debug"):
        config.load(
            {"INSTANCE": str(tmp_path)},
            {"ADMIN_APP_SECRET_KEY": SECRET, "FLASK_DEBUG": "1"},
        )


def test_an_unknown_environment_is_refused(tmp_path: Path) -> None:
    with pytest.raises(config.BadSetting, match="ENV must be one of"):
        load(tmp_path, ENV="prod", SECRET_KEY=SECRET)


@pytest.mark.parametrize("proxies", ["one", "-1", "²"])
def test_a_count_that_is_none_is_refused(tmp_path: Path, proxies: str) -> None:
    with pytest.raises(config.BadSetting, match="TRUSTED_PROXIES"):
        load(tmp_path, SECRET_KEY=SECRET, TRUSTED_PROXIES=proxies)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://mail.example", "it must begin with"),
        ("smtp://?from=a@b.cn", "it names no host"),
        ("smtp://mail.example:twenty?from=a@b.cn", "its port is no number"),
        ("smtp://me:hunter2@mail.example", "the sender's address"),
    ],
)
def test_a_mail_setting_that_cannot_be_used_is_refused(tmp_path: Path, url: str, why: str) -> None:
    with pytest.raises(config.BadSetting, match=why) as refused:
        load(tmp_path, SECRET_KEY=SECRET, MAIL_URL=url, BASE_URL="https://panel.example")
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("base", ["", "panel.example", "ftp://panel.example"])
def test_letters_need_the_address_of_the_panel(tmp_path: Path, base: str) -> None:
    with pytest.raises(config.BadSetting, match="BASE_URL must be"):
        load(tmp_path, SECRET_KEY=SECRET, MAIL_URL="file:outbox", BASE_URL=base)


def test_production_cookies_travel_over_tls_only(tmp_path: Path) -> None:
    settings = load(tmp_path, SECRET_KEY=SECRET)
    assert settings["SESSION_COOKIE_SECURE"] is True
    assert settings["SESSION_COOKIE_NAME"] == "__Host-session"
    assert load(tmp_path, SECRET_KEY=SECRET, ENV="testing")["SESSION_COOKIE_SECURE"] is True
    plain = load(tmp_path, SECRET_KEY=SECRET, ENV="development")
    assert (plain["SESSION_COOKIE_SECURE"], plain["SESSION_COOKIE_NAME"]) == (False, "session")


def test_environment_wins_over_file_and_file_over_default(tmp_path: Path) -> None:
    lines = ["# a remark", "ADMIN_APP_ENV=development", f"ADMIN_APP_SECRET_KEY={SECRET}", "OTHER=1"]
    (tmp_path / config.SETTINGS_FILE).write_text("\n".join(lines), "utf-8")
    assert load(tmp_path)["ENV"] == "development"
    assert load(tmp_path)["SECRET_KEY"] == SECRET
    assert load(tmp_path, ENV="testing")["ENV"] == "testing"


@pytest.mark.parametrize("spelling", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_means_psycopg_3(tmp_path: Path, spelling: str) -> None:
    settings = load(tmp_path, SECRET_KEY=SECRET, DATABASE_URL=f"{spelling}://u:p@h/d")
    assert settings["DATABASE_URL"] == "postgresql+psycopg://u:p@h/d"


def test_the_database_is_a_file_in_the_instance_folder_by_default(tmp_path: Path) -> None:
    url = load(tmp_path, SECRET_KEY=SECRET)["DATABASE_URL"]
    assert url == f"sqlite:///{tmp_path}/admin.sqlite3"


def test_production_refuses_a_demo_database(
    database: str, session_of: SessionOf, tmp_path: Path
) -> None:
    session = session_of(system_actor("seed demo"))
    record(session, DEMO_LOADED)
    session.commit()
    settings = {"SECRET_KEY": SECRET, "DATABASE_URL": database, "INSTANCE": str(tmp_path)}
    with pytest.raises(config.BadSetting, match="demo data"):
        create_app({**settings, "ENV": "production"})


def test_production_starts_on_a_database_of_its_own(database: str, tmp_path: Path) -> None:
    settings = {"SECRET_KEY": SECRET, "DATABASE_URL": database, "INSTANCE": str(tmp_path)}
    app = create_app({**settings, "ENV": "production"})
    assert app.test_client().get("/healthz").text == "ok\n"
    with app.app_context():
        db.engine.dispose()


@pytest.mark.parametrize("name", ["WTF_CSRF_ENABLED", "SECRETKEY"])
def test_a_name_that_is_no_setting_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(config.BadSetting, match=f"There is no setting ADMIN_APP_{name}"):
        load(tmp_path, SECRET_KEY=SECRET, **{name: ""})


@pytest.mark.parametrize("secret", ["changeme-changeme-changeme-changeme", "Secret" * 6])
def test_production_refuses_a_secret_from_an_example(tmp_path: Path, secret: str) -> None:
    with pytest.raises(config.BadSetting, match="too short or too plain"):
        load(tmp_path, ENV="production", SECRET_KEY=secret)


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("TOTP_ROLES", "authority,boss", "knows no role boss; there is .*authority"),
        ("STRICT", "nonsense", "knows no warning nonsense"),
        ("PASSWORD_PROFILES", "staff=teacher", "staff keep the profile staff"),
    ],
)
def test_a_code_that_is_none_is_refused(tmp_path: Path, name: str, value: str, why: str) -> None:
    with pytest.raises(config.BadSetting, match=why):
        load(tmp_path, SECRET_KEY=SECRET, **{name: value})


def test_roles_that_need_a_second_factor_are_read(tmp_path: Path) -> None:
    settings = load(tmp_path, SECRET_KEY=SECRET, TOTP_ROLES="super, authority")
    assert settings["TOTP_ROLES"] == {"super", "authority"}

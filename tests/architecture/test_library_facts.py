"""What the code relies on in the libraries: a version that behaves otherwise fails here first."""

from __future__ import annotations

import sqlite3
from importlib.metadata import version
from pathlib import Path

import flask_admin
import flask_bootstrap
import pytest
from babel.support import Translations
from flask import Flask
from flask_admin.base import Admin, AdminIndexView
from flask_admin.theme import Theme
from python_calamine import CalamineWorkbook
from sqlalchemy import Float, Numeric
from stdnum.cn import ric
from xlsxwriter import Workbook

from admin_app.catalogue import compile_catalogue

ID_NUMBER = 110101199003070011


@pytest.mark.parametrize(
    ("package", "series"),
    [
        ("flask", "3.1."),
        ("flask-admin", "2.2."),
        ("flask-login", "0.6."),
        ("flask-sqlalchemy", "3.1."),
        ("sqlalchemy", "2.1."),
        ("wtforms", "3.2."),  # 3.3 deprecates what Flask-Admin 2.2 passes
    ],
)
def test_the_facts_were_learnt_on_these_versions(package: str, series: str) -> None:
    assert version(package).startswith(series)


def test_a_theme_without_folder_has_no_stock_templates() -> None:
    app = Flask(__name__)
    Admin(app, theme=Theme(folder="none", base_template="admin/base.html"))
    names = app.jinja_env.list_templates()
    assert [name for name in names if name.startswith("admin/model")] == []


def test_an_index_view_without_static_folder_serves_no_jquery() -> None:
    class Bare(AdminIndexView):
        def __init__(self) -> None:
            super().__init__(url="/admin")
            self.static_folder = None

    app = Flask(__name__)
    Admin(app, index_view=Bare(), theme=Theme(folder="none", base_template="x"))
    assert [rule.rule for rule in app.url_map.iter_rules() if "static" in rule.endpoint] == [
        "/static/<path:filename>"
    ]


def test_flask_admin_speaks_chinese_under_the_script_name_only() -> None:
    folder = Path(flask_admin.__file__).parent / "translations"
    assert isinstance(Translations.load(folder, ["zh_Hans_CN"], "admin"), Translations)
    assert not (folder / "zh_CN").exists()


def test_our_catalogue_lies_where_babel_looks() -> None:
    folder = compile_catalogue().parents[2]
    found = Translations.load(folder, ["zh_Hans_CN"], "messages")
    assert found.gettext("Sign in") == "登录"


def test_bootstrap_is_packaged() -> None:
    static = Path(flask_bootstrap.__file__).parent / "static" / "bootstrap5"
    assert (static / "css" / "bootstrap.min.css").exists()


def test_float_is_no_numeric_so_a_form_would_drop_it() -> None:
    assert not issubclass(Float, Numeric)


def test_ric_validation_raises_key_error_for_real_counties() -> None:
    body = "33011319900101001"
    number = body + ric.calc_check_digit(body)
    with pytest.raises(KeyError):
        ric.get_birth_place(number)


def test_superscript_two_is_a_digit_but_no_number() -> None:
    assert "²".isdigit()
    with pytest.raises(ValueError, match="invalid literal"):
        int("²")


def test_a_workbook_gives_a_long_number_back_with_other_digits(tmp_path: Path) -> None:
    with Workbook(tmp_path / "x.xlsx") as book:
        book.add_worksheet().write_number(0, 0, ID_NUMBER)
    rows = CalamineWorkbook.from_path(tmp_path / "x.xlsx").get_sheet_by_index(0).to_python()
    found = rows[0][0]
    assert isinstance(found, float)
    assert int(found) != ID_NUMBER


def test_sqlite_knows_returning_and_upsert() -> None:
    assert sqlite3.sqlite_version_info >= (3, 35)

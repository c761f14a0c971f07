"""What every mapped class must declare, and what the business tables keep by themselves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import CheckConstraint, Column, Table
from sqlalchemy.orm import configure_mappers

import models  # noqa: F401 -- maps every table
from models.accounts.tables import UserAccount
from models.base.columns import meta
from models.base.orm import Base
from models.certification.choices import CONFIRM_LABELS, CertStatus, DataSource
from models.certification.tables import CertificationApplication
from models.certification.tables_certificate import Certificate
from models.people.choices import CredentialKind
from models.people.tables import Person, PersonCredential
from models.planning.rules import effective_window, is_within
from models.planning.tables import SiteArrangement, WorkPlan
from models.restriction.tables import RestrictionEntry

TONES = {"grey", "amber", "orange", "red", "teal", "green", "blue"}
CLASSES = sorted((mapper.class_ for mapper in Base.registry.mappers), key=lambda c: c.__tablename__)
TABLES = list(Base.metadata.tables.values())
COLUMNS = [column for table in TABLES for column in table.columns]
DAYS = [datetime(2026, 3, day, tzinfo=UTC) for day in range(1, 7)]


@pytest.fixture(autouse=True, scope="module")
def _mapped() -> None:
    configure_mappers()


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__tablename__)
def test_class_declares_area_label_and_existing_title(cls: type[Base]) -> None:
    assert cls.__module__.split(".")[1] == cls.__area__
    assert cls.__label__.zh
    assert cls.__label__.en
    assert hasattr(cls, cls.__title__)
    assert cls.__part_of__ is None or cls.__table__.c[cls.__part_of__].foreign_keys


@pytest.mark.parametrize("column", COLUMNS, ids=str)
def test_column_has_label_in_both_languages_and_comment(column: Column[Any]) -> None:
    declared = meta(column)
    assert declared.label.zh
    assert declared.label.en
    assert column.comment


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_constraints_are_named_within_the_limit_of_postgresql(table: Table) -> None:
    names = [str(c.name) for c in table.constraints] + [str(i.name) for i in table.indexes]
    assert all(names)
    assert [name for name in names if len(name.encode()) > 63] == []


def test_closed_sets_are_held_by_a_check() -> None:
    checks = {str(c.name) for t in TABLES for c in t.constraints if isinstance(c, CheckConstraint)}
    open_ = [
        str(column)
        for column in COLUMNS
        if meta(column).choices and f"ck_{column.table.name}_{column.name}_known" not in checks
    ]
    assert open_ == []


@pytest.mark.parametrize("column", [c for c in COLUMNS if meta(c).tones], ids=str)
def test_states_have_known_tones(column: Column[Any]) -> None:
    assert set((meta(column).tones or {}).values()) <= TONES


def test_states_of_an_application_have_the_tones_of_the_house() -> None:
    assert CertStatus.tones() == {
        "draft": "grey",
        "submitted": "amber",
        "materials_incomplete": "orange",
        "confirm_rejected": "red",
        "confirmed": "teal",
        "review_rejected": "red",
        "approved_unnumbered": "green",
        "approved_numbered": "blue",
    }


def test_confirmation_label_follows_the_site_list() -> None:
    assert {state.value: label.zh for state, label in CONFIRM_LABELS.items()} == {
        "draft": "网报未完成",
        "submitted": "网报待确认",
        "materials_incomplete": "申请材料不全",
        "confirm_rejected": "确认未通过",
        "confirmed": "确认已通过",
        "review_rejected": "确认已通过",
        "approved_unnumbered": "确认已通过",
        "approved_numbered": "确认已通过",
    }


def test_source_may_be_called_by_a_keyword() -> None:
    assert [(member.name, member.value) for member in DataSource] == [
        ("online", "online"),
        ("staff_entry", "staff_entry"),
        ("import", "import"),
    ]


@pytest.mark.parametrize(
    ("cls", "key"),
    [
        (Person, "name"),
        (CertificationApplication, "name"),
        (Certificate, "name"),
        (RestrictionEntry, "name"),
        (UserAccount, "display_name"),
    ],
)
def test_pinyin_follows_the_name(cls: type[Base], key: str) -> None:
    row = cls(**{key: "曾国藩"})
    spelled = [getattr(row, f"{key}_{suffix}") for suffix in ("pinyin", "initials")]
    assert spelled == ["zeng guo fan", "zgf"]
    setattr(row, key, "单雄信")
    spelled = [getattr(row, f"{key}_{suffix}") for suffix in ("pinyin", "initials")]
    assert spelled == ["shan xiong xin", "sxx"]


def test_site_follows_the_arrangement() -> None:
    row = CertificationApplication(arrangement=SiteArrangement(site_id=7))
    assert row.site_id == 7
    row.arrangement = None
    assert row.site_id is None


def test_titles_name_what_has_no_number_yet() -> None:
    row = CertificationApplication(name="曾国藩")
    assert row.caption() == "曾国藩"
    row.apply_no = "B20261101001000001"
    assert row.caption() == "B20261101001000001"
    assert PersonCredential(kind=CredentialKind.degree.value).caption() == "学位证书"


@pytest.mark.parametrize(("day", "inside"), [(0, False), (1, True), (2, True), (3, False)])
def test_window_is_half_open(day: int, inside: bool) -> None:
    assert is_within(DAYS[1], DAYS[3], DAYS[day]) is inside


def test_windows_that_touch_share_no_instant() -> None:
    hits = [sum(is_within(start, end, DAYS[2]) for start, end in pairwise(DAYS))]
    assert hits == [1]


def test_site_window_goes_before_the_plan_and_a_deadline_only_lengthens() -> None:
    plan = WorkPlan(confirm_start=DAYS[0], confirm_end=DAYS[3], decide_end=DAYS[4])
    site = SiteArrangement(confirm_start=DAYS[1], confirm_end=DAYS[2])
    assert effective_window(plan) == (DAYS[0], DAYS[3])
    assert effective_window(plan, SiteArrangement()) == (DAYS[0], DAYS[3])
    assert effective_window(plan, site) == (DAYS[1], DAYS[2])
    assert effective_window(plan, site, DAYS[4]) == (DAYS[1], DAYS[4])
    assert effective_window(plan, site, DAYS[0]) == (DAYS[1], DAYS[2])
    assert effective_window(plan, site, DAYS[4] + timedelta(days=1)) == (DAYS[1], DAYS[4])

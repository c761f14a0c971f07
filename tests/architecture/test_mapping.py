"""Rules that every mapped class keeps, so that the grid can be derived from it."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Iterator
from importlib import import_module

import pytest
from sqlalchemy import Column

import models
from models.base.choices import Choice
from models.base.columns import meta
from models.base.orm import Base

CLASSES = sorted((mapper.class_ for mapper in Base.registry.mappers), key=lambda cls: cls.__name__)


def choices() -> Iterator[type[Choice]]:
    for module in pkgutil.walk_packages(models.__path__, "models."):
        if ".migrations" in module.name:
            continue
        for _name, member in inspect.getmembers(import_module(module.name), inspect.isclass):
            if issubclass(member, Choice) and member is not Choice:
                yield member


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_a_class_says_where_it_belongs(cls: type[Base]) -> None:
    area = cls.__module__.split(".")[1]
    assert cls.__area__ == area
    assert cls.__label__.zh
    assert cls.__label__.en
    assert hasattr(cls, cls.__title__)
    assert cls.__doc__


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_every_column_has_a_label_and_a_comment(cls: type[Base]) -> None:
    for column in cls.__table__.columns:
        assert isinstance(column, Column)
        assert meta(column).label.zh, column
        assert meta(column).label.en, column
        assert (column.comment or "").endswith("."), column


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_every_constraint_and_index_has_a_name(cls: type[Base]) -> None:
    table = cls.__table__
    named = [*table.constraints, *table.indexes]  # type: ignore[attr-defined]  # a Table
    assert [rule for rule in named if not rule.name] == []
    assert [rule.name for rule in named if len(str(rule.name)) > 63] == []  # PostgreSQL's limit


def test_a_choice_is_stored_by_its_name() -> None:
    wrong = [
        f"{choice.__name__}.{member.name}"
        for choice in choices()
        for member in choice
        if member.value != member.name or member.value != member.value.lower()
    ]
    assert wrong == []

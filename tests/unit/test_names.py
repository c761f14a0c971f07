"""Pinyin keys of names: surnames are read as surnames, other scripts survive."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.base.names import MOST_READINGS, initials, name_sort_key, readings


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("曾国藩", "zeng guo fan"),
        ("单雄信", "shan xiong xin"),
        ("單雄信", "shan xiong xin"),
        ("仇和", "qiu he"),
        ("查良镛", "zha liang yong"),
        ("解晓东", "xie xiao dong"),
        ("区志航", "ou zhi hang"),
        ("朴树", "piao shu"),
        ("盖叫天", "ge jiao tian"),
        ("任贤齐", "ren xian qi"),
        ("华罗庚", "hua luo geng"),
        ("翟志刚", "zhai zhi gang"),
        ("缪荣", "miao rong"),
        ("尉迟恭", "yu chi gong"),
        ("尉健行", "wei jian xing"),
        ("长孙无忌", "zhang sun wu ji"),
        ("万俟卨", "mo qi xie"),
        ("万里", "wan li"),
        ("欧阳修", "ou yang xiu"),
        ("司马光", "si ma guang"),
        ("张三", "zhang san"),
        ("吕不韦", "lv bu wei"),
        ("李单", "li dan"),
    ],
)
def test_surname_is_read_as_a_surname(name: str, key: str) -> None:
    assert name_sort_key(name) == key


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("", ""),
        ("   ", ""),
        ("John Smith", "john smith"),
        ("Ａnna　Ｌee", "anna lee"),
        ("张A", "zhang a"),
        ("阿依古丽·买买提", "a yi gu li mai mai ti"),
        ("阿依古丽•买买提", "a yi gu li mai mai ti"),
        ("김철수", "김철수"),
        ("O'Neil-李", "o'neil- li"),
    ],
)
def test_other_text_stays_in_lower_case(name: str, key: str) -> None:
    assert name_sort_key(name) == key


def test_names_sort_as_a_register_does() -> None:
    names = ["曾国藩", "张三", "李四", "查良镛", "单雄信"]
    assert sorted(names, key=name_sort_key) == ["李四", "单雄信", "曾国藩", "查良镛", "张三"]


@pytest.mark.parametrize(
    ("name", "letters"), [("曾国藩", "zgf"), ("尉迟恭", "ycg"), ("John Smith", "js"), ("", "")]
)
def test_initials_are_first_letters(name: str, letters: str) -> None:
    assert initials(name) == letters


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("zengguof", "zeng guo f"),
        ("Zeng Guo", "zeng guo"),
        ("xian", "xian"),
        ("xian", "xi an"),
        ("lübu", "lv bu"),
        ("o'neil", "o'neil"),
        ("zengguofan", "zeng guo fan"),
    ],
)
def test_pinyin_may_be_typed_without_blanks(typed: str, meant: str) -> None:
    assert meant in readings(typed)


def test_what_is_no_pinyin_has_no_reading_but_itself() -> None:
    assert readings("zgf") == ["zgf"]
    assert readings("曾") == readings("") == []


def test_a_long_text_without_end_is_no_burden() -> None:
    assert len(readings("an" * 50)) == MOST_READINGS
    assert readings("an" * 49 + "vv") == ["an" * 49 + "vv"]


@settings(derandomize=True, deadline=None)
@given(st.text(max_size=12))
def test_any_text_has_a_tidy_key(name: str) -> None:
    key = name_sort_key(name)
    assert key == " ".join(key.split())
    assert len(initials(name)) == len(key.split())

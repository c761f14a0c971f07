"""Closed sets of values with labels: states and kinds (enums), national codes (plain maps)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Self

from models.text import Label


class Choice(StrEnum):
    """A closed set whose stored value equals the member name, lower_snake (reading 8).

    Members: ``draft = "draft", "网报未完成", "Draft", "grey"`` — value, Chinese, English
    and, for states, the tone of the badge: grey, amber, orange, red, teal, green or blue.
    """

    label: Label
    tone: str

    def __new__(cls, value: str, zh: str, en: str, tone: str = "grey") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = Label(zh, en)
        member.tone = tone
        return member

    @classmethod
    def labels(cls) -> dict[str, Label]:
        """Return value → label in declaration order."""
        return {member.value: member.label for member in cls}

    @classmethod
    def tones(cls) -> dict[str, str]:
        """Return value → tone of its badge; nothing for a set of kinds, which have no tones."""
        tones = {member.value: member.tone for member in cls}
        return tones if set(tones.values()) != {"grey"} else {}


class NationalCode(Mapping[str, Label]):
    """A set fixed by a national standard: codes keep its value, as strings (reading 8)."""

    def __init__(self, items: Iterable[tuple[str, str, str]]) -> None:
        self._labels = {code: Label(zh, en) for code, zh, en in items}

    def __getitem__(self, code: str) -> Label:
        return self._labels[str(code)]

    def __iter__(self):  # type: ignore[no-untyped-def]  # Mapping's own signature is Iterator[str]
        return iter(self._labels)

    def __len__(self) -> int:
        return len(self._labels)


QUALIFICATION_TYPE = NationalCode(
    [
        ("1", "幼儿园", "Kindergarten"),
        ("2", "小学", "Primary school"),
        ("3", "初级中学", "Junior middle school"),
        ("4", "高级中学", "Senior middle school"),
        ("5", "中等职业学校", "Secondary vocational school"),
        ("6", "中等职业学校实习指导", "Vocational practice instruction"),
        ("7", "高等学校", "Higher education"),
    ]
)
SEX = NationalCode(
    [
        ("0", "未知", "Unknown"),
        ("1", "男", "Male"),
        ("2", "女", "Female"),
        ("9", "未说明", "Not stated"),
    ]
)
ID_TYPE = NationalCode(
    [
        ("1", "居民身份证", "Resident ID card"),
        ("2", "军官证", "Officer's certificate"),
        ("3", "士兵证", "Soldier's certificate"),
        ("4", "文职干部证", "Civilian cadre's certificate"),
        ("5", "部队离退休证", "Military retirement certificate"),
        ("6", "香港特区护照/身份证明", "Hong Kong passport or identity proof"),
        ("7", "澳门特区护照/身份证明", "Macao passport or identity proof"),
        ("8", "台湾居民来往大陆通行证", "Mainland travel permit for Taiwan residents"),
        ("9", "境外永久居住证", "Foreign permanent residence card"),
        ("A", "护照", "Passport"),
        ("B", "户口簿", "Household register"),
        ("C", "港澳居民来往内地通行证", "Mainland travel permit for Hong Kong and Macao residents"),
        ("D", "港澳台居民居住证", "Residence permit for Hong Kong, Macao and Taiwan residents"),
        ("Z", "其他", "Other"),
    ]
)

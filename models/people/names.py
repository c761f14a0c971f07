"""Pinyin of Chinese personal names: the key that lists sort by, and the initials people type."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from pypinyin import lazy_pinyin

_COMPOUND_SURNAMES: Final = {
    "尉迟": "yu chi",
    "尉遲": "yu chi",
    "长孙": "zhang sun",
    "長孫": "zhang sun",
    "万俟": "mo qi",
    "澹台": "tan tai",
    "澹臺": "tan tai",
    "乐正": "yue zheng",
    "子车": "zi ju",
}
"""Compound surnames with a character that is read otherwise elsewhere.

单于 is left out: today 单 (shan) with a given name in 于 is far more common than the title.
"""

# Surnames whose reading differs from the everyday one, each after its pinyin. Families differ over
# a few (盖 ge or gai, 覃 qin or tan); the key takes one, it only has to be the same each time.
_READINGS: Final = (
    "bi秘祕 chen谌諶 chong种種重 du都 ge盖蓋葛 gou句缑 gui炅 guo呙過过 he黑 hua华華 ji纪紀 juan隽雋"
    " jue角 kan阚闞 lu六 mi宓 miao缪繆 na那 nai佴能 nie乜 ning宁寧甯 ou区區 pang逄 piao朴 po繁"
    " qin覃 qiu仇 ren任 shan单單 shao召 she折厍 shen莘 su宿 wei隗尉 xi郗 xian冼洗 xie解 xing行"
    " xun郇 yan燕 ye叶葉 ying应應 yue乐樂 yun员員 zang藏 zeng曾 zha查 zhai翟祭 zhan占"
)
_SURNAMES: Final = {
    character: re.sub(r"[^a-z]", "", entry)
    for entry in _READINGS.split()
    for character in re.sub(r"[a-z]", "", entry)
}

_CHINESE: Final = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_SEPARATORS: Final = re.compile(r"[\s·•‧・･\u00ad\u200b\ufeff]+")


@lru_cache(maxsize=4096)  # a person and his application are spelt one after the other
def name_sort_key(name: str) -> str:
    """Spell a name for sorting: one lower-case syllable per character, parted by spaces.

    "曾国藩" becomes "zeng guo fan", "ü" is written "v". The surname is read as a surname. Text
    that is not Chinese stays, in lower case; the dots inside transcribed names count as spaces,
    because people type several kinds of them.
    """
    plain = _SEPARATORS.sub(" ", unicodedata.normalize("NFKC", name)).strip()
    surname, rest = _split_surname(plain)
    return " ".join(" ".join([surname, *lazy_pinyin(rest)]).lower().split())


def initials(name: str) -> str:
    """Answer the first letter of each syllable or word of the sort key: "曾国藩" gives "zgf"."""
    return "".join(syllable[0] for syllable in name_sort_key(name).split())


def _split_surname(name: str) -> tuple[str, str]:
    """Part the spelled surname from the rest of the name.

    A surname that no table lists is spelled alone too: next to the given name the dictionary
    may take both for an everyday phrase.
    """
    if name[:2] in _COMPOUND_SURNAMES:
        return _COMPOUND_SURNAMES[name[:2]], name[2:]
    if name[:1] in _SURNAMES:
        return _SURNAMES[name[:1]], name[1:]
    if _CHINESE.match(name):
        return " ".join(lazy_pinyin(name[:1])), name[1:]
    return "", name

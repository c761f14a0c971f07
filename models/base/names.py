"""Pinyin of Chinese personal names: the key that lists sort by, and what people type for it."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import islice, product
from typing import Final

from pypinyin import lazy_pinyin
from pypinyin.constants import PINYIN_DICT
from pypinyin.contrib.tone_convert import to_normal

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

#: Readings of a text without blanks that are looked up; of names there are seldom more than four.
MOST_READINGS: Final = 12
LONGEST_SYLLABLE: Final = 6

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


@lru_cache(maxsize=2048)
def phrase_sort_key(text: str) -> str:
    """Spell a text that is no name, one lower-case syllable per character, parted by spaces."""
    return " ".join(" ".join(lazy_pinyin(text)).lower().split())


def readings(typed: str) -> list[str]:
    """Return beginnings of sort keys that a typed text may mean: blanks may be left out.

    "zengguof" gives "zeng guo f"; "xian" gives "xian" and "xi an". What was typed with a blank
    keeps it. Nothing for text that is not spelled in Latin letters.
    """
    words = typed.lower().replace("ü", "v").split()
    if not words or not all(word.isascii() for word in words):
        return []
    ways = [[word, *_syllables(word)] for word in words]
    found = (" ".join(way) for way in product(*ways))
    return list(dict.fromkeys(islice(found, MOST_READINGS)))


@lru_cache(maxsize=1024)  # ends of a word are met again and again: else the time is exponential
def _syllables(word: str) -> tuple[str, ...]:
    """Return ways to part a word into syllables, of which the last may be unfinished."""
    if not word.isalpha():
        return ()
    return tuple(islice(_parted(word), MOST_READINGS))


def _parted(word: str) -> Iterator[str]:
    whole, begun = _known_syllables()
    for end in range(min(len(word) - 1, LONGEST_SYLLABLE), 0, -1):
        if word[:end] not in whole:
            continue
        rest = word[end:]
        if rest in begun:
            yield f"{word[:end]} {rest}"
        yield from (f"{word[:end]} {more}" for more in _syllables(rest))


@cache
def _known_syllables() -> tuple[frozenset[str], frozenset[str]]:
    """Return all syllables of the dictionary, and all their beginnings."""
    toned = {sound for sounds in PINYIN_DICT.values() for sound in sounds.split(",")}
    plain = {to_normal(sound).replace("ü", "v") for sound in toned}
    whole = frozenset(each for each in plain if re.search(r"[aeiouv]", each) and each.isascii())
    return whole, frozenset(each[:end] for each in whole for end in range(1, len(each) + 1))


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

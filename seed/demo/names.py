"""Made-up Chinese names: surnames about as frequent as in life, rare and compound ones too."""

from __future__ import annotations

from itertools import accumulate
from random import Random
from typing import Final

# One surname to a character, in descending order of bearers; weights fall off as 1/(rank+8).
_COMMON: Final = (
    "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高梁郑罗宋谢唐韩曹许邓萧冯曾程蔡彭潘袁于董余苏叶吕魏蒋田杜丁沈姜范江"
    "傅钟卢汪戴崔任陆廖姚方金邱夏谭韦贾邹石熊孟秦阎薛侯雷白龙段郝孔邵史毛常万顾赖武康贺严尹钱施牛洪龚"
)
_RARE: Final = "覃冼佘仇查解单区盖宓乜逄亓麦阚隗谌朴乐缪郗占揭诸"
_COMPOUND: Final = ("欧阳", "上官", "司徒", "诸葛", "司马", "夏侯", "皇甫", "尉迟", "令狐")
_SURNAMES: Final = (*_COMMON, *_RARE, *_COMPOUND)
_WEIGHTS: Final = (
    *(1000 // (rank + 8) for rank in range(len(_COMMON))),
    *(3 for _ in _RARE),
    *(3 for _ in _COMPOUND),
)
_CUMULATED: Final = tuple(accumulate(_WEIGHTS))

_MALE: Final = "伟强磊军勇杰涛明超刚辉鹏飞宇浩博文俊峰凯志建国华斌龙晨睿泽轩昊然子豪毅恒栋梁"
_FEMALE: Final = "芳娜敏静丽艳娟霞秀英玲玉萍红婷雪慧莹佳琳洁颖倩欣怡雨欢梦琪诗涵思语嘉悦雯蕾菲"
_EITHER: Final = "晓小一宁安平春林海清云天心可乐雅文新世永立"


def make_name(rng: Random, sex: str) -> str:
    """Make up a full name; ``sex`` is "1" for a man, "2" for a woman."""
    surname: str = rng.choices(_SURNAMES, cum_weights=_CUMULATED)[0]
    own = _MALE if sex == "1" else _FEMALE
    if rng.random() < 0.18:
        return surname + rng.choice(own)
    first = rng.choice(_EITHER if rng.random() < 0.35 else own)
    return surname + first + rng.choice(own.replace(first, ""))

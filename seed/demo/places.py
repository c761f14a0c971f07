"""Where the demo offices stand: three provinces with cities and counties, by region codes.

Names come from the region table; here stands only what it does not say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

#: City → its counties that have an authority in the demo.
PLACES: Final = {
    "44": {
        "4401": ("440106", "440104", "440105", "440113"),
        "4403": ("440305", "440304", "440306"),
        "4406": ("440604", "440605"),
    },
    "37": {
        "3701": ("370102", "370103", "370112"),
        "3702": ("370202", "370213", "370211"),
        "3706": ("370602", "370611"),
    },
    "51": {
        "5101": ("510107", "510104", "510105"),
        "5107": ("510703", "510704"),
    },
}

#: The authority whose staff are the demo accounts: 广州市天河区教育局.
DEMO_REGION: Final = "440106"


@dataclass(frozen=True, slots=True)
class Busy:
    """An authority that has applications: its sites and how many of them came in."""

    region: str
    sites: tuple[str, ...]
    applications: int
    last_year: int = 0


#: Sites of the busy authorities; the first is the one with most visitors.
BUSY: Final = (
    Busy(
        DEMO_REGION,
        (
            "天河区政务服务中心教师资格确认点",
            "天河区教师发展中心教师资格确认点",
            "华南师范大学教师资格确认点",
            "天河职业高级中学教师资格确认点",
        ),
        520,
        80,
    ),
    Busy("440104", ("越秀区政务服务中心教师资格确认点", "越秀区教师进修学校教师资格确认点"), 150),
    Busy("4401", ("广州市政务服务中心教师资格确认点", "广州大学教师资格确认点"), 150),
    Busy("440305", ("南山区行政服务大厅教师资格确认点", "深圳大学教师资格确认点"), 150),
    Busy("370102", ("历下区政务服务中心教师资格确认点", "历下区教育教学研究中心确认点"), 150),
    Busy("510107", ("武侯区政务服务中心教师资格确认点", "四川大学望江校区教师资格确认点"), 150),
)

#: Authorities that keep restrictions; not the demo authority, whose guards must see theirs.
REVIEWING: Final = ("37", "4403", "510107")

#: Qualification types that an authority of each kind certifies.
TYPES: Final = {"county": (1, 2, 3), "city": (4, 5, 6), "province": (7,)}

#: Telephone area codes; a province has that of its capital.
PHONE_AREAS: Final = {
    "44": "020", "4401": "020", "4403": "0755", "4406": "0757",
    "37": "0531", "3701": "0531", "3702": "0532", "3706": "0535",
    "51": "028", "5101": "028", "5107": "0816",
}  # fmt: skip
#: The first three digits of the postcodes of a city.
ZIP_AREAS: Final = {
    "4401": "510", "4403": "518", "4406": "528", "3701": "250", "3702": "266", "3706": "264",
    "5101": "610", "5107": "621",
}  # fmt: skip

#: Schools of a busy county: name, code of SCHOOL_NATURE, code of TEACH_STAGE.
SCHOOLS: Final = (
    ("第一幼儿园", "11", "1"),
    ("实验小学", "12", "2"),
    ("第一中学", "16", "3"),
)

"""The tree of organisations: centre, provinces, cities, counties, sites and schools."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.reference.tables import Org, OrgQualificationType, Region
from seed.demo.places import BUSY, PHONE_AREAS, PLACES, SCHOOLS, TYPES

ROOT_NAME = "教师资格认定指导中心"
_KINDS = {2: "province", 4: "city", 6: "county"}
_BUSY = {busy.region: busy for busy in BUSY}
_SCOPE = "户籍、居住地或就读学校在本机构辖区内，且网上申报时选择本确认点的申请人。"
_NOTICE = (
    "请携带身份证、学历证书和一寸免冠照片原件，在网上约定的日期到场。"
    "工作时间：周一至周五 9:00-11:30，14:00-17:00。"
)


@dataclass(slots=True)
class Tree:
    """The organisations that the rest of the demo hangs on."""

    root: Org
    provinces: dict[str, Org] = field(default_factory=dict)
    #: Every certifying authority by the code of its region.
    authorities: dict[str, Org] = field(default_factory=dict)
    #: Confirmation sites by the region code of their authority, the busiest first.
    sites: dict[str, list[Org]] = field(default_factory=dict)

    @property
    def below_root(self) -> list[Org]:
        """Return the certifying authorities, provinces first."""
        return list(self.authorities.values())


def make_tree(session: Session) -> Tree:
    """Make the whole tree, level by level."""
    names = {row.code: row.name for row in session.execute(select(Region.code, Region.name))}
    root = Org(
        name=ROOT_NAME, kind="center", region_code="0", province_code="0", is_open=True,
        address="北京市海淀区学院路甲一号", phone="010-62300000",
    )  # fmt: skip
    _plant(session, [root])
    tree = Tree(root)
    _plant_authorities(session, tree, names)
    _plant_sites(session, tree, names)
    _plant_schools(session, tree, names)
    return tree


def _plant(session: Session, orgs: list[Org]) -> None:
    """Save one level, so that the next one finds the ids and paths it hangs on."""
    session.add_all(orgs)
    session.flush()


def _plant_authorities(session: Session, tree: Tree, names: dict[str, str]) -> None:
    for length in (2, 4, 6):
        level = [
            _authority(code, number, tree, names)
            for province in PLACES
            for number, code in enumerate(_codes(province), start=1)
            if len(code) == length
        ]
        _plant(session, level)
        tree.authorities |= {org.region_code: org for org in level}
    tree.provinces = {code: tree.authorities[code] for code in PLACES}
    session.add_all(
        OrgQualificationType(org_id=org.id, qualification_type=kind)
        for org in tree.below_root
        for kind in TYPES[org.kind]
    )


def _codes(province: str) -> list[str]:
    cities = PLACES[province]
    return [province, *cities, *(county for counties in cities.values() for county in counties)]


def _authority(code: str, number: int, tree: Tree, names: dict[str, str]) -> Org:
    kind = _KINDS[len(code)]
    upper = tree.authorities[code[:-2]] if kind != "province" else tree.root
    place = full_name(code, names)
    return Org(
        name=f"{place}{'教育厅' if kind == 'province' else '教育局'}",
        kind=kind,
        parent=upper,
        region_code=code,
        province_code=code[:2],
        cert_org_code=f"{number:03d}",
        is_certifying=True,
        is_open=True,
        address=f"{place}教育路{number}号",
        phone=f"{PHONE_AREAS[code[:4]]}-8{code[-4:].zfill(4)}{number:03d}",
    )


def full_name(code: str, names: dict[str, str]) -> str:
    """Return a place with the city it lies in, such as 广州市天河区."""
    return (names[code[:4]] if len(code) == 6 else "") + names[code]


def _plant_sites(session: Session, tree: Tree, names: dict[str, str]) -> None:
    sites = []
    for code, org in tree.authorities.items():
        busy = _BUSY.get(code)
        own = busy.sites if busy else (f"{names[code]}政务服务中心教师资格确认点",)
        tree.sites[code] = [_site(org, name, number) for number, name in enumerate(own, start=1)]
        sites += tree.sites[code]
    _plant(session, sites)


def _site(org: Org, name: str, number: int) -> Org:
    return Org(
        **_below(org),
        name=name,
        kind="site",
        is_open=True,
        address=f"{org.address}之{number}",
        phone=org.phone,
        confirm_scope_note=_SCOPE,
        notice=_NOTICE,
    )


def _below(org: Org) -> dict[str, Any]:
    return {
        "parent": org,
        "region_code": org.region_code,
        "province_code": org.province_code,
    }


def _plant_schools(session: Session, tree: Tree, names: dict[str, str]) -> None:
    counties = [org for org in tree.below_root if org.region_code in _BUSY and org.kind == "county"]
    schools = [
        Org(
            **_below(org),
            name=f"{full_name(org.region_code, names)}{name}",
            kind="school",
            school_code=f"{nature[-1]}{org.region_code}{number:05d}",
            school_nature=nature,
            area_type="1",
            stage=stage,
            is_open=True,
            address=f"{full_name(org.region_code, names)}文明路{number}号",
        )
        for org in counties
        for number, (name, nature, stage) in enumerate(SCHOOLS, start=1)
    ]
    _plant(session, schools)

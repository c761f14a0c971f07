"""Small reference data for tests: a region, code items, subjects, material rules, offices."""

from __future__ import annotations

from itertools import cycle

from models.base.session import ActorSession
from models.reference.tables import (
    CodeItem,
    CodeSet,
    MaterialRule,
    Org,
    OrgKind,
    OrgQualificationType,
    Region,
    Subject,
)

PROVINCE = "37"
MATERIALS = {"id_document": "身份证明", "photo": "照片", "degree_certificate": "学位证书"}
_codes = cycle(range(101, 1000))


def make_basics(session: ActorSession) -> Subject:
    """Store one province, the materials with their rules, and a subject; return the subject.

    Identity document and photograph are required, the degree certificate is not.
    """
    session.add(Region(code=PROVINCE, name="山东省", level=1, province_code=PROVINCE))
    make_materials(session)
    subject = Subject(code="yuwen", name="语文")
    session.add(subject)
    session.flush()
    return subject


def make_materials(session: ActorSession) -> None:
    """Store the materials with their rules; all but the degree certificate are required."""
    session.add(CodeSet(code="MATERIAL_TYPE", name="申请材料"))
    session.flush()
    for sort, (code, name) in enumerate(MATERIALS.items()):
        session.add(CodeItem(set_code="MATERIAL_TYPE", code=code, name=name, sort=sort))
        session.add(MaterialRule(material_code=code, required=code != "degree_certificate"))


def make_root(session: ActorSession) -> Org:
    """Store the office above all authorities."""
    root = Org(name="省教育厅", kind=OrgKind.province, region_code=PROVINCE, province_code=PROVINCE)
    session.add(root)
    session.flush()
    return root


def make_authority(session: ActorSession, parent: Org, name: str = "某市教育局") -> Org:
    """Store an authority that certifies types 1 to 4, with a three-digit code of its own."""
    org = Org(
        name=name,
        kind=OrgKind.city,
        parent_id=parent.id,
        region_code=PROVINCE,
        province_code=PROVINCE,
        cert_org_code=str(next(_codes)),
        is_certifying=True,
    )
    session.add(org)
    session.flush()
    session.add_all(OrgQualificationType(org_id=org.id, qualification_type=n) for n in range(1, 5))
    session.flush()
    return org


def make_site(session: ActorSession, authority: Org, name: str = "某大学确认点") -> Org:
    """Store a confirmation site of an authority."""
    site = Org(
        name=name,
        kind=OrgKind.site,
        parent_id=authority.id,
        region_code=PROVINCE,
        province_code=PROVINCE,
    )
    session.add(site)
    session.flush()
    return site

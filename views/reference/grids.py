"""Regions, code sets, subjects, material rules and the tree of organisations."""

from __future__ import annotations

from models.base.choices import QUALIFICATION_TYPE
from models.reference.subjects import ANY_TYPE, types_of, with_types
from models.reference.tables import (
    CodeItem,
    CodeSet,
    MaterialRule,
    Org,
    OrgQualificationType,
    Region,
    Subject,
    SubjectType,
)
from models.text import Label
from views.base import menu
from views.base.grid import Computed, Grid, Section
from views.reference.records import OrgRecord


class Organisations(OrgRecord, Grid[Org]):
    category = menu.REFERENCE
    columns = (
        "name kind parent region cert_org_code is_certifying is_registering is_open phone enabled"
    )
    filters = "kind region parent is_certifying is_open enabled name school_code province_code"
    facets = "kind"
    inline = "phone is_open enabled"
    sections = (
        Section("机构", "Organisation", "name kind parent region province_code enabled"),
        Section(
            "认定与注册", "Certification", "cert_org_code is_certifying is_registering is_open"
        ),
        Section("学校", "School", "school_code school_nature area_type stage"),
        Section("联系与告知", "Contact", "address phone confirm_scope_note notice"),
    )
    sort = "id"


class AuthorityTypes(Grid[OrgQualificationType]):
    category = menu.REFERENCE
    columns = "org qualification_type"


class Regions(Grid[Region]):
    category = menu.REFERENCE


class CodeSets(Grid[CodeSet]):
    category = menu.REFERENCE


class CodeItems(Grid[CodeItem]):
    category = menu.REFERENCE
    columns = "set code name name_en parent sort enabled"
    inline = "name name_en sort enabled"
    sort = "id"


class Subjects(Grid[Subject]):
    category = menu.REFERENCE
    columns = "code name parent qualification_type is_leaf enabled"
    inline = "name enabled"
    computed = {  # noqa: RUF012 -- declared once, never changed
        "qualification_type": Computed(
            Label("资格种类", "Qualification type"),
            types_of,
            choices={ANY_TYPE: Label("不限", "Any"), **QUALIFICATION_TYPE},
            served=with_types,
            several=True,
        )
    }
    sections = (
        Section(
            "学科",
            "Subject",
            "code name parent qualification_type is_leaf enabled requested_by_org",
        ),
    )


class SubjectTypes(Grid[SubjectType]):
    category = menu.REFERENCE
    columns = "subject qualification_type"
    inline = "qualification_type"
    in_menu = False


class MaterialRules(Grid[MaterialRule]):
    category = menu.REFERENCE


GRIDS = (
    Organisations,
    AuthorityTypes,
    Regions,
    CodeSets,
    CodeItems,
    Subjects,
    SubjectTypes,
    MaterialRules,
)

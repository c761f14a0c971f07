"""Reference data files: complete, closed under their parents, and without contradictions."""

from collections import Counter
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from models.workflow.registry import machines
from seed.reference.data import (
    code_item_rows,
    code_set_rows,
    material_rule_rows,
    subject_rows,
)
from seed.reference.regions import region_rows
from views.base.reasons import REASONS_OFFERED

SETS_OF_THE_SCHEMA = (
    "ETHNIC, POLITICAL, EDU_LEVEL, DEGREE, LEARN_FORM, MAJOR, MAJOR_CATEGORY, PTH_LEVEL, TITLE, "
    "POST_NATURE, SCHOOL_NATURE, AREA_TYPE, TEACH_STAGE, ID_TYPE, SEX, COUNTRY, PERSON_STATE, "
    "POST_CATEGORY, POST_GRADE, TRAIN_TYPE, TRAIN_WAY, EXCHANGE_TYPE, TALENT_PROGRAM, "
    "HONOR_LEVEL, ASSESS_RESULT, MATERIAL_TYPE, COLLEGE, OCCUPATION"
)

SETS_OF_TRANSITIONS = {"CONFIRM_REASON", "REVIEW_REASON", "RETURN_REASON"}


def test_the_sets_of_usual_texts_that_transitions_offer_are_there() -> None:
    transitions = [each for machine in machines() for each in machine.transitions]
    offered = {asked.offers for each in transitions for asked in each.inputs} - {""}
    assert offered == SETS_OF_TRANSITIONS
    assert all(2 < len(_items(name)) <= REASONS_OFFERED for name in offered)


def _items(set_code: str) -> dict[str, str]:
    return {
        str(row["code"]): str(row["name"])
        for row in code_item_rows()
        if row["set_code"] == set_code
    }


def _assert_parents_come_first(rows: list[dict[str, Any]]) -> None:
    seen: set[str] = set()
    for row in rows:
        assert row["code"] not in seen, f"{row['code']} stands twice"
        assert row["parent_code"] is None or row["parent_code"] in seen, row
        seen.add(row["code"])


def test_regions_are_a_tree_with_unique_codes() -> None:
    rows = region_rows()
    _assert_parents_come_first(rows)
    assert rows[0]["code"] == "0"
    assert [row["code"] for row in rows if row["parent_code"] is None] == ["0"]


def test_region_codes_have_the_length_of_their_level_and_extend_the_parent() -> None:
    for row in region_rows()[1:]:
        code, parent = str(row["code"]), str(row["parent_code"])
        assert code.isascii()
        assert code.isdigit()
        assert len(code) == {1: 2, 2: 4, 3: 6}[int(row["level"] or 0)]
        assert parent == (code[:-2] or "0")
        assert row["province_code"] == code[:2]
        assert str(row["name"]).strip() == row["name"] != ""


def test_region_counts_follow_the_source_without_development_zones() -> None:
    counts = Counter(row["level"] for row in region_rows())
    assert counts == {0: 1, 1: 31 + 5, 2: 342, 3: 2978 - 124}
    assert not [
        row for row in region_rows() if row["level"] == 3 and 71 <= int(str(row["code"])[4:]) <= 79
    ]


def test_prefixes_of_documents_are_regions_that_nobody_is_offered() -> None:
    inactive = {row["code"] for row in region_rows() if not row["is_active"]}
    assert inactive == {"83", "91"}
    assert {"71", "81", "82"} <= {row["code"] for row in region_rows() if row["level"] == 1}


def test_new_counties_are_present() -> None:
    names = {row["code"]: row["name"] for row in region_rows()}
    assert (names["330113"], names["330114"]) == ("临平区", "钱塘区")
    assert names["371327"] == "莒南县"


def test_the_licence_lies_beside_the_data_and_in_the_notice() -> None:
    root = Path(__file__).parents[2]
    licence = (root / "seed/reference/regions/LICENSE").read_text(encoding="utf-8")
    assert "PUBLIC LICENSE" in licence
    assert "china-division 2.7.0" in (root / "NOTICE").read_text(encoding="utf-8")


def test_every_set_of_the_schema_exists_and_has_items() -> None:
    codes = [str(row["code"]) for row in code_set_rows()]
    assert sorted(codes) == sorted([*SETS_OF_THE_SCHEMA.split(", "), *SETS_OF_TRANSITIONS])
    assert {row["set_code"] for row in code_item_rows()} == set(codes)


@pytest.mark.parametrize("set_code", [str(row["code"]) for row in code_set_rows()])
def test_items_of_a_set_are_a_tree_in_order(set_code: str) -> None:
    rows = [row for row in code_item_rows() if row["set_code"] == set_code]
    _assert_parents_come_first(rows)
    assert [row["sort"] for row in rows] == list(range(1, len(rows) + 1))
    siblings = Counter((row["parent_code"], row["name"]) for row in rows)
    assert max(siblings.values()) == 1
    assert all(0 < len(str(row["code"])) <= 20 and len(str(row["name"])) <= 120 for row in rows)


def test_fifty_six_ethnic_groups_and_two_more() -> None:
    groups = _items("ETHNIC")
    assert [code for code in groups if int(code) <= 56] == [f"{n:02d}" for n in range(1, 57)]
    assert (groups["01"], groups["56"], groups["97"]) == ("汉族", "基诺族", "其他")
    assert len(groups) == 58


def test_codes_that_the_facts_state_are_kept() -> None:
    assert len(_items("POLITICAL")) == 13
    assert _items("POLITICAL")["13"] == "群众"
    assert _items("SEX") == {"0": "未知", "1": "男", "2": "女", "9": "未说明"}
    assert list(_items("ID_TYPE")) == list("123456789ABCDZ")
    assert list(_items("TEACH_STAGE")) == list("12345678AZ")
    assert _items("PTH_LEVEL")["3"] == "二级甲等"
    assert _items("DEGREE")["0"] == _items("TITLE")["0"] == _items("TALENT_PROGRAM")["00"] == "无"
    assert _items("COUNTRY")["156"] == "中国"


def test_subjects_are_a_tree_whose_children_narrow_the_types() -> None:
    rows = subject_rows()
    _assert_parents_come_first(rows)
    types = {row["code"]: row["qualification_types"] for row in rows}
    for row in rows:
        own = row["qualification_types"]
        assert isinstance(own, list)
        assert own == sorted(set(own))
        assert set(own) <= set(range(1, 8))
        if row["parent_code"] is not None:
            assert set(own) <= set(types[row["parent_code"]] or range(1, 8))


def test_each_qualification_type_has_a_subject_to_choose() -> None:
    parents = {row["parent_code"] for row in subject_rows()}
    leaves = [row for row in subject_rows() if row["code"] not in parents]
    offered = {kind for row in leaves for kind in row["qualification_types"] or []}
    assert {int(kind) for kind in offered} == set(range(1, 8))
    assert len(leaves) >= 100


def _checklist(kind: int, id_type: str, is_fresh: bool) -> list[tuple[str, bool]]:
    wanted: tuple[Any, ...] = (kind, id_type, is_fresh)
    columns = ("qualification_type", "id_type", "is_fresh_graduate")
    return [
        (str(rule["material_code"]), bool(rule["required"]))
        for rule in material_rule_rows()
        if all(rule[column] in (None, value) for column, value in zip(columns, wanted, strict=True))
    ]


def test_material_rules_use_known_codes() -> None:
    kinds = {None, *range(1, 8)}
    for rule in material_rule_rows():
        assert rule["material_code"] in _items("MATERIAL_TYPE")
        assert rule["id_type"] is None or rule["id_type"] in _items("ID_TYPE")
        assert rule["qualification_type"] in kinds
    used = {rule["material_code"] for rule in material_rule_rows()}
    assert used == set(_items("MATERIAL_TYPE"))


def test_no_application_meets_two_rules_for_one_material() -> None:
    for kind, id_type, is_fresh in product(range(1, 8), _items("ID_TYPE"), (True, False)):
        counts = Counter(code for code, _ in _checklist(kind, id_type, is_fresh))
        assert max(counts.values()) == 1, (kind, id_type, is_fresh)


@pytest.mark.parametrize(
    ("kind", "id_type", "is_fresh", "material", "required"),
    [
        (3, "1", False, "education_cert", True),
        (3, "1", True, "education_cert", False),
        (3, "1", True, "enrolment_proof", True),
        (3, "1", False, "enrolment_proof", None),
        (3, "1", False, "no_criminal_record", None),
        (3, "C", False, "no_criminal_record", True),
        (3, "8", True, "no_criminal_record", True),
        (3, "1", False, "exam_cert", True),
        (7, "1", False, "exam_cert", None),
        (6, "1", False, "skill_cert", True),
    ],
)
def test_checklist_follows_type_document_and_graduation(
    kind: int, id_type: str, is_fresh: bool, material: str, required: bool | None
) -> None:
    assert dict(_checklist(kind, id_type, is_fresh)).get(material) is required

"""Identity documents: every vector of facts 3 and 4, and the bad numbers people really paste."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.people.rules import (
    check_id,
    make_id_no,
    normalise_id_no,
)

TODAY = date(2026, 3, 1)
GOOD = "371327198506150012"


@pytest.mark.parametrize(
    ("id_no", "birth", "sex"),
    [
        ("11010519491231002X", date(1949, 12, 31), "2"),
        ("360426199101010071", date(1991, 1, 1), "1"),
        ("371327199506150017", date(1995, 6, 15), "1"),
        ("110100199001010000", date(1990, 1, 1), "2"),
        ("371327199602290028", date(1996, 2, 29), "2"),
    ],
)
def test_resident_number_gives_birth_date_and_sex(id_no: str, birth: date, sex: str) -> None:
    checked = check_id("1", id_no, TODAY)
    assert (checked.ok, checked.problem, checked.warning) == (True, None, None)
    assert (checked.birth_date, checked.sex) == (birth, sex)


@pytest.mark.parametrize(
    "id_no",
    [
        GOOD,  # the county exists since 1994, the holder since 1985
        make_id_no("330113", date(1990, 5, 5), 1),  # stdnum 2.2 raises KeyError here
        "810000199408230021",
        "830000199201300022",
        "911124198108030024",
    ],
)
def test_doubtful_region_warns_and_does_not_refuse(id_no: str) -> None:
    checked = check_id("1", id_no, TODAY)
    assert (checked.ok, checked.problem, checked.warning) == (True, None, "region")
    assert checked.birth_date is not None
    assert checked.sex is not None


@pytest.mark.parametrize(
    ("id_no", "problem"),
    [
        ("", "length"),
        (GOOD[:-1], "length"),
        (GOOD + "0", "length"),
        ("370101900615001", "length"),  # first generation, 15 digits
        (GOOD + "\n", "length"),
        ("\ufeff" + GOOD, "length"),
        (GOOD + "\x00", "length"),
        ("371327 19850615 0012", "length"),
        ("3713271985 6150012", "digits"),
        ("\ufeff" + GOOD[1:], "digits"),
        (GOOD[:-1] + "\x00", "digits"),
        (GOOD[:-1] + "²", "digits"),
        ("3713²7198506150012", "digits"),
        ("３７１３２７１９８５０６１５００１２", "digits"),
        ("٣" + GOOD[1:], "digits"),
        ("三" + GOOD[1:], "digits"),
        ("11010519491231002x", "digits"),  # not normalised
        ("1101051949123100X2", "digits"),
        ("-71327198506150012", "digits"),
        ("371327199502300013", "birth_date"),  # 30 February
        ("371327199702290028", "birth_date"),
        ("371327000001010011", "birth_date"),
        ("371327199513010011", "birth_date"),
        ("371327209906150012", "birth_date"),  # in the future
        (make_id_no("371327", date(1899, 12, 31), 1), "birth_date"),
        (make_id_no("371327", date(2026, 3, 2), 1), "birth_date"),
        ("371327198506150013", "checksum"),
        ("110105194912310021", "checksum"),
        (make_id_no("000000", date(1990, 1, 1), 1), "province"),
        (make_id_no("160000", date(1990, 1, 1), 1), "province"),
        (make_id_no("720000", date(1990, 1, 1), 1), "province"),
        (make_id_no("840000", date(1990, 1, 1), 1), "province"),
        (make_id_no("900000", date(1990, 1, 1), 1), "province"),
    ],
)
def test_bad_resident_number_names_its_problem(id_no: str, problem: str) -> None:
    checked = check_id("1", id_no, TODAY)
    assert (checked.ok, checked.problem) == (False, problem)
    assert (checked.birth_date, checked.sex) == (None, None)


def test_first_and_last_allowed_birth_dates() -> None:
    for birth in (date(1900, 1, 1), TODAY):
        assert check_id("1", make_id_no("110101", birth, 7), TODAY).birth_date == birth


@pytest.mark.parametrize(
    ("id_type", "id_no"),
    [
        ("D", "810000199408230021"),
        ("D", "820000199408230023"),
        ("D", "830000199201300022"),
        ("9", "911124198108030024"),
    ],
)
def test_cards_with_the_same_checksum_pass_without_warning(id_type: str, id_no: str) -> None:
    checked = check_id(id_type, id_no, TODAY)
    assert (checked.ok, checked.warning, checked.sex) == (
        True,
        None,
        "2" if id_no[16] in "02" else "1",
    )
    assert checked.birth_date == date(int(id_no[6:10]), int(id_no[10:12]), int(id_no[12:14]))


@pytest.mark.parametrize(
    ("id_type", "id_no", "problem"),
    [
        ("D", GOOD, "province"),
        ("D", make_id_no("810001", date(1990, 1, 1), 1), "province"),
        ("D", "810000199408230022", "checksum"),
        ("D", "H0123456789", "length"),
        ("9", GOOD, "province"),
        ("9", "911124198108030025", "checksum"),
        ("9", "USA12345678901", "length"),
        ("C", "A12345678", "format"),
        ("C", "H1234567", "format"),
        ("C", "H123456789", "format"),
        ("C", "h12345678", "format"),
        ("C", "H1234567²", "format"),
        ("C", "H12345678\n", "format"),
        ("8", "1234567", "format"),
        ("8", "123456789", "format"),
        ("8", "1234567８", "format"),
        ("8", "T1234567", "format"),
        ("A", "", "format"),
        ("A", "E1234 5678", "format"),
        ("A", "E" * 31, "format"),
        ("A", "护照1234", "format"),
        ("A", "E1234567²", "format"),
        ("2", "南字第123号\x00", "format"),
        ("Z", "'; DROP", "format"),
        ("", "E12345678", "type"),
        ("Q", "E12345678", "type"),
        ("居民身份证", GOOD, "type"),
    ],
)
def test_bad_other_document_names_its_problem(id_type: str, id_no: str, problem: str) -> None:
    checked = check_id(id_type, id_no, TODAY)
    assert (checked.ok, checked.problem) == (False, problem)


@pytest.mark.parametrize(
    ("id_type", "id_no"),
    [
        ("C", "H12345678"),
        ("C", "H1234567800"),
        ("C", "M1234567801"),
        ("8", "12345678"),
        ("8", "1234567801"),
        ("9", "USA123456789012"),
        ("A", "E12345678"),
        ("2", "南字第01234567号"),
        ("6", "K12345678"),
        ("7", "MA0123456"),
        ("B", "370000123"),
        ("Z", "1"),
        ("Z", "9" * 30),
    ],
)
def test_other_document_tells_neither_birth_date_nor_sex(id_type: str, id_no: str) -> None:
    checked = check_id(id_type, id_no, TODAY)
    assert (checked.ok, checked.problem, checked.warning) == (True, None, None)
    assert (checked.birth_date, checked.sex) == (None, None)


@settings(derandomize=True, deadline=None)
@given(
    st.sampled_from(["110101", "371327", "330113", "650100"]),
    st.dates(date(1900, 1, 1), TODAY),
    st.integers(0, 999),
)
def test_made_numbers_pass_and_read_back(area: str, birth: date, order: int) -> None:
    checked = check_id("1", make_id_no(area, birth, order), TODAY)
    assert (checked.ok, checked.birth_date) == (True, birth)
    assert checked.sex == ("1" if order % 2 else "2")


@settings(derandomize=True, deadline=None)
@given(st.sampled_from("123456789ABCDZ"), st.text(max_size=20))
def test_any_text_gets_a_verdict_and_never_an_exception(id_type: str, text: str) -> None:
    checked = check_id(id_type, normalise_id_no(text), TODAY)
    assert checked.ok is (checked.problem is None)


@settings(derandomize=True, deadline=None)
@given(st.integers(0, 17), st.integers(1, 9))
def test_one_wrong_digit_never_passes(position: int, step: int) -> None:
    digit = str((int(GOOD[position]) + step) % 10)
    wrong = GOOD[:position] + digit + GOOD[position + 1 :]
    assert check_id("1", wrong, TODAY).ok is False


@pytest.mark.parametrize(
    ("area", "order"), [("37132", 1), ("37132７", 1), ("371327", 1000), ("371327", -1)]
)
def test_make_id_no_refuses_bad_parts(area: str, order: int) -> None:
    with pytest.raises(ValueError, match="must be"):
        make_id_no(area, date(1990, 1, 1), order)

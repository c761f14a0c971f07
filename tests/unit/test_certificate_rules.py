"""Certificate, application and receipt numbers: vectors of facts 1 and 9 and reading 15."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.certification.rules import (
    ApplicationNo,
    ReceiptNo,
    application_no,
    certificate_no,
    decode_application_no,
    decode_receipt_no,
    receipt_no,
)
from models.people.certificate_numbers import (
    CertificateNo,
    canonical_certificate_no,
    decode_certificate_no,
    sex_differs,
)


def test_v17_vector_is_composed_and_read() -> None:
    number = certificate_no(2020, "37", "141", 3, "2", 57)
    assert number == "20203714132000057"
    assert decode_certificate_no(number) == CertificateNo(
        layout="v17",
        year=2020,
        province="37",
        authority="141",
        area=None,
        qualification_type=3,
        sex="2",
        serial=57,
        raw=number,
        canonical=number,
    )


@pytest.mark.parametrize("raw", ["963713273100123", "19963713273100123"])
def test_v15_vector_is_read_with_and_without_its_century(raw: str) -> None:
    assert decode_certificate_no(raw) == CertificateNo(
        layout="v15",
        year=1996,
        province="37",
        authority=None,
        area="371327",
        qualification_type=3,
        sex="1",
        serial=123,
        raw=raw,
        canonical="19963713273100123",
    )


def test_the_layout_changes_between_1999_and_2000() -> None:
    assert decode_certificate_no("19993714132000057").layout == "v15"
    assert decode_certificate_no("20003714132000057").layout == "v17"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1" * 14,
        "1" * 16,
        "1" * 18,
        "2020371413200005",
        "202037141320000570",
        "19953713273100123",
        "953713273100123",
        "003713273100123",
        "20203714182000057",
        "20203714102000057",
        "20203714133000057",
        "19963713278100123",
        "963713270100123",
        "963713273300123",
        "2020371413200005²",
        "２０２０３７１４１３２００００５７",
        " 20203714132000057",
        "20203714132000057\n",
        "20203714132 00057",
        "\ufeff0203714132000057",
        "2020371413200005\x00",
        "2020371413200005X",
    ],
)
def test_bad_certificate_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"digit|year"):
        decode_certificate_no(text)


def test_a_year_after_the_current_one_is_refused_when_it_is_given() -> None:
    with pytest.raises(ValueError, match="year must be between 1996 and 2026"):
        decode_certificate_no("20273714132000057", last_year=2026)
    assert decode_certificate_no("20263714132000057", last_year=2026).year == 2026
    assert decode_certificate_no("20273714132000057").year == 2027


@pytest.mark.parametrize("sex", ["0", "1", "2"])
def test_each_sex_digit_ever_printed_is_read(sex: str) -> None:
    assert decode_certificate_no(f"2020371413{sex}000057").sex == sex
    assert decode_certificate_no(f"963713273{sex}00123").sex == sex


@pytest.mark.parametrize(
    ("number", "holder", "expected"),
    [
        ("20203714131000057", "1", False),
        ("20203714131000057", "2", True),
        ("20203714130000057", "1", True),
        ("20203714131000057", "0", False),
        ("20203714131000057", "9", False),
        ("20093714131000057", "2", True),
        ("20083714131000057", "2", False),
        ("963713273000123", "2", False),
    ],
)
def test_sex_is_compared_from_2009_on(number: str, holder: str, expected: bool) -> None:
    assert sex_differs(decode_certificate_no(number), holder) is expected


@pytest.mark.parametrize(
    ("year", "province", "authority", "kind", "sex", "serial", "words"),
    [
        (1999, "37", "141", 3, "2", 57, "year"),
        (10000, "37", "141", 3, "2", 57, "year"),
        (2020, "7", "141", 3, "2", 57, "province code"),
        (2020, "3７", "141", 3, "2", 57, "province code"),
        (2020, "37", "1411", 3, "2", 57, "authority code"),
        (2020, "37", "14²", 3, "2", 57, "authority code"),
        (2020, "37", "14\n", 3, "2", 57, "authority code"),
        (2020, "37", "141", 0, "2", 57, "qualification type"),
        (2020, "37", "141", 8, "2", 57, "qualification type"),
        (2020, "37", "141", 3, "0", 57, "sex digit"),
        (2020, "37", "141", 3, "9", 57, "sex digit"),
        (2020, "37", "141", 3, "2", 0, "serial"),
        (2020, "37", "141", 3, "2", 1_000_000, "serial"),
    ],
)
def test_bad_part_of_a_certificate_number_is_named(
    year: int, province: str, authority: str, kind: int, sex: str, serial: int, words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        certificate_no(year, province, authority, kind, sex, serial)


_ORG = st.integers(0, 99_999).map(lambda n: f"{n:05d}")
_SERIAL = st.integers(1, 999_999)


@settings(derandomize=True, deadline=None)
@given(st.integers(2000, 9999), _ORG, st.integers(1, 7), st.sampled_from("12"), _SERIAL)
def test_certificate_number_reads_back(
    year: int, org: str, kind: int, sex: str, serial: int
) -> None:
    text = certificate_no(year, org[:2], org[2:], kind, sex, serial)
    read = decode_certificate_no(text)
    assert len(text) == 17
    assert (read.year, read.province, read.authority) == (year, org[:2], org[2:])
    assert (read.qualification_type, read.sex, read.serial) == (kind, sex, serial)


def test_application_number_has_its_own_shape() -> None:
    number = application_no(2026, "37", "141", 1, 57)
    assert number == "B20263714101000057"
    assert decode_application_no(number) == ApplicationNo(2026, "37", "141", 1, 57)
    with pytest.raises(ValueError, match="15 or 17 digits"):
        decode_certificate_no(number)


def test_receipt_number_reads_back() -> None:
    number = receipt_no(2026, "37", "141", 57)
    assert number == "SL202637141000057"
    assert decode_receipt_no(number) == ReceiptNo(2026, "37", "141", 57)


@pytest.mark.parametrize(
    "text",
    ["", "20263714101000057", "b20263714101000057", "B2026371410100005", "B2026371410100005²"],
)
def test_bad_application_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="letter B and 17 digits"):
        decode_application_no(text)


@pytest.mark.parametrize(
    "text",
    ["", "202637141000057", "sl202637141000057", "SL202637141000057\n", "SL20263714100005７"],
)
def test_bad_receipt_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="letters SL and 15 digits"):
        decode_receipt_no(text)


@pytest.mark.parametrize(("batch_no", "serial"), [(-1, 1), (100, 1), (1, 0), (1, 1_000_000)])
def test_bad_part_of_an_application_number_is_refused(batch_no: int, serial: int) -> None:
    with pytest.raises(ValueError, match=r"batch number|serial"):
        application_no(2026, "37", "141", batch_no, serial)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("20203714132000057", "20203714132000057"),
        (" ２０２０３７１４１３２０００057　", "20203714132000057"),
        ("963701023100057", "19963701023100057"),
        ("9637010231", "9637010231"),
        ("20203714192000057", "20203714192000057"),
    ],
)
def test_a_typed_number_is_spelled_as_certificates_are_stored(typed: str, stored: str) -> None:
    assert canonical_certificate_no(typed) == stored

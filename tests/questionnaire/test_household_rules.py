"""Rules between the members of a household."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jps.questionnaire import Form, Problem
from jps.questionnaire.household_rules import check_household, check_members
from tests.households_examples import (
    child_document,
    household_document,
    member_document,
    spouse_document,
)
from tests.questionnaire.conftest import TODAY

OTHER_KK = "7501012301159777"
Found = tuple[str, str, str]


def found_in(form: Form, *members: dict[str, Any]) -> list[Found]:
    """Return (path, level, start of the message) of every problem."""
    document = household_document(members=list(members))
    problems = check_household(form, document, today=TODAY).problems
    return [(problem.path, problem.level, problem.text()) for problem in problems]


def head(**overrides: Any) -> dict[str, Any]:
    return member_document(**overrides)


def child(**overrides: Any) -> dict[str, Any]:
    """Return a son of 20 with answers of an adult, so that only the rules between people speak."""
    return member_document(
        **{
            "name": "Rizal Contoh",
            "nik": "7501010101049005",
            "birth_date": "2004-01-01",
            "mother_name": "Fatma Contoh",
            "relation": "3",
            "marital_status": "1",
            **overrides,
        }
    )


def test_the_example_household_has_no_problem(form: Form) -> None:
    checked = check_household(form, household_document(), today=TODAY, regions={"750101"})
    assert checked.problems == ()


def test_a_family_of_one_has_no_problem(form: Form) -> None:
    assert found_in(form, head(marital_status="4")) == []


def test_two_families_with_their_own_cards_have_no_problem(form: Form) -> None:
    second = head(name="Iwan Contoh", nik="7501010606859006", birth_date="1985-06-06", kk=OTHER_KK)
    assert found_in(form, head(), spouse_document(), second) == []


NO_NIK = {"nik": None, "nik_reason": "1"}
CASES: list[tuple[list[dict[str, Any]], str, str, str]] = [
    ([], "members", "error", "Kunjungan lengkap"),
    ([head(presence="2")], "members", "error", "Kunjungan lengkap"),
    ([spouse_document()], "members", "error", "Tidak ada kepala keluarga"),
    ([head(presence="2"), spouse_document()], "members", "error", "Tidak ada kepala keluarga"),
    ([head(), child(relation="1")], "members[1].relation", "error", "Ada dua kepala keluarga"),
    (
        [head(kk=None), child(relation="1", kk=None)],
        "members[1].relation",
        "error",
        "Ada dua kepala keluarga",
    ),
    ([head(), child(relation="1", kk=None)], "members[1].kk", "warning", "Ada kepala keluarga"),
    ([head(), spouse_document(sex="1")], "members[1].sex", "error", "Jenis kelamin istri/suami"),
    (
        [head(), spouse_document(marital_status="1")],
        "members[1].marital_status",
        "warning",
        "Istri/suami kepala keluarga",
    ),
    (
        [head(marital_status="1"), spouse_document()],
        "members[0].marital_status",
        "warning",
        "Istri/suaminya terdaftar",
    ),
    (
        [head(), spouse_document(), spouse_document(name="Yanti Contoh", **NO_NIK)],
        "members[2].relation",
        "warning",
        "Kepala keluarga memiliki lebih dari satu",
    ),
    (
        [head(), child(birth_date="1975-01-01", **NO_NIK)],
        "members[1].relation",
        "error",
        "Anak lebih tua",
    ),
    (
        [head(), child(birth_date="1990-01-01", **NO_NIK)],
        "members[1].relation",
        "warning",
        "Selisih umur dengan orang tuanya kurang dari 12 tahun",
    ),
    (
        [head(), child(relation="5", birth_date="2000-01-01", **NO_NIK)],
        "members[1].relation",
        "warning",
        "Selisih umur cucu",
    ),
    (
        [head(), child(relation="6", birth_date="1975-01-01", **NO_NIK)],
        "members[1].relation",
        "warning",
        "Selisih umur orang tua",
    ),
    (
        [head(birth_date="2010-01-01", marital_status="1", **NO_NIK)],
        "members[0].birth_date",
        "warning",
        "Kepala keluarga berumur kurang dari 15",
    ),
    (
        [head(), child_document(marital_status="2")],
        "members[1].marital_status",
        "warning",
        "Berstatus pernah kawin",
    ),
    (
        [head(), child(nik="7501010505809001", birth_date="2004-01-01")],
        "members[1].nik",
        "error",
        "NIK ini sudah dipakai",
    ),
    ([head(kk="7501010505809001")], "members[0].kk", "error", "Nomor KK sama dengan NIK"),
    (
        [head(), child(kk="7501010505809001")],
        "members[1].kk",
        "error",
        "Nomor KK sama dengan NIK",
    ),
    (
        [head(), child(), child(name="rizal contoh", **NO_NIK)],
        "members[2].name",
        "warning",
        "Nama, tanggal lahir, dan jenis kelamin sama",
    ),
    (
        [head(mother_name="HASAN CONTOH")],
        "members[0].mother_name",
        "warning",
        "Nama ibu kandung sama",
    ),
    ([head(), child(kk=OTHER_KK)], "members[1].kk", "warning", "Hanya anggota ini"),
    (
        [head(), child(kk=OTHER_KK), child(name="Dian Contoh", kk=OTHER_KK, **NO_NIK)],
        "members[1].kk",
        "warning",
        "Tidak ada kepala keluarga dengan nomor KK",
    ),
    ([head()] + [child()] * 15, "members", "warning", "Ada 16 anggota"),
    ([head(sex="2")], "members[0].sex", "warning", "Jenis kelamin berbeda"),
    ([head(birth_date="1980-05-06")], "members[0].birth_date", "warning", "Tanggal lahir berbeda"),
    ([head(nik="0")], "members[0].nik", "error", "Jangan diisi 0"),
    ([head(nik="1111111111111111")], "members[0].nik", "error", "Angka berulang"),
    ([head(nik="75O1010505809001")], "members[0].nik", "suggestion", "Mungkin huruf O"),
]


@pytest.mark.parametrize(("members", "path", "level", "message"), CASES)
def test_what_does_not_fit_is_told(
    form: Form, members: list[dict[str, Any]], path: str, level: str, message: str
) -> None:
    found = found_in(form, *members)
    assert any(
        (place, grade) == (path, level) and text.startswith(message) for place, grade, text in found
    ), found


def test_a_number_refused_by_the_form_is_told_once(form: Form) -> None:
    found = found_in(form, head(nik="750101050580900"))
    assert [(path, level) for path, level, _ in found] == [("members[0].nik", "error")]


def test_a_slip_in_a_kk_number_offers_the_card_of_the_head(form: Form) -> None:
    for slip in ("7501012301159010", "7501012301159008"):
        members = [head(), child(kk=slip)]
        problems = check_household(form, household_document(members=members), today=TODAY).problems
        assert [problem.suggested for problem in problems] == ["7501012301159001"]


def test_an_estimated_year_accuses_nobody(form: Form) -> None:
    parent = head(birth_precision="estimated", birth_date=None, birth_year=1994, **NO_NIK)
    assert found_in(form, parent, child()) == []
    sure = head(birth_precision="year", birth_date=None, birth_year=1994, **NO_NIK)
    assert [path for path, _, _ in found_in(form, sure, child())] == ["members[1].relation"]


def test_a_stepchild_older_than_one_parent_is_fine(form: Form) -> None:
    wife = spouse_document(birth_date="1960-01-01", pregnant=None, **NO_NIK)
    grown = child(birth_date="1979-01-01", **NO_NIK)
    assert found_in(form, head(), wife, grown) == []


@pytest.mark.parametrize("kk", [None, OTHER_KK])
def test_a_child_without_the_card_of_the_only_head_is_compared_too(
    form: Form, kk: str | None
) -> None:
    old = child(birth_date="1940-01-01", kk=kk, **NO_NIK)
    found = found_in(form, head(), spouse_document(), old)
    assert ("members[2].relation", "error", "Anak lebih tua daripada orang tuanya.") in found


def test_a_child_of_a_spouse_without_card_is_fine(form: Form) -> None:
    wife = spouse_document(birth_date="1960-01-01", pregnant=None, kk=None, **NO_NIK)
    assert found_in(form, head(), wife, child(birth_date="1979-01-01", **NO_NIK)) == []


def test_of_two_heads_nobody_is_compared_with_a_stranger(form: Form) -> None:
    second = head(name="Iwan Contoh", nik="7501010606859006", birth_date="1985-06-06", kk=OTHER_KK)
    old = child(birth_date="1970-01-01", kk=None, **NO_NIK)
    assert found_in(form, head(), second, old) == []


def test_a_family_still_to_be_entered_is_not_accused(form: Form) -> None:
    document = {"members": [{"name": "Siti"}, {}]}
    found = check_members(form.check(document, TODAY).answers, today=TODAY)
    assert [problem for problem in found if problem.level == "error"] == []


_TEXT = st.text(max_size=16)
_ENTRY = st.fixed_dictionaries(
    {},
    optional={
        "presence": st.sampled_from(["1", "2", "5"]),
        "name": _TEXT,
        "nik": _TEXT | st.just("7501010505809001"),
        "kk": _TEXT | st.just("7501012301159001"),
        "sex": st.sampled_from(["1", "2"]),
        "relation": st.sampled_from("12345678"),
        "marital_status": st.sampled_from("1234"),
        "born": st.dates().map(str) | st.integers(-999, 99999).map(str) | st.just(""),
        "birth_precision": st.sampled_from(["full", "year", "estimated"]),
        "age": st.integers(0, 120).map(str),
    },
)


def _spoken(problem: Problem) -> tuple[str, str]:
    return problem.level, problem.text()


@given(st.lists(_ENTRY, max_size=5))
def test_rules_never_raise_and_errors_do_not_depend_on_empty_entries(
    members: list[dict[str, str]],
) -> None:
    found = check_members({"members": members}, today=TODAY)
    padded = check_members({"members": [*members, {}]}, today=TODAY)
    assert list(map(_spoken, found)) == list(map(_spoken, padded))

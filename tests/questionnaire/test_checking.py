"""Checking documents: what is accepted, what is refused and how it is told."""

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jps.questionnaire import Checked, Form, Question, load_form
from jps.questionnaire.checking import check_answers
from jps.questionnaire.functions import matcher
from jps.questionnaire.plan import Plan, Walk, walk
from jps.questionnaire.questions import Group, Logic
from jps.text import one_line
from tests.households_examples import (
    child_document,
    household_document,
    member_document,
    spouse_document,
)
from tests.questionnaire.conftest import FOLDER, TODAY, write_form

FORM = load_form(FOLDER)


def told(checked: Checked, language: str = "id") -> dict[str, str]:
    """Return the message by path."""
    return {problem.path: problem.text(language) for problem in checked.problems}


def check(**overrides: Any) -> Checked:
    return FORM.check(household_document(**overrides), TODAY)


def test_a_complete_document_is_accepted(form: Form) -> None:
    checked = form.check(household_document(), TODAY)
    assert checked.problems == ()
    assert checked.dropped == {}
    assert checked.answers["floor_area"] == 36
    assert checked.answers["gps"] == "0.63 122.98 20 5"


def test_calculated_answers_follow_the_others() -> None:
    checked = check(floor_material="2", asset_car="1", members=[member_document()] * 5)
    answers = checked.answers
    assert answers["household_size"] == "5"
    assert answers["ppi_household_size"] == "4"
    assert answers["ppi_floor_material"] == "1"
    assert answers["ppi_refrigerator"] == "2"
    assert answers["ppi_car"] == "1"


@pytest.mark.parametrize(
    ("size", "response"), [(1, "1"), (2, "2"), (3, "2"), (4, "3"), (5, "4"), (9, "4")]
)
def test_household_size_is_the_published_response(size: int, response: str) -> None:
    members = [member_document() for _ in range(size)] + [member_document(presence="2")]
    assert check(members=members).answers["ppi_household_size"] == response


@pytest.mark.parametrize(
    ("floor", "response"),
    [("1", "1"), ("2", "1"), ("3", "2"), ("4", "2"), ("5", "3"), ("8", "3"), ("9", "3")],
)
def test_floor_is_the_published_response(floor: str, response: str) -> None:
    assert check(floor_material=floor).answers["ppi_floor_material"] == response


@pytest.mark.parametrize(
    ("born", "visited", "age"),
    [
        ("1980-05-05", "2024-05-04", "43"),
        ("1980-05-05", "2024-05-05", "44"),
        ("2024-02-29", "2024-03-05", "0"),
        ("2020-02-29", "2024-02-28", "3"),
    ],
)
def test_age_is_completed_years_at_the_visit(born: str, visited: str, age: str) -> None:
    member = member_document(birth_date=born)
    members: Any = check(interview_date=visited, members=[member]).answers["members"]
    assert members[0]["age"] == age
    assert members[0]["born"] == born


def test_a_birth_year_needs_no_invented_day() -> None:
    member = member_document(birth_precision="year", birth_date=None, birth_year=1980)
    checked = check(members=[member])
    assert checked.problems == ()
    members: Any = checked.answers["members"]
    assert (members[0]["born"], members[0]["age"]) == ("1980", "44")


@pytest.mark.parametrize(
    ("overrides", "path", "message"),
    [
        ({"address": None}, "address", "Wajib diisi."),
        ({"address": "  \t "}, "address", "Wajib diisi."),
        ({"area_code": "7501012001"}, "area_code", "A village code is written like 75.01.01.2001."),
        ({"floor_area": 0}, "floor_area", "The floor area must be between 1 and 1,000 m2."),
        ({"floor_area": "1001"}, "floor_area", "The floor area must be between 1 and 1,000 m2."),
        ({"floor_area": "luas"}, "floor_area", "Isi dengan bilangan bulat"),
        ({"floor_area": True}, "floor_area", "Isi dengan bilangan bulat"),
        ({"floor_area": 36.5}, "floor_area", "Isi dengan bilangan bulat"),
        ({"floor_area": float("nan")}, "floor_area", "Isi dengan bilangan bulat"),
        ({"floor_area": 10**400}, "floor_area", "Isi dengan bilangan bulat"),
        ({"floor_material": "10"}, "floor_material", "Kode 10 tidak ada"),
        ({"floor_material": ["6"]}, "floor_material", "Isian ini harus berupa teks."),
        ({"floor_material": {"a": 1}}, "floor_material", "Isian ini harus berupa teks."),
        ({"livestock_goat": -1}, "livestock_goat", "The number must be between 0 and 10,000."),
        ({"interview_date": "2024-02-30"}, "interview_date", "Tanggal tidak ada di kalender"),
        ({"interview_date": "2024-06-02"}, "interview_date", "The date of the visit cannot be"),
        ({"interview_date": 45000}, "interview_date", "Tanggal tidak ada di kalender"),
        ({"gps": "0.63"}, "gps", "Titik GPS"),
        ({"gps": "91 10"}, "gps", "Titik GPS"),
        ({"gps": "nan nan"}, "gps", "Titik GPS"),
        ({"gps": [0.6, 122.9]}, "gps", "Titik GPS"),
        ({"dusun": "a\x00b"}, "dusun", "Isian memuat karakter kendali"),
        ({"dusun": "a\ud800b"}, "dusun", "Isian memuat karakter kendali"),
        ({"dusun": "x" * 5_000_000}, "dusun", "Isian terlalu panjang: 5000000 karakter"),
        ({"dusun": "x" * 101}, "dusun", "At most 100 characters."),
        ({"consent": "2"}, "visit_result", "The respondent did not agree: choose"),
        ({"aid_bpnt_last": "2025-01"}, "aid_bpnt_last", "The month cannot be in the future"),
        ({"umur": 5}, "umur", "Pertanyaan umur tidak ada"),
        ({"nik": "1"}, "nik", "Pertanyaan nik tidak ada"),
        ({"members": 5}, "members", "Daftar anggota harus"),
        ({"members": {"0": {}}}, "members", "Daftar anggota harus"),
        ({"members": [5]}, "members[0]", "Anggota harus berupa objek"),
        ({"members": [{}] * 51}, "members", "Terlalu banyak anggota: 51"),
    ],
)
def test_bad_answers_are_told_at_their_place(
    overrides: dict[str, Any], path: str, message: str
) -> None:
    assert told(check(**overrides), "en")[path].startswith(message)


@pytest.mark.parametrize(
    ("overrides", "question", "message"),
    [
        ({"name": "<b>Siti</b>"}, "name", "A name must have 2 to 100 letters"),
        ({"name": "=cmd()"}, "name", "A name must have 2 to 100 letters"),
        ({"name": "S"}, "name", "A name must have 2 to 100 letters"),
        ({"name": "x" * 101}, "name", "A name must have 2 to 100 letters"),
        ({"nik": 7501010505809001}, "nik", "Nomor ini datang sebagai angka"),
        ({"nik": 7.501010505809001e15}, "nik", "Nomor ini datang sebagai angka"),
        ({"nik": "7,50101E+15"}, "nik", "Excel sudah mengubah nomor ini"),
        ({"nik": "7501010505809000.0"}, "nik", "Excel sudah mengubah nomor ini"),
        ({"nik": "750101050580900"}, "nik", "Must be exactly 16 digits."),
        ({"nik": None}, "nik_reason", "Wajib diisi."),
        ({"birth_date": "1899-12-31"}, "birth_date", "A birth date cannot be"),
        ({"birth_date": "2030-01-01"}, "birth_date", "A birth date cannot be"),
        ({"health_insurance": ["0", "1"]}, "health_insurance", "'None' cannot be chosen"),
        ({"health_insurance": "0 1"}, "health_insurance", "'None' cannot be chosen"),
        ({"health_insurance": ["1", "3"]}, "health_insurance", "Kode 3 tidak ada"),
        ({"work_hours": 113}, "work_hours", "Hours in a week must be between 0 and 112."),
        ({"sex": "P"}, "sex", "Kode P tidak ada"),
        ({"sex": None}, "sex", "Wajib diisi."),
        ({"dusun": "x"}, "dusun", "Pertanyaan dusun tidak ada"),
    ],
)
def test_bad_member_answers_are_told_at_the_member(
    overrides: dict[str, Any], question: str, message: str
) -> None:
    members = [spouse_document(), member_document(**overrides)]
    problems = told(check(members=members), "en")
    assert problems[f"members[1].{question}"].startswith(message)
    assert not any(path.startswith("members[0]") for path in problems)


def test_numbers_and_codes_may_come_as_numbers() -> None:
    checked = check(floor_material=6.0, floor_area="36", tenure=1, rt=1, livestock_goat=2.0)
    assert checked.problems == ()
    answers = checked.answers
    assert (answers["floor_material"], answers["tenure"], answers["rt"]) == ("6", "1", "1")
    assert (answers["floor_area"], answers["livestock_goat"]) == (36, 2)


def test_separators_in_numbers_are_taken_out() -> None:
    member = member_document(nik="7501 0105.0580-9001", kk="7501\u00a00123\u00a00115\u00a09001")
    members: Any = check(members=[member]).answers["members"]
    assert members[0]["nik"] == "7501010505809001"
    assert members[0]["kk"] == "7501012301159001"


def test_what_was_probably_meant_is_offered() -> None:
    problems = check(interview_date="05/03/2024", floor_material="06").problems
    assert {p.question: p.suggested for p in problems} == {
        "interview_date": "2024-03-05",
        "floor_material": "6",
    }


def test_a_month_is_enough_where_only_the_month_counts() -> None:
    assert check(aid_bpnt_last="2024-01").answers["aid_bpnt_last"] == "2024-01-01"


def test_answers_that_do_not_apply_are_dropped_and_listed() -> None:
    child = child_document(work_hours=10, pregnant="1", worked="x")
    checked = check(tenure="2", members=[member_document(), child])
    assert checked.problems == ()
    assert "land_certificate" not in checked.answers
    assert checked.dropped == {
        "land_certificate": "6",
        "members[1].work_hours": 10,
        "members[1].pregnant": "1",
        "members[1].worked": "x",
    }
    assert not checked.is_relevant("worked", 1)
    assert checked.is_relevant("worked", 0)
    assert "members[0].worked" in checked.relevant


def test_unreadable_answers_are_kept_beside_the_problem() -> None:
    checked = check(floor_area="luas", umur=5, members=[member_document(), 7])
    assert checked.dropped == {"floor_area": "luas", "umur": 5, "members[1]": 7}
    members: Any = checked.answers["members"]
    assert members[1] == {}
    assert len(members) == 2


def test_a_refused_visit_asks_for_no_dwelling_and_no_members() -> None:
    checked = check(visit_result="4", consent="2")
    assert checked.problems == ()
    assert "members" not in checked.answers
    assert "floor_area" not in checked.answers
    assert checked.dropped["members[0].name"] == "Hasan Contoh"


def test_an_incomplete_visit_may_leave_gaps() -> None:
    checked = check(visit_result="2", floor_area=None, ppi_ate_meat=None)
    assert checked.problems == ()
    assert {p.path for p in check(floor_area=None, ppi_ate_meat=None).problems} == {
        "floor_area",
        "ppi_ate_meat",
    }


@pytest.mark.parametrize(
    ("member", "question", "asked"),
    [
        (spouse_document(), "pregnant", True),
        (spouse_document(birth_date="1960-01-01"), "pregnant", False),
        (spouse_document(birth_date="2015-01-01"), "pregnant", False),
        (member_document(), "pregnant", False),
        (child_document(), "school_participation", False),
        (child_document(birth_date="2019-03-05"), "school_participation", True),
        (child_document(birth_date="2019-03-06"), "school_participation", False),
        (child_document(birth_date="2015-01-01"), "worked", False),
        (child_document(birth_date="2013-01-01"), "worked", True),
        (child_document(), "child_nutrition", True),
        (member_document(), "child_nutrition", False),
        (member_document(difficulty_memory="2"), "carer", True),
        (member_document(difficulty_memory="3"), "carer", False),
        (member_document(presence="2"), "chronic_illness", False),
        (member_document(presence="5"), "chronic_illness", True),
        (member_document(nik=None), "nik_reason", True),
        (member_document(), "nik_reason", False),
    ],
)
def test_questions_are_asked_of_whom_they_concern(
    member: dict[str, Any], question: str, asked: bool
) -> None:
    assert check(members=[member]).is_relevant(question, 0) == asked


def test_many_unknown_names_are_counted_not_listed() -> None:
    document = household_document(**{f"unknown_{number}": 1 for number in range(1000)})
    checked = FORM.check(document, TODAY)
    assert len(checked.problems) == 21
    assert checked.problems[-1].text() == "Masih ada 980 nama pertanyaan lain yang tidak dikenal."
    assert len(checked.dropped) == 1000


@pytest.mark.parametrize("document", [None, [], "x", 5, b"x"])
def test_a_document_that_is_no_object_is_told(document: object) -> None:
    assert FORM.check(document, TODAY).problems[0].text().startswith("Jawaban harus berupa objek")


def test_the_message_of_the_form_comes_in_both_languages() -> None:
    problem = check(floor_area=0).problems[0]
    assert problem.text("id") == "Luas lantai harus antara 1 dan 1.000 m2."
    assert problem.text("en") == "The floor area must be between 1 and 1,000 m2."
    assert problem.text("fr") == "Luas lantai harus antara 1 dan 1.000 m2."


def test_a_template_is_translated_before_it_is_filled_in() -> None:
    problem = check(floor_material="10").problems[0]
    translate = {"Kode {code} tidak ada dalam daftar pilihan.": "No code {code}."}.__getitem__
    assert problem.text("en", translate) == "No code 10."


# Properties

_JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
_NAMES = st.sampled_from([question.name for question in FORM])


def _answer(name: str) -> st.SearchStrategy[object]:
    question = FORM.question(name)
    if question.choices:
        return st.sampled_from([choice.code for choice in question.choices])
    dates = st.dates(date(1890, 1, 1), date(2030, 1, 1)).map(date.isoformat)
    return {"integer": st.integers(-2, 2100), "date": dates}.get(
        question.type, st.text(max_size=12)
    )


def _documents(names: list[str]) -> st.SearchStrategy[dict[str, object]]:
    return st.fixed_dictionaries({}, optional={name: _answer(name) for name in names})


_CHANGES = st.builds(
    lambda own, members: household_document(
        **own, members=[member_document(**member) for member in members]
    ),
    _documents([q.name for q in FORM.columns(roster=False)]),
    st.lists(_documents([q.name for q in FORM.columns(roster=True)]), max_size=3),
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(_NAMES | st.just("members") | st.text(max_size=8), _JUNK, max_size=12))
def test_junk_never_raises(junk: dict[str, object]) -> None:
    checked = FORM.check(junk, TODAY)
    assert checked.problems
    json.dumps(checked.answers)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.dictionaries(_NAMES, _JUNK, max_size=8) | _JUNK, max_size=4))
def test_junk_members_never_raise(members: list[object]) -> None:
    checked = FORM.check(household_document(members=members), TODAY)
    json.dumps(checked.answers)


@settings(max_examples=100, deadline=None)
@given(_CHANGES)
def test_what_was_kept_survives_a_second_check_unchanged(document: dict[str, object]) -> None:
    once = FORM.check(document, TODAY)
    again = FORM.check(json.loads(json.dumps(once.answers)), TODAY)
    assert again.answers == once.answers
    assert again.relevant == once.relevant
    assert not again.dropped.keys() - once.dropped.keys()


@settings(max_examples=60, deadline=None)
@given(_CHANGES)
def test_every_answer_is_kept_or_listed(document: dict[str, object]) -> None:
    checked = FORM.check(document, TODAY)
    for name, value in document.items():
        if name != "members" and str(value).strip():
            assert name in checked.answers or name in checked.dropped


def _by_lxml(plan: Plan) -> Plan:
    """Return a plan none of whose expressions has a closure."""

    def question(found: Question) -> Question:
        return replace(found, logic=logic(found.logic), group=group(found.group))

    def group(found: Group) -> Group:
        within = None if found.within is None else group(found.within)
        return replace(found, logic=logic(found.logic), within=within)

    def logic(found: Logic) -> Logic:
        parts = (found.relevant, found.required, found.constraint, found.calculate)
        return Logic(*(one and replace(one, closure=None, known={}) for one in parts))

    def walked(found: Walk) -> Walk:
        return walk([question(step.question) for step in found.steps.values()])

    return replace(
        plan,
        before=walked(plan.before),
        member=walked(plan.member),
        after=walked(plan.after),
        household=walked(plan.household),
        roster=group(plan.roster),
    )


BY_LXML = _by_lxml(FORM.plan)


@settings(max_examples=60, deadline=None)
@given(_CHANGES)
def test_closures_and_lxml_check_alike(document: dict[str, object]) -> None:
    found, wanted = FORM.check(document, TODAY), check_answers(BY_LXML, document, TODAY)
    assert found == wanted
    assert found.relevant == wanted.relevant
    assert list(found.dropped) == list(wanted.dropped)


def test_another_day_gives_another_result() -> None:
    document = household_document(interview_date="2024-06-02")
    assert FORM.check(document, date(2024, 6, 1)).problems
    assert not FORM.check(document, date(2024, 6, 2)).problems


_MARKS = [
    "",
    "a",
    "  a  b ",
    "a\tb",
    "a\u200bb",
    "e\u0301",
    "A\u00a0B",
    "\x1b",
    "\ufeffx",
    "d\ud800",
]


@given(st.text(max_size=20) | st.lists(st.sampled_from(_MARKS)).map("".join))
def test_one_line_is_the_same_for_plain_and_other_text(text: str) -> None:
    assert one_line(text) == one_line(text + " \u200b ")  # which takes the long way


@given(st.text("0123456789abc<>\n", max_size=12))
def test_a_character_anywhere_is_what_the_pattern_says(text: str) -> None:
    found = matcher(".*[0-9<>].*")
    assert found is not None
    assert bool(found(text)) == (re.fullmatch(".*[0-9<>].*", text, re.DOTALL) is not None)


# Expressions beyond those of the product's form

SMALL = """\
begin_group,g,G,,,
calculate,first,,,,"indexed-repeat(${name}, ${members}, 1)"
calculate,named,,,,count(${members}[./person/name != ''])
calculate,how_many,,,,count(${members})
calculate,joined,,,,"join('-', ${name})"
calculate,rounded,,,,"round(2.346, 2)"
date,from,From,,,
date,until,Until,,. > ${from},
integer,days,Days,,. = ${until} - ${from},
calculate,best,,,,"max(${days}, 3, 2)"
select_multiple yes,many,Many,,,
calculate,chosen,,,,"selected-at(${many}, 0)"
end_group,,,,,
"""
SMALL_ROSTER = """\
begin_repeat,members,Members,,,
begin_group,person,Person,,,
calculate,place,,,,position(../..)
text,name,Name,,,
end_group,,,,,
end_repeat,,,,,
"""


@pytest.fixture
def small(tmp_path: Path) -> Form:
    write_form(tmp_path, SMALL, roster=SMALL_ROSTER)
    return load_form(tmp_path)


def test_openrosa_functions(small: Form) -> None:
    checked = small.check(
        {
            "members": [{"name": "Ali"}, {}, {"name": "Budi"}],
            "from": "2024-02-28",
            "until": "2024-03-01",
            "days": 2,
            "many": "1",
        },
        TODAY,
    )
    assert checked.problems == ()
    assert checked.answers == {
        "members": [{"place": "1", "name": "Ali"}, {"place": "2"}, {"place": "3", "name": "Budi"}],
        "first": "Ali",
        "named": "2",
        "how_many": "3",
        "joined": "Ali--Budi",
        "rounded": "2.35",
        "from": "2024-02-28",
        "until": "2024-03-01",
        "days": 2,
        "best": "3",
        "many": ["1"],
        "chosen": "1",
    }


def test_dates_are_compared_as_dates(small: Form) -> None:
    checked = small.check({"from": "2024-03-01", "until": "2024-02-28", "days": 3}, TODAY)
    assert {problem.path for problem in checked.problems} == {"until", "days"}


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("2024-03-05T08:10:00+08:00", "2024-03-05T08:10:00+08:00"),
        ("2024-03-05T08:10:00.123+08:00", "2024-03-05T08:10:00+08:00"),
        ("2024-03-05T00:10:00Z", "2024-03-05T00:10:00+00:00"),
        ("2024-03-05T08:10:00", None),
        ("2024-03-05", None),
        (1709597400, None),
    ],
)
def test_the_times_of_the_interview_carry_their_zone(given: object, kept: str | None) -> None:
    checked = FORM.check(household_document(interview_start=given, interview_end=given), TODAY)
    assert checked.answers.get("interview_start") == kept
    assert checked.answers.get("interview_end") == kept
    wrong = {problem.question for problem in checked.errors}
    assert wrong == (set() if kept else {"interview_start", "interview_end"})


@pytest.mark.parametrize(
    ("given", "accepted"),
    [
        ("1700000000000.jpg", True),
        ("6a1f2c34-0000-4000-8000-000000000001.jpg", True),
        ("IMG_0001.PNG", True),
        ("../secret.jpg", False),
        ("a.jpg.exe", False),
        (".jpg", False),
        ("photo of Hasan.jpg", False),
        (["a.jpg"], False),
    ],
)
def test_a_photo_is_answered_by_the_name_of_its_file(given: object, accepted: bool) -> None:
    checked = FORM.check(household_document(photo_house=given), TODAY)
    assert (checked.answers.get("photo_house") == given) == accepted
    assert bool(checked.errors) != accepted

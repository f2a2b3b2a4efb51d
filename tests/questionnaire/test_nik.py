"""NIK and KK numbers."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jps.questionnaire.nik import (
    NumberState,
    check_kk,
    check_nik,
    nik_state,
    number_state,
    parse_nik,
    same_number,
)

TODAY = date(2024, 6, 1)
REGIONS = frozenset({"750101", "750102", "757101"})


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("7501010505809001", NumberState.VALID),
        ("7501 01.050580-9001", NumberState.VALID),
        ("7501014505809001", NumberState.VALID),
        ("3201017112999001", NumberState.VALID),
        ("", NumberState.BLANK),
        (" . - ", NumberState.BLANK),
        ("0", NumberState.ZERO),
        ("0000000000000000", NumberState.ZERO),
        ("1111111111111111", NumberState.REPEATED),
        ("999", NumberState.REPEATED),
        ("1234567890123456", NumberState.SEQUENCE),
        ("1234567890", NumberState.SEQUENCE),
        ("75010105O5809001", NumberState.NOT_DIGITS),
        ("\u0667501010505809001", NumberState.NOT_DIGITS),
        ("750101050580900", NumberState.WRONG_LENGTH),
        ("75010105058090011", NumberState.WRONG_LENGTH),
        ("0001010505809001", NumberState.LEADING_ZEROS),
        ("9901010505809001", NumberState.UNKNOWN_PROVINCE),
        ("7501010005809001", NumberState.IMPOSSIBLE_DATE),
        ("7501013205809001", NumberState.IMPOSSIBLE_DATE),
        ("7501017205809001", NumberState.IMPOSSIBLE_DATE),
        ("7501010513809001", NumberState.IMPOSSIBLE_DATE),
        ("7501013102809001", NumberState.IMPOSSIBLE_DATE),
        ("7501012902819001", NumberState.IMPOSSIBLE_DATE),
        ("7501012902009001", NumberState.VALID),
        ("7501016902849001", NumberState.VALID),
    ],
)
def test_state_of_a_nik(text: str, state: NumberState) -> None:
    assert nik_state(text) is state


@pytest.mark.parametrize(
    ("text", "births", "sex"),
    [
        ("7501010505809001", ["1980-05-05"], "1"),
        ("7501014909829002", ["1982-09-09"], "2"),
        ("7501015101219003", ["2021-01-11", "1921-01-11"], "2"),
        ("7501012902009001", ["2000-02-29"], "1"),
    ],
)
def test_a_nik_says_birth_and_sex(text: str, births: list[str], sex: str) -> None:
    nik = parse_nik(text, today=TODAY)
    assert nik is not None
    assert [birth.isoformat() for birth in nik.births] == births
    assert (nik.sex, nik.region, nik.serial[:2]) == (sex, "75.01.01", "90")


def test_placeholders_are_nobodys_number() -> None:
    for text in ("", "0", "0000000000000000", "1111111111111111", "1234567890123456"):
        assert not same_number(text, text)
        assert parse_nik(text) is None
    assert same_number("7501010505809001", "7501 0105 0580 9001")
    assert not same_number("7501010505809001", "7501010505809002")


@pytest.mark.parametrize(
    ("text", "born", "sex", "found"),
    [
        ("7501010505809001", "1980-05-05", "1", []),
        ("7501010505809001", "1980", "1", []),
        ("7501015101219003", "1921-01-11", "2", []),
        ("", "1980-05-05", "1", []),
        ("7501010505809001", "1980-05-06", "1", [("birth_date", "warning", "1980-05-05")]),
        ("7501010505809001", "1981", "1", [("birth_year", "warning", "1980")]),
        ("7501010505809001", "", "1", [("birth_date", "suggestion", "1980-05-05")]),
        ("7501015101219003", "", "2", [("birth_date", "suggestion", "2021-01-11")]),
        ("7501015101219003", "1930-01-01", "2", [("birth_date", "warning", "1921-01-11")]),
        ("7501010505809001", "1980-05-05", "2", [("sex", "warning", "1")]),
        ("7501010505809001", "1980-05-05", "", [("sex", "suggestion", "1")]),
        ("7501030505809001", "1980-05-05", "1", [("nik", "warning", None)]),
        ("3201030505809001", "1980-05-05", "1", []),
        ("7501010505800000", "1980-05-05", "1", [("nik", "warning", None)]),
        ("0", "1980-05-05", "1", [("nik", "error", None)]),
        ("0001010505809001", "", "", [("nik", "error", None)]),
        ("7501010513809001", "", "", [("nik", "error", None)]),
        (
            "75O1010505809OOl",
            "",
            "",
            [("nik", "error", None), ("nik", "suggestion", "7501010505809001")],
        ),
        ("75O10105058X9OOl", "", "", [("nik", "error", None)]),
    ],
)
def test_levels_are_kept_apart(
    text: str, born: str, sex: str, found: list[tuple[str, str, str | None]]
) -> None:
    problems = check_nik(text, today=TODAY, born=born, sex=sex, regions=REGIONS, member=2)
    assert [(p.question, p.level, p.suggested) for p in problems] == found
    assert all(p.path == f"members[2].{p.question}" for p in problems)


def test_without_known_districts_none_is_judged() -> None:
    assert not check_nik("7501990505809001", today=TODAY, born="1980", sex="1")


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("7501012301159001", []),
        ("", []),
        ("7501014301159001", ["warning"]),
        ("7501013213159001", ["warning"]),
        ("7501012301259001", ["warning"]),
        ("7501992301159001", ["warning"]),
        ("7501012301150000", ["warning"]),
        ("2222222222222222", ["error"]),
        ("750101230115900", ["error"]),
        ("75010123O1159001", ["error", "suggestion"]),
    ],
)
def test_kk_numbers(text: str, levels: list[str]) -> None:
    problems = check_kk(text, today=TODAY, regions=REGIONS)
    assert [problem.level for problem in problems] == levels


@given(
    st.dates(date(1930, 1, 1), date(2024, 5, 31)),
    st.sampled_from(["1", "2"]),
    st.integers(9000, 9999),
)
def test_a_nik_agrees_with_the_person_it_was_made_for(born: date, sex: str, serial: int) -> None:
    day = born.day + (40 if sex == "2" else 0)
    text = f"750101{day:02d}{born:%m%y}{serial}"
    nik = parse_nik(text, today=TODAY)
    assert nik is not None
    assert born in nik.births
    assert nik.sex == sex
    assert check_nik(text, today=TODAY, born=born.isoformat(), sex=sex, regions=REGIONS) == ()


@given(st.text(max_size=30) | st.from_regex("[0-9OIl .-]{14,20}", fullmatch=True))
def test_any_text_has_one_state_and_never_raises(text: str) -> None:
    state = nik_state(text)
    problems = check_nik(text, today=TODAY)
    assert (parse_nik(text) is not None) == (state is NumberState.VALID)
    if state not in {NumberState.VALID, NumberState.BLANK}:
        assert problems[0].level == "error"
    check_kk(text, today=TODAY)
    assert number_state(f" {text} ") is number_state(text)

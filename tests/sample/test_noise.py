"""Noise changes what it says it changes, and nothing becomes impossible."""

from datetime import date
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from jps.questionnaire.nik import NumberState, nik_state, number_state
from jps.sample.names import Name
from jps.sample.noise import (
    earlier_kk,
    mistype,
    mistyped_kk,
    mistyped_nik,
    respell,
    said_date,
    said_name,
)
from jps.sample.numbers import Issuer

DAY = date(2024, 9, 30)
tokens = st.text("ABDEFHIJKLMNOPRSTUYZ", min_size=4, max_size=12)
births = st.dates(date(1930, 1, 1), DAY)
seeds = st.integers(0, 10**6)
names = st.builds(
    Name,
    given=st.lists(tokens, min_size=1, max_size=2).map(tuple),
    father=st.just("HASAN"),
    middle=st.sampled_from(["", "H", "HASAN"]),
    family=st.one_of(st.just(""), tokens),
    title=st.sampled_from(["", "H", "SPD"]),
)


@given(births, st.sampled_from("12"), seeds)
def test_a_mistyped_nik_is_another_possible_one(born: date, sex: str, seed: int) -> None:
    nik = Issuer().nik("750101", born, sex)
    wrong = mistyped_nik(nik, Random(seed))
    assert wrong != nik
    assert sum(a != b for a, b in zip(nik, wrong, strict=True)) <= 2
    assert nik_state(wrong) is NumberState.VALID
    assert wrong[12] == "9"


@given(births, seeds)
def test_other_kk_numbers_stay_possible(issued: date, seed: int) -> None:
    kk = Issuer().kk("750101", max(issued, date(2010, 1, 1)))
    for wrong in (mistyped_kk(kk, Random(seed)), earlier_kk(kk, Random(seed))):
        assert wrong != kk
        assert number_state(wrong) is NumberState.VALID
        assert wrong[12] == "9"


@given(births, seeds, st.floats(0, 8))
def test_said_dates_are_near_the_truth_and_past(born: date, seed: int, damage: float) -> None:
    said = said_date(born, Random(seed), latest=DAY, damage=damage)
    assert (said.day is None) == (said.precision in {"year", "estimated"})
    assert abs(said.year - born.year) <= 2
    assert said.year <= DAY.year
    if said.day is not None:
        assert said.day <= DAY
        assert (said.day == born) == (not said.kinds)


@given(births, seeds)
def test_without_damage_dates_are_right(born: date, seed: int) -> None:
    said = said_date(born, Random(seed), latest=DAY, damage=0)
    assert said.day == born


@given(names, seeds, st.floats(0, 8))
def test_said_names_can_be_written_down(name: Name, seed: int, damage: float) -> None:
    said, kinds = said_name(name, Random(seed), damage=damage)
    assert len(said) >= 2
    assert said == " ".join(said.split())
    assert said.replace(".", "").replace(" ", "").isalpha()
    if not kinds:
        assert said == str(name)


@given(tokens, seeds)
def test_tokens_keep_their_first_letter(token: str, seed: int) -> None:
    assert respell(token, Random(seed))[0] == token[0]
    assert mistype(token, Random(seed))[0] == token[0]
    assert abs(len(mistype(token, Random(seed))) - len(token)) <= 1

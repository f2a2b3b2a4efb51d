"""States of links and words of evidence, as tables of cases."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jps.identity.rules import Finding, LinkState, state_of
from jps.identity.words import Tone, certainty, strength, waterfall
from jps.matching import Evidence
from jps.questionnaire.nik import NumberState
from jps.registry.rules import RegistryStatus

ALL_AGREE = {"nik": 1, "name": 1, "birth": 1}
VALID, BLANK = NumberState.VALID, NumberState.BLANK


@pytest.mark.parametrize(
    ("finding", "state"),
    [
        (Finding(VALID), LinkState.NIK_TIDAK_DITEMUKAN),
        (Finding(BLANK), LinkState.NIK_TIDAK_DITEMUKAN),
        (Finding(NumberState.WRONG_LENGTH), LinkState.FORMAT_SALAH),
        (Finding(NumberState.ZERO), LinkState.NIK_TIDAK_DITEMUKAN),
        (Finding(VALID, 20.0, ALL_AGREE, linked=True), LinkState.PADAN),
        (Finding(VALID, 20.0, {"nik": 1, "name": 2, "birth": 1}, linked=True), LinkState.PADAN),
        (
            Finding(VALID, 20.0, {"nik": 1, "name": 1, "birth": 6}, linked=True),
            LinkState.PADAN_SEBAGIAN,
        ),
        (
            Finding(BLANK, 20.0, {"nik": 0, "name": 1, "birth": 1}, linked=True),
            LinkState.PADAN_SEBAGIAN,
        ),
        (
            Finding(NumberState.WRONG_LENGTH, 20.0, {"nik": 0, "name": 1}, linked=True),
            LinkState.PADAN_SEBAGIAN,
        ),
        (Finding(VALID, 3.0, ALL_AGREE, linked=True), LinkState.PERLU_DITINJAU),
        (Finding(VALID, 3.0, ALL_AGREE, linked=True, decided=True), LinkState.PADAN),
        (Finding(VALID, 3.0, ALL_AGREE, linked=False), LinkState.PERLU_DITINJAU),
        (Finding(VALID, -3.0, {"nik": 3}), LinkState.PERLU_DITINJAU),
        (Finding(VALID, -9.0, {"nik": 3}), LinkState.NIK_TIDAK_DITEMUKAN),
        (Finding(VALID, -9.0, {"nik": 1}), LinkState.PERLU_DITINJAU),
        (Finding(VALID, 20.0, ALL_AGREE, linked=True, doubted=True), LinkState.PERLU_DITINJAU),
        (Finding(VALID, 20.0, ALL_AGREE, linked=True, nik_shared=True), LinkState.GANDA),
        (
            Finding(BLANK, 20.0, {"nik": 0}, linked=True, nik_shared=True),
            LinkState.PADAN_SEBAGIAN,
        ),
        *(
            (Finding(VALID, 20.0, ALL_AGREE, linked=True, status=status), state)
            for status, state in (
                (RegistryStatus.DEAD, LinkState.MENINGGAL),
                (RegistryStatus.MOVED, LinkState.PINDAH),
                (RegistryStatus.INACTIVE, LinkState.NONAKTIF),
                (RegistryStatus.DUPLICATE, LinkState.GANDA),
            )
        ),
        (
            Finding(VALID, 2.0, ALL_AGREE, linked=True, status=RegistryStatus.DEAD),
            LinkState.PERLU_DITINJAU,
        ),
    ],
)
def test_states(finding: Finding, state: LinkState) -> None:
    assert state_of(finding) == state


def test_nobody_is_dead_without_a_sure_link() -> None:
    for weight, status in product((-9.0, -1.0, 0.0, 4.9), RegistryStatus):
        for linked in (True, False):
            found = state_of(Finding(VALID, weight, ALL_AGREE, linked=linked, status=status))
            assert found in {LinkState.PERLU_DITINJAU, LinkState.NIK_TIDAK_DITEMUKAN}


def line(bits: float, name: str = "name", level: int = 1) -> Evidence:
    return Evidence(name, "Nama", level, bits, "Nama sama")


@given(st.lists(st.floats(-30, 30), min_size=1, max_size=9))
def test_the_bars_of_a_waterfall_lead_from_nothing_to_the_weight(bits: list[float]) -> None:
    drawn = waterfall(tuple(line(one) for one in bits))
    assert drawn.weight == pytest.approx(sum(bits))
    assert 0 <= drawn.zero <= 100
    for bar, following in zip(drawn.bars, drawn.bars[1:], strict=False):
        assert bar.end == following.start
    for bar in drawn.bars:
        assert bar.left >= 0
        assert bar.left + abs(bar.end - bar.start) <= 100.01
        assert (bar.end > bar.start) <= (bar.line.bits > 0)


def test_what_is_unknown_is_not_shown_as_against() -> None:
    assert waterfall((line(0.0, level=0), line(3.0))).bars[0].tone is Tone.UNKNOWN


@given(st.floats(-50, 50), st.floats(-50, 50))
def test_more_bits_never_sound_weaker(one: float, other: float) -> None:
    order = [Tone.AGAINST, Tone.LITTLE_AGAINST, Tone.NEUTRAL, Tone.LITTLE_FOR, Tone.FOR]
    low, high = sorted((one, other))
    assert order.index(strength(low)[0]) <= order.index(strength(high)[0])


def test_certainty_in_words() -> None:
    assert certainty(None) == "tidak ada calon"
    words = [certainty(weight) for weight in (20, 7, 3, 0, -4, -20)]
    assert len(set(words)) == 6

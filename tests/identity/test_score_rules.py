"""Models on labelled pairs: F1, log loss, calibration, changed sides; previews of thresholds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jps.identity.label_rules import Band, Label, Labelled, band_of
from jps.identity.preview_rules import Cell, Side, preview
from jps.identity.quality_rules import Answer
from jps.identity.score_rules import Scored, calibration, moves, score, side_of, weights_of
from jps.matching import Model, Thresholds
from jps.matching.frequencies import Frequencies

NOW = Thresholds()


def test_a_score_of_known_pairs() -> None:
    pairs = [Scored(10.0, True), Scored(3.0, True), Scored(2.0, False), Scored(-5.0, True)]
    found = score(pairs, NOW)
    assert (found.pairs, found.same) == (4, 3)
    assert found.precision == pytest.approx(2 / 3)
    assert found.recall == pytest.approx(2 / 3)
    assert found.f1 == pytest.approx(2 / 3)
    assert score([Scored(0.0, True)], NOW).log_loss == pytest.approx(1.0)


def test_drawn_pairs_count_for_those_they_stand_for() -> None:
    found = score([Scored(5.0, True, 99.0), Scored(5.0, False, 1.0)], NOW)
    assert found.precision == pytest.approx(0.99)


def test_no_pairs_no_score() -> None:
    found = score([], NOW)
    assert (found.precision, found.recall, found.f1, found.log_loss) == (None, None, None, None)
    assert found.steps == ()
    assert weights_of(_model(), [], []) == []


@given(st.lists(st.tuples(st.floats(-40, 40), st.booleans()), max_size=60))
def test_calibration_loses_no_pair(pairs: list[tuple[float, bool]]) -> None:
    steps = calibration([Scored(weight, same) for weight, same in pairs])
    assert sum(step.pairs for step in steps) == len(pairs)
    assert all(step.low <= step.seen <= step.high for step in steps)
    assert [step.said for step in steps] == sorted(step.said for step in steps)


def _model() -> Model:
    nothing = Frequencies.of(np.empty(0, np.int64))
    return Model.start(1_000, {"birth": nothing, "name": nothing, "mother": nothing})


def test_a_model_weighs_records_that_agree_above_others() -> None:
    one = {"id": "1", "name": "HASAN CONTOH", "birth_date": "1980-05-05", "sex": "1"}
    other = {"id": "2", "name": "FATMA LAIN", "birth_date": "1999-01-09", "sex": "2"}
    same, different = weights_of(_model(), [one, one], [one, other])
    assert same > 10 > -5 > different


def test_pairs_that_change_side_are_named() -> None:
    found = moves([8.0, 8.0, -9.0], [8.0, 2.0, 7.0], NOW)
    assert found == {(Side.SURE, Side.REVIEW): [1], (Side.APART, Side.SURE): [2]}
    assert side_of(-4.0, NOW) is Side.REVIEW


def cell(weight: float | None, members: int, **kinds: bool) -> Cell:
    linked = kinds.get("linked", weight is not None and weight >= NOW.link)
    review = kinds.get("review", weight is not None and -4.0 <= weight < NOW.sure)
    decided = kinds.get("decided", False)
    return Cell(
        linked=linked,
        decided=decided,
        review=review,
        weight=weight,
        members=members,
        chance=members * 0.9 if linked else members * 0.1,
    )


CELLS = [
    cell(20.0, 1_000),
    cell(8.0, 50),
    cell(3.0, 30),
    cell(-2.0, 10),
    cell(None, 40),
    cell(9.0, 7, linked=False, review=True),  # outdone by somebody else
    cell(2.0, 5, decided=True, linked=True, review=False),
    cell(12.0, 3, linked=True, review=True),  # tied with another candidate
]


@pytest.mark.parametrize(
    ("link", "sure", "side", "linked"),
    [
        (0.0, 6.0, {Side.SURE: 1_055, Side.REVIEW: 50, Side.APART: 40}, 1_088),
        (0.0, 10.0, {Side.SURE: 1_005, Side.REVIEW: 100, Side.APART: 40}, 1_088),
        (5.0, 6.0, {Side.SURE: 1_055, Side.REVIEW: 50, Side.APART: 40}, 1_058),
        (0.0, 2.0, {Side.SURE: 1_085, Side.REVIEW: 20, Side.APART: 40}, 1_088),
        (-3.0, 6.0, {Side.SURE: 1_055, Side.REVIEW: 50, Side.APART: 40}, 1_098),
    ],
)
def test_previews(link: float, sure: float, side: dict[Side, int], linked: int) -> None:
    found = preview(CELLS, NOW, Thresholds(link, sure=sure))
    assert found.after == side
    assert found.linked_after == linked
    assert sum(found.moves.values()) == found.moved


@given(st.integers(-16, 80), st.integers(0, 60))
def test_previews_lose_nobody(link: int, more: int) -> None:
    found = preview(CELLS, NOW, Thresholds(link / 4, sure=(link + more) / 4))
    assert sum(found.after.values()) == sum(found.before.values()) == 1_145
    before = preview(CELLS, NOW, NOW)
    assert before.moved == 0
    assert found.linked_after <= 1_098


def test_labels_answer_for_other_thresholds_too() -> None:
    bands = [Band("review", {"75.01.01": 20}), Band("far", {"75.01.01": 100})]
    labels = [
        *(Label("review", "75.01.01", 3.0, True, Answer.SAME, True) for _ in range(8)),
        *(Label("review", "75.01.01", 1.0, True, Answer.OTHER, True) for _ in range(2)),
        *(Label("far", "75.01.01", -9.0, False, Answer.ABSENT) for _ in range(9)),
        Label("far", "75.01.01", -9.0, False, Answer.OTHER, False),
        Label("far", "75.01.01", -9.0, False, Answer.UNSURE),
    ]
    found = Labelled(bands, labels, decided=10, now=NOW)
    assert found.covered == 1.0
    precision, higher = found.precision(), found.precision(Thresholds(2.0))
    assert precision is not None
    assert precision.value == pytest.approx((16 + 10) / (20 + 10))
    assert higher is not None
    assert higher.value == 1.0
    recall, loss = found.recall(), found.blocking_loss()
    assert recall is not None
    assert recall.value == pytest.approx((16 + 10) / (20 + 10 + 10))
    assert loss is not None
    assert loss.value == pytest.approx(10 / 40)
    assert Labelled(bands, [], decided=10, now=NOW).precision() is None


def test_everybody_belongs_to_one_band() -> None:
    assert band_of(None, linked=False, now=NOW) == "none"
    assert band_of(3.0, linked=True, now=NOW) == "review"
    assert band_of(6.0, linked=True, now=NOW) == "sure"
    assert band_of(40.0, linked=True, now=NOW) == "surest"
    assert band_of(40.0, linked=False, now=NOW) == "held"
    assert band_of(-4.0, linked=False, now=NOW) == "near"
    assert band_of(-4.1, linked=False, now=NOW) == "far"

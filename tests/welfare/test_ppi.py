"""The scorecard agrees with what Innovations for Poverty Action published."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jps.config import DATA
from jps.errors import InvalidFile
from jps.welfare.ppi import NotScorable, Scorecard

FILE = DATA / "ppi_indonesia_2022.json"
CARD = Scorecard.load(FILE)
DOCUMENT: dict[str, Any] = json.loads(FILE.read_text())
LINES = tuple(DOCUMENT["lines"])
# SHA-256 of the figures as they stand in the published workbook.
PUBLISHED_LOOKUP = "05a48fda6447cb8b14a1e3b49a7f27299abe1cd3d3f13b26b8aff92986d20052"
PUBLISHED_POINTS = "ef6a8d1149772354142c68505d2e49a908ac529bcdbf593152f98276b39db836"

POOREST = {
    "province": "75",
    "household_size": "4",
    "head_savings_account": "2",
    "floor_material": "3",
    "ate_meat_last_week": "2",
    "ate_prepared_rice_last_week": "2",
    "bought_clothing_care_last_month": "2",
    "bought_gasoline_last_month": "2",
    "owns_refrigerator": "2",
    "owns_car": "2",
}
RICHEST = dict.fromkeys(POOREST, "1") | {"province": "31"}

responses = st.fixed_dictionaries(
    {
        indicator.key: st.sampled_from([code for r in indicator.responses for code in r.codes])
        for indicator in CARD.indicators
    }
)


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()


def test_all_101_scores_and_nine_lines_are_the_published_ones() -> None:
    table = [[line, [CARD.likelihood(line, score) for score in range(101)]] for line in LINES]
    assert len(LINES) == 9
    assert _digest(table) == PUBLISHED_LOOKUP


def test_all_points_are_the_published_ones() -> None:
    table = [
        [
            indicator.key,
            [[response.points[line] for line in LINES] for response in indicator.responses],
        ]
        for indicator in CARD.indicators
    ]
    assert _digest(table) == PUBLISHED_POINTS


@pytest.mark.parametrize("line", LINES)
def test_every_response_adds_its_points(line: str) -> None:
    """Changing one response changes the score by the difference of the two responses' points."""
    base = CARD.score(POOREST, line)
    for indicator in CARD.indicators:
        now = next(r for r in indicator.responses if POOREST[indicator.key] in r.codes)
        for response in indicator.responses:
            for code in response.codes:
                changed = CARD.score(POOREST | {indicator.key: code}, line)
                step = response.points[line] - now.points[line]
                assert changed.score == base.score + step
                assert changed.likelihood == DOCUMENT["lookup"][line][changed.score]


@pytest.mark.parametrize(
    ("score", "line", "likelihood"),
    [
        (0, "npl100", 0.843262),
        (50, "npl100", 0.02173),
        (100, "npl100", 0.000092),
        (50, "bottom40", 0.340955),
        (100, "bottom80", 0.122167),
    ],
)
def test_rows_of_the_published_table(score: int, line: str, likelihood: float) -> None:
    assert CARD.likelihood(line, score) == likelihood


def test_the_poorest_household_of_gorontalo_has_only_the_points_of_the_province() -> None:
    result = CARD.score(POOREST, "npl100")
    assert result.score == 3
    assert [p.points for p in result.points] == [3, 0, 0, 0, 0, 0, 0, 0, 0, 0]


def test_a_score_of_101_reads_the_last_row() -> None:
    line = "ppp2011_320"
    most = {
        indicator.key: max(indicator.responses, key=lambda response: response.points[line]).codes[0]
        for indicator in CARD.indicators
    }
    result = CARD.score(most, line)
    assert result.score == 101
    assert result.likelihood == CARD.likelihood(line, 100)


def test_each_line_has_points_of_its_own() -> None:
    scores = {line: CARD.score(RICHEST, line).score for line in LINES}
    assert len(set(scores.values())) > 1


def test_the_arithmetic_is_told_in_both_languages() -> None:
    floor = CARD.score(POOREST, "npl100").points[3]
    assert floor.question.text("id") == "Jenis lantai terluas"
    assert floor.response.text("en").startswith("Wood")
    assert floor.response.text("fr") == floor.response.id


@given(responses, st.sampled_from(LINES))
def test_totals_equal_the_arithmetic(given_responses: dict[str, str], line: str) -> None:
    total = CARD.totals(given_responses)[line]
    told = CARD.score(given_responses, line)
    assert (total.score, total.likelihood) == (told.score, told.likelihood)
    assert told.score == sum(item.points for item in told.points)
    assert 0 < told.likelihood < 1


def test_provinces_cut_out_of_papua_score_as_papua() -> None:
    assert CARD.totals(POOREST | {"province": "94"}) == CARD.totals(POOREST | {"province": "91"})


def test_missing_and_unknown_answers_are_named() -> None:
    asked = {key: code for key, code in POOREST.items() if key != "owns_car"} | {
        "household_size": "9",
        "floor_material": "",
    }
    with pytest.raises(NotScorable) as caught:
        CARD.totals(asked)
    assert caught.value.problems == {
        "household_size": ["Jawaban tidak dikenal."],
        "floor_material": ["Belum dijawab."],
        "owns_car": ["Belum dijawab."],
    }


def test_no_answers_at_all() -> None:
    with pytest.raises(NotScorable) as caught:
        CARD.score({}, "npl100")
    assert len(caught.value.problems) == 10


def test_a_negative_score_is_refused() -> None:
    with pytest.raises(ValueError, match="never negative"):
        CARD.likelihood("npl100", -1)


def test_the_notice_of_the_owner_is_kept() -> None:
    assert "Innovations for Poverty Action" in CARD.trademark
    assert "povertyindex.org" in CARD.source


def _broken(change: str) -> str:
    document = json.loads(FILE.read_text())
    match change:
        case "a row of the table missing":
            document["lookup"]["npl100"].pop()
        case "a probability above one":
            document["lookup"]["npl100"][0] = 1.2
        case "a probability that rises":
            document["lookup"]["npl100"][50] = 0.9
        case "negative points":
            document["indicators"][1]["responses"][0]["points"]["npl100"] = -4
        case "points of a line missing":
            del document["indicators"][1]["responses"][0]["points"]["bottom20"]
        case "a code twice":
            document["indicators"][2]["responses"][1]["codes"] = ["1"]
        case "no JSON":
            return "score;points"
        case "a list":
            return "[]"
    return json.dumps(document)


@pytest.mark.parametrize(
    "change",
    [
        "a row of the table missing",
        "a probability above one",
        "a probability that rises",
        "negative points",
        "points of a line missing",
        "a code twice",
        "no JSON",
        "a list",
    ],
)
def test_a_damaged_file_is_refused(change: str, tmp_path: Path) -> None:
    file = tmp_path / "card.json"
    file.write_text(_broken(change))
    with pytest.raises(InvalidFile):
        Scorecard.load(file)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidFile, match=r"card\.json"):
        Scorecard.load(tmp_path / "card.json")

"""The Poverty Probability Index (PPI) as published: points, look-up, and where each point is from.

A score is the sum of the points of ten responses for one poverty line; the published table turns
it into the probability that the household is below that line. Scores have no meaning of their own:
average probabilities, never scores.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jps.errors import InvalidData
from jps.text import N_
from jps.welfare.reading import Indicator, Label, Response, Table, read_table

TOP_SCORE = 100  # the table's last row; rounded points can add up to 101, which is read there


class NotScorable(InvalidData):
    """Answers are missing or unknown. `problems` maps each such indicator to what is wrong."""

    code = "not-scorable"


@dataclass(frozen=True)
class Points:
    """What one response adds to the score, with both in plain words."""

    indicator: str
    question: Label
    response: Label
    code: str
    points: int


@dataclass(frozen=True)
class Score:
    """The score of a household for one poverty line, the probability, and the arithmetic."""

    line: str
    score: int
    likelihood: float  # 0-1
    points: tuple[Points, ...]


@dataclass(frozen=True)
class Total:
    """A score and its probability without the arithmetic."""

    score: int
    likelihood: float  # 0-1


class Scorecard:
    """One published scorecard."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._responses = {
            indicator.key: {
                code: response for response in indicator.responses for code in response.codes
            }
            for indicator in table.indicators
        }
        self._lines = tuple(table.lines)
        self._vectors = {
            key: {code: tuple(r.points[line] for line in self._lines) for code, r in found.items()}
            for key, found in self._responses.items()
        }

    @classmethod
    def load(cls, path: Path) -> "Scorecard":
        """Read a scorecard from JSON. Raises `InvalidFile` when it is not whole."""
        return cls(read_table(path))

    @property
    def name(self) -> str:
        """The scorecard's name."""
        return self._table.name

    @property
    def version(self) -> str:
        """The stable name of this version."""
        return self._table.version

    @property
    def source(self) -> str:
        """Who published it, when, from which survey."""
        return self._table.source

    @property
    def trademark(self) -> str:
        """The notice that must stand where the scorecard is used."""
        return self._table.trademark

    @property
    def content_hash(self) -> str:
        """SHA-256 (hex) of the file that was read."""
        return self._table.content_hash

    @property
    def lines(self) -> Mapping[str, Label]:
        """The poverty lines by key, in published order."""
        return self._table.lines

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        """The ten questions with their responses."""
        return self._table.indicators

    def score(self, responses: Mapping[str, str], line: str) -> Score:
        """Return the score for `line` of one household's `responses` (indicator -> code).

        Raises `NotScorable` when a response is missing or unknown, `KeyError` for an unknown line.
        """
        found = self._read(responses)
        points = tuple(
            Points(indicator.key, indicator.label, response.label, code, response.points[line])
            for indicator, code, response in found
        )
        score = sum(item.points for item in points)
        return Score(line, score, self._likelihood(line, score), points)

    def totals(self, responses: Mapping[str, str]) -> dict[str, Total]:
        """Return score and probability of one household for every line.

        Raises `NotScorable` when a response is missing or unknown.
        """
        try:
            vectors = [known[responses[key]] for key, known in self._vectors.items()]
        except KeyError:
            self._read(responses)
            raise
        scores = map(sum, zip(*vectors, strict=True))
        return {
            line: Total(score, self._likelihood(line, score))
            for line, score in zip(self._lines, scores, strict=True)
        }

    def likelihood(self, line: str, score: int) -> float:
        """Return the published probability (0-1) of `score` for `line`.

        Raises `ValueError` for a negative score, `KeyError` for an unknown line.
        """
        if score < 0:
            raise ValueError("a score is never negative")
        return self._likelihood(line, score)

    def _likelihood(self, line: str, score: int) -> float:
        return self._table.lookup[line][min(score, TOP_SCORE)]

    def _read(self, responses: Mapping[str, str]) -> list[tuple[Indicator, str, Response]]:
        found = []
        problems: dict[str, list[str]] = {}
        for indicator in self._table.indicators:
            code = responses.get(indicator.key, "")
            response = self._responses[indicator.key].get(code)
            if response is not None:
                found.append((indicator, code, response))
            else:
                problems[indicator.key] = [
                    N_("Jawaban tidak dikenal.") if code else N_("Belum dijawab.")
                ]
        if problems:
            raise NotScorable(N_("Skor belum dapat dihitung: ada jawaban yang kurang."), problems)
        return found

"""How well a model tells labelled pairs apart: F1, log loss, calibration, changed sides. Pure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from jps.identity.preview_rules import Side
from jps.identity.quality_rules import wilson
from jps.identity.rules import WORTH_A_LOOK
from jps.matching import COLUMNS, Model, People, Thresholds, probability
from jps.matching.compare import compare

Record = Mapping[str, str]

# Least probabilities of the steps of the calibration picture.
STEPS = (0.0, 0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98, 0.999)
_MOST_BITS = 30.0  # one error in 2**30 is as good as none: the log loss stays finite


@dataclass(frozen=True)
class Scored:
    """A labelled pair with the weight a model gives it.

    `share` is how many pairs of the list it stands for; 1 where it was chosen and not drawn.
    """

    weight: float
    same: bool
    share: float = 1.0


@dataclass(frozen=True)
class Step:
    """Pairs of one step of probability: what was said (mean) and what came out, with interval."""

    said: float
    seen: float
    low: float
    high: float
    pairs: int


@dataclass(frozen=True)
class Score:
    """A model on labelled pairs. None where there is nothing to divide by."""

    pairs: int
    same: int
    precision: float | None
    recall: float | None
    log_loss: float | None
    steps: tuple[Step, ...]

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall over the labelled pairs."""
        if not self.precision or not self.recall:
            return None if self.precision is None or self.recall is None else 0.0
        return 2 * self.precision * self.recall / (self.precision + self.recall)


def weights_of(model: Model, ours: Sequence[Record], theirs: Sequence[Record]) -> list[float]:
    """Return the weight in bits that a model gives each pair (ours[k], theirs[k])."""
    if not ours:
        return []
    left, right = (People.read(_table(records)) for records in (ours, theirs))
    rows = pa.array(range(len(ours)), pa.int64()).to_numpy()
    levels = compare(left, right, rows, rows)
    found: list[float] = model.weights(levels, model.term_bits(levels, right, rows)).tolist()
    return found


def _table(records: Sequence[Record]) -> pa.Table:
    columns = {name: [one.get(name) or "" for one in records] for name in COLUMNS}
    return pa.table({name: pa.array(column, pa.string()) for name, column in columns.items()})


def score(pairs: Sequence[Scored], thresholds: Thresholds) -> Score:
    """Return how a model does on labelled pairs; a pair is called the same from `link` on.

    Pairs count by `share`. Log loss: mean of -log2 of the probability given to what is true, bits.
    """
    said = [one for one in pairs if one.weight >= thresholds.link]
    right = sum(one.share for one in said if one.same)
    whole, true = sum(one.share for one in said), sum(one.share for one in pairs if one.same)
    total = sum(one.share for one in pairs)
    loss = sum(one.share * _bits_lost(one) for one in pairs)
    return Score(
        pairs=len(pairs),
        same=sum(one.same for one in pairs),
        precision=right / whole if whole else None,
        recall=right / true if true else None,
        log_loss=loss / total if total else None,
        steps=calibration(pairs),
    )


def _bits_lost(one: Scored) -> float:
    bits = max(min(one.weight, _MOST_BITS), -_MOST_BITS)
    return math.log2(1 + 2.0 ** (-bits if one.same else bits))


def calibration(pairs: Sequence[Scored]) -> tuple[Step, ...]:
    """Return, by step of probability, what the model said beside what came out.

    The interval is Wilson's over the number of pairs, or Kish's effective number where pairs stand
    for different shares.
    """
    found = []
    for low, high in zip(STEPS, (*STEPS[1:], 1.01), strict=True):
        mine = [one for one in pairs if low <= probability(one.weight) < high]
        if not mine:
            continue
        total = sum(one.share for one in mine)
        seen = sum(one.share for one in mine if one.same) / total
        said = sum(one.share * probability(one.weight) for one in mine) / total
        effective = total**2 / sum(one.share**2 for one in mine)
        found.append(Step(said, seen, *wilson(seen, effective), len(mine)))
    return tuple(found)


def side_of(weight: float, thresholds: Thresholds) -> Side:
    """Return the side a pair is on by its weight alone."""
    if weight >= thresholds.sure:
        return Side.SURE
    return Side.REVIEW if weight >= min(WORTH_A_LOOK, thresholds.link) else Side.APART


def moves(
    before: Sequence[float], after: Sequence[float], thresholds: Thresholds
) -> dict[tuple[Side, Side], list[int]]:
    """Return the places of the pairs that change side from one model to another."""
    found: dict[tuple[Side, Side], list[int]] = {}
    for place, (one, other) in enumerate(zip(before, after, strict=True)):
        sides = side_of(one, thresholds), side_of(other, thresholds)
        if sides[0] is not sides[1]:
            found.setdefault(sides, []).append(place)
    return found

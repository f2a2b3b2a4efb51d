"""How many pairs of a list are one person twice, and from which weight on: learnt from weights.

No labels are needed: the weights of all compared pairs say together how common a match is.
"""

import math
from dataclasses import dataclass

import numpy as np

from jps.matching.frequencies import Floats

_ROUNDS = 100
_CLOSE = 1e-4  # bits between two rounds
_FEW = 0.5  # matches expected where none is seen


def prior_bits(weights: Floats, *, start: float, pairs: float) -> float:
    """Return the odds (bits) that two records drawn at random are one person.

    `weights` (bits) are of the compared pairs and hold the prior `start`; `pairs` are all pairs
    there are, those never compared taken as no match. Expectation-maximisation for the share of one
    part of a mixture whose parts are known: M. Saerens, P. Latinne, C. Decaestecker, "Adjusting the
    Outputs of a Classifier to New a Priori Probabilities", Neural Computation 14 (2002).
    """
    ratios = np.asarray(weights, np.float64) - start
    bits = start
    for _ in range(_ROUNDS):
        matches = float(chances(ratios + bits).sum()) + _FEW
        share = min(matches / (pairs + 1.0), 0.5)
        before, bits = bits, math.log2(share / (1.0 - share))
        if abs(bits - before) < _CLOSE:
            break
    return bits


@dataclass(frozen=True)
class Cut:
    """A threshold (bits) with the precision, recall and F1 that the weights promise there."""

    bits: float
    precision: float
    recall: float
    f1: float


def best_cut(weights: Floats) -> Cut:
    """Return the threshold of the best expected F1, if the weights (bits) are true odds.

    D. Lewis, "Evaluating and Optimizing Autonomous Text Classification Systems", SIGIR (1995). The
    threshold lies half-way between the weakest pair taken and the strongest left, at most at 0.
    """
    order = np.sort(np.asarray(weights, np.float64))[::-1]
    chance = chances(order)
    if not len(order) or chance.sum() < _FEW:
        return Cut(0.0, 1.0, 1.0, 1.0)
    found, taken = np.cumsum(chance), np.arange(1, len(order) + 1)
    f1 = 2 * found / (taken + found[-1])
    last = int(np.argmax(f1))
    follower = order[last + 1] if last + 1 < len(order) else order[last]
    return Cut(
        bits=min(0.0, float(order[last] + follower) / 2),
        precision=float(found[last] / taken[last]),
        recall=float(found[last] / found[-1]),
        f1=float(f1[last]),
    )


def chances(weights: Floats) -> Floats:
    """Return the probability of every weight in bits."""
    return np.asarray(1.0 / (1.0 + np.exp2(-np.clip(weights, -500, 500))), np.float64)

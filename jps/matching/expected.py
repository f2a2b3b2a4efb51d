"""What the weights promise of links, without a single labelled pair.

The probability of a pair is what its weight says; precision and recall follow as means of these
(D. Lewis, "Evaluating and Optimizing Autonomous Text Classification Systems", SIGIR 1995). Matches
that no key reaches are not among the pairs: recall is of those that keys reach.
"""

from dataclasses import dataclass

from jps.matching.links import Links
from jps.matching.prior import chances


@dataclass(frozen=True)
class Expected:
    """Precision and recall to be expected."""

    precision: float
    recall: float


def expected_of_links(links: Links) -> Expected:
    """Return what to expect of links; a record counts by its best candidate."""
    there = links.candidate >= 0
    chance, linked = chances(links.weight[there]), links.linked[there]
    right, every = float(chance[linked].sum()), float(chance.sum())
    precision = right / int(linked.sum()) if linked.any() else 1.0
    return Expected(precision, right / every if every else 1.0)

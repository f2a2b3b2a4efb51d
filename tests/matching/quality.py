"""How many links are right, by the truth that the makers of invented lists know."""

from jps.matching import Links
from tests.matching.people import Town


def quality(links: Links, town: Town, least: float = 0.0) -> tuple[float, float, float]:
    """Return F1, precision and recall of the links from a weight on."""
    linked = right = 0
    for one, truth in zip(links, town.truth, strict=True):
        if one.person is not None and (one.weight or 0.0) >= least:
            linked += 1
            right += one.person in truth
    known = sum(bool(truth) for truth in town.truth)
    return 2 * right / (linked + known), right / max(linked, 1), right / known

"""What two programmes mean for one another, and rules that contradict one another. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from jps.programmes.rules import Overlap


@dataclass(frozen=True)
class PairRule:
    """What it means to be on the lists of two programmes, by their codes."""

    first: str
    second: str
    verdict: Overlap


class Clash(StrEnum):
    """Why rules about pairs cannot stand."""

    ITSELF = "itself"  # a programme with itself
    CONTRADICTED = "contradicted"  # two verdicts for one pair
    UNKNOWN = "unknown"  # a programme that does not exist


@dataclass(frozen=True)
class ClashingRule:
    """A rule by its place among those given, and what is wrong with it."""

    place: int
    clash: Clash
    programmes: tuple[str, str]


def pair(first: str, second: str) -> tuple[str, str]:
    """Return two programmes in the order in which a pair is kept."""
    return (first, second) if first <= second else (second, first)


def clashes(rules: Iterable[PairRule], known: Iterable[str]) -> list[ClashingRule]:
    """Return the rules that cannot stand beside those before them."""
    programmes, seen = set(known), dict[tuple[str, str], Overlap]()
    found = []
    for place, rule in enumerate(rules):
        both = pair(rule.first, rule.second)
        if not set(both) <= programmes:
            found.append(ClashingRule(place, Clash.UNKNOWN, both))
        elif rule.first == rule.second:
            found.append(ClashingRule(place, Clash.ITSELF, both))
        elif seen.setdefault(both, rule.verdict) is not rule.verdict:
            found.append(ClashingRule(place, Clash.CONTRADICTED, both))
    return found

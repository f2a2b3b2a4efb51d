"""What reaches the households of an area: counts by the programmes that each receives. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

NOBODY = ""  # the key of households that receive nothing is never stored
_AND = "+"


@dataclass
class Aid:
    """Sums over the households of an area that receive something; those of parts add up.

    `households` and `poor` (expected poor households: sums of probabilities) are by the programmes
    that a household receives, as codes joined in order ("bpnt+pkh"). `overlaps` are households on
    two lists that exclude each other; `findings` are open ones, `kinds` the same by kind.
    """

    households: Counter[str] = field(default_factory=Counter)
    poor: dict[str, float] = field(default_factory=dict)
    overlaps: int = 0
    findings: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    clashing: frozenset[frozenset[str]] = frozenset()  # pairs that exclude each other

    def add(self, other: "Aid") -> None:
        """Take another area in."""
        self.households.update(other.households)
        for key, expected in other.poor.items():
            self.poor[key] = self.poor.get(key, 0.0) + expected
        self.overlaps += other.overlaps
        self.findings += other.findings
        self.kinds.update(other.kinds)
        self.clashing |= other.clashing

    def reached(self, programme: str = "") -> int:
        """Return how many households receive `programme`, or anything at all."""
        return sum(n for key, n in self.households.items() if _has(key, programme))

    def poor_reached(self, programme: str = "") -> float:
        """Return how many poor households are expected among those reached."""
        return sum(p for key, p in self.poor.items() if _has(key, programme))

    def per_programme(self) -> Counter[str]:
        """Return how many households each programme reaches."""
        found: Counter[str] = Counter()
        for key, n in self.households.items():
            for programme in parts(key):
                found[programme] += n
        return found


def key_of(programmes: Iterable[str]) -> str:
    """Return the key of a household that receives these programmes."""
    return _AND.join(sorted(programmes))


def parts(key: str) -> list[str]:
    """Return the programmes of a key."""
    return key.split(_AND)


def _has(key: str, programme: str) -> bool:
    return not programme or programme in parts(key)

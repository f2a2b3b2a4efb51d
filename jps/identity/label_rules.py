"""From labelled members to precision, recall and blocking loss. Pure.

A sample is drawn within bands of weight; a band counts with all members it had. Who was said to be
the same person by people before the draw is known and counts as right.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from jps.identity.preview_rules import is_linked
from jps.identity.quality_rules import Answer, Interval, Stratum, ratio
from jps.identity.rules import WORTH_A_LOOK
from jps.matching import Thresholds


@dataclass(frozen=True)
class Band:
    """A stratum of the sample: weights from `low` (None: no candidate, or the smallest).

    `sizes` counts the members who could be drawn, by kecamatan; `drawn` those who were.
    """

    name: str
    sizes: Mapping[str, int]
    drawn: int = 0
    wrong: float = 0.0

    @property
    def size(self) -> int:
        """Members who could be drawn."""
        return sum(self.sizes.values())


def band_of(weight: float | None, *, linked: bool, now: Thresholds) -> str:
    """Return the name of the band a member belongs to."""
    if weight is None:
        return "none"
    if linked:
        return next(name for name, least in _linked_bands(now) if weight >= least)
    if weight >= now.link:
        return "held"
    return "near" if weight >= WORTH_A_LOOK else "far"


def _linked_bands(now: Thresholds) -> tuple[tuple[str, float], ...]:
    sure = now.sure
    return (
        ("surest", sure + 16),
        ("surer", sure + 6),
        ("sure", sure),
        ("review", float("-inf")),
    )


BANDS = ("none", "far", "near", "held", "review", "sure", "surer", "surest")


@dataclass(frozen=True)
class Label:
    """What is known of one member of the sample; see `SampleItem`. `area` is the kecamatan."""

    band: str
    area: str
    weight: float | None
    linked: bool
    answer: Answer
    reached: bool | None = None


@dataclass(frozen=True)
class Labelled:
    """A sample with its answers so far, in some areas.

    `decided` members were said to be the same person before the draw. `now` are the thresholds
    under which the sample was drawn; `asked` items wait for an answer.
    """

    bands: Sequence[Band]
    labels: Sequence[Label]
    decided: int
    now: Thresholds
    asked: int = 0

    @property
    def usable(self) -> Sequence[Label]:
        """The labels that say something."""
        return [label for label in self.labels if label.answer is not Answer.UNSURE]

    @property
    def covered(self) -> float:
        """Share (0-1) of the members in bands with at least two answers."""
        whole = sum(band.size for band in self.bands) + self.decided
        if not whole:
            return 0.0
        seen = sum(band.size for band in self.bands if len(self._of(band)) > 1) + self.decided
        return seen / whole

    def precision(self, wanted: Thresholds | None = None) -> Interval | None:
        """Return the share of links that name the right person."""
        return self._ratio(lambda label: self._linked(label, wanted), _is_right, open_=False)

    def sure_precision(self, wanted: Thresholds | None = None) -> Interval | None:
        """Return the share of the links nobody looks at that name the right person."""
        sure = (wanted or self.now).sure

        def counts(label: Label) -> bool:
            weight = label.weight
            return self._linked(label, wanted) and weight is not None and weight >= sure

        return self._ratio(counts, _is_right, open_=False)

    def recall(self, wanted: Thresholds | None = None) -> Interval | None:
        """Return the share of the members who are in the registry that are linked to themselves."""

        def found(label: Label) -> bool:
            return _is_right(label) and self._linked(label, wanted)

        return self._ratio(_exists, found, open_=True)

    def blocking_loss(self) -> Interval | None:
        """Return the share of the members who are in the registry that no key leads to."""

        def lost(label: Label) -> bool:
            return _exists(label) and label.reached is False

        kept = self._ratio(_exists, lambda label: _exists(label) and not lost(label), open_=True)
        if kept is None:
            return None
        return Interval(1 - kept.value, 1 - kept.high, 1 - kept.low, kept.labels)

    def _linked(self, label: Label, wanted: Thresholds | None) -> bool:
        return is_linked(
            label.weight,
            linked=label.linked,
            now=self.now,
            wanted=wanted or self.now,
        )

    def _ratio(
        self, below: Callable[[Label], bool], above: Callable[[Label], bool], *, open_: bool
    ) -> Interval | None:
        strata = []
        for band in self.bands:
            units = [(below(one) and above(one), below(one)) for one in self._of(band)]
            if units:
                counted = open_ or any(x for _, x in units)
                strata.append(Stratum(max(band.size, len(units)), units, open=counted))
        if self.decided:
            strata.append(Stratum(self.decided, [(True, True)] * self.decided))
        labels = len(self.usable)
        found = ratio(strata)
        if found is None or not labels:
            return None
        seen = sum(below(one) for one in self.usable)
        return Interval(found.value, found.low, found.high, seen)

    def _of(self, band: Band) -> Sequence[Label]:
        return [label for label in self.usable if label.band == band.name]


def _is_right(label: Label) -> bool:
    return label.answer is Answer.SAME


def _exists(label: Label) -> bool:
    return label.answer in {Answer.SAME, Answer.OTHER}

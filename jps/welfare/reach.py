"""Whom a programme reaches, with errors from the design of the sample. Pure.

`selected` and `poor` are 0 or 1 per row, or the probability of it (0-1): being poor is seldom
known, and then every figure is an expected one. Persons, not households, are counted where the
design's weights are numbers of persons.

* coverage: share of the poor who are selected; exclusion error: share of the poor who are not;
* leakage, inclusion error: share of the selected who are not poor;
* targeting differential: coverage of the poor less that of the others (M. Ravallion, World Bank
  Research Observer 24, 2009);
* concentration (Coady-Grosh-Hoddinott): share of the selected who are poor over the poor's share of
  everybody: 1 is what giving at random would do (D. Coady et al., World Bank 2004).
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from jps.welfare.design import Design, Measured
from jps.welfare.measures import ratio


@dataclass(frozen=True)
class Reach:
    """What a selection reaches; None where nobody is poor, selected, or not poor."""

    coverage: Measured | None
    exclusion: Measured | None
    leakage: Measured | None
    coverage_of_others: Measured | None
    differential: Measured | None
    concentration: Measured | None

    def __iter__(self) -> Iterator[tuple[str, Measured | None]]:
        """Yield name and value of every figure."""
        for one in fields(self):
            yield one.name, getattr(self, one.name)


def reach(selected: npt.ArrayLike, poor: npt.ArrayLike, design: Design) -> Reach:
    """Return whom a selection reaches; `ValueError` for values outside 0 to 1."""
    s, p = (np.asarray(values, dtype=np.float64) for values in (selected, poor))
    if not (np.all((s >= 0) & (s <= 1)) and np.all((p >= 0) & (p <= 1))):
        raise ValueError("selected and poor must be 0 to 1")
    some_poor, some_others, some_selected = (design.total(one) > 0 for one in (p, 1 - p, s))
    return Reach(
        coverage=ratio(s * p, p, design, share=True) if some_poor else None,
        exclusion=ratio((1 - s) * p, p, design, share=True) if some_poor else None,
        leakage=ratio(s * (1 - p), s, design, share=True) if some_selected else None,
        coverage_of_others=ratio(s * (1 - p), 1 - p, design, share=True) if some_others else None,
        differential=_differential(s, p, design) if some_poor and some_others else None,
        concentration=_concentration(s, p, design) if some_poor and some_selected else None,
    )


def _differential(
    s: npt.NDArray[np.float64], p: npt.NDArray[np.float64], design: Design
) -> Measured:
    poor, others = design.total(p), design.total(1 - p)
    of_poor, of_others = design.total(s * p) / poor, design.total(s * (1 - p)) / others
    influence = p * (s - of_poor) / poor - (1 - p) * (s - of_others) / others
    return design.measured(of_poor - of_others, influence)


def _concentration(
    s: npt.NDArray[np.float64], p: npt.NDArray[np.float64], design: Design
) -> Measured:
    """(sp / s) / (p / n): the influence of a product is that of its logarithm times its value."""
    parts = design.total(s * p), design.total(s), design.total(p), design.total(np.ones_like(s))
    both, some, poor, people = parts
    value = both * people / (some * poor)
    if both == 0:
        return design.measured(0.0, s * p * people / (some * poor))
    influence = value * (s * p / both + 1 / people - s / some - p / poor)
    return design.measured(value, influence)

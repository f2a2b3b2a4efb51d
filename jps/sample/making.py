"""Putting the sample together."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random

from jps.errors import InvalidData
from jps.sample.documents import SampleHousehold, write_document
from jps.sample.families import Founder
from jps.sample.livelihood import Likelihood, Living, Rate, live
from jps.sample.names import NameBook
from jps.sample.people import Home
from jps.sample.places import SampleArea, Village, share_households, villages_of
from jps.sample.registry import Registry, register_homes, write_registry_csv
from jps.sample.visits import Visit, plan_visits
from jps.text import N_

# The default day the survey ends on: between the published poverty rates (March 2024) and the
# registered population (end of 2024) that the sample follows.
SURVEY_DAY = date(2024, 9, 30)
_UNVISITED = 0.36  # homes in the registry that are not visited, per visited home


@dataclass(frozen=True)
class Sample:
    """What was made: registry rows, and households one by one with their truth.

    `name` tells seed and size, from which with `on` everything follows; `rates` hold the published
    and the reached share of poor persons per kabupaten.
    """

    name: str
    on: date
    registry: Registry
    rates: Mapping[str, Rate]
    visits: tuple[Visit, ...]
    livings: tuple[Living, ...]

    def households(self) -> Iterator[SampleHousehold]:
        """Yield the households in the order of their villages; each call yields the same."""
        for visit, living in zip(self.visits, self.livings, strict=True):
            yield write_document(visit, living, self.registry, self.name)

    def write_registry_csv(self, path: Path) -> None:
        """Write the registry as UTF-8 CSV with the headers of a Dukcapil list."""
        write_registry_csv(self.registry.rows, path)


def make_sample(
    households: int,
    seed: int,
    areas: Sequence[SampleArea],
    *,
    names: Path,
    likelihood: Likelihood,
    rates: Mapping[str, float],
    on: date = SURVEY_DAY,
) -> Sample:
    """Make a sample of `households` surveyed households and a registry of about five times as many
    persons, in the villages among `areas`.

    `names` is the folder of the token tables (`data/sample`), `likelihood` gives the probability of
    being poor (0 to 1) for scored answers (`ppi_*` by question name, without the province), `rates`
    the published poverty rates in percent by kabupaten code, `on` the last day of the survey.
    Raises InvalidData where there is no village or no household to make.
    """
    villages = villages_of(areas)
    if households < 1:
        raise InvalidData(N_("Jumlah rumah tangga harus 1 atau lebih."))
    if not villages:
        raise InvalidData(N_("Tidak ada desa atau kelurahan dalam daftar wilayah."))
    name = f"{seed}/{households}"
    rng = Random(name)
    founder = Founder(NameBook.load(names), villages, rng, on=on)
    visited = _found(founder, villages, share_households(villages, households))
    others = _found(founder, villages, share_households(villages, round(households * _UNVISITED)))
    registry = register_homes([*visited, *others], villages, founder.persons, rng, on=on)
    visits = plan_visits(visited, registry.states, rng, on=on)
    livings, reached = live(visits, likelihood, rates, seed)
    return Sample(
        name=name,
        on=on,
        registry=registry,
        rates=reached,
        visits=tuple(visits),
        livings=tuple(livings),
    )


def _found(founder: Founder, villages: Sequence[Village], shares: Sequence[int]) -> list[Home]:
    return [
        founder.home(village)
        for village, share in zip(villages, shares, strict=True)
        for _ in range(share)
    ]


def published_rates(path: Path, *, period: str = "2024-03") -> dict[str, float]:
    """Return the published share of poor persons, percent by kabupaten code, of one period.

    `path` is a table with the columns code, period and rate_percent.
    """
    with path.open(encoding="utf-8", newline="") as file:
        return {
            row["code"]: float(row["rate_percent"])
            for row in csv.DictReader(file)
            if row["period"] == period and "." in row["code"] and row["rate_percent"]
        }

"""The engine of one machine: the kernel as it is, in this process."""

from jps.engines.base import Matched, Registry, Source, match_index, read_source
from jps.matching import Assignment, Model, RegistryIndex, Thresholds
from jps.matching.hashing import Ints
from jps.matching.search import Found, Lists, find_all


class LocalEngine:
    """Matches in this process."""

    at_once = 25_000

    def find(
        self,
        lists: Lists,
        model: Model | None = None,
        *,
        sure: float,
        seed: int = 0,
        rows: Ints | None = None,
    ) -> Found:
        """See `Engine.find`."""
        return find_all(lists, model, sure=sure, seed=seed, rows=rows)

    def match(
        self,
        survey: Source,
        registry: Registry,
        *,
        model: Model | None = None,
        how: Assignment | None = None,
        thresholds: Thresholds | None = None,
        seed: int = 0,
    ) -> Matched:
        """See `Engine.match`."""
        if not isinstance(registry, RegistryIndex):
            registry = RegistryIndex.build(read_source(registry))
        return match_index(
            self.find,
            survey,
            registry,
            model=model,
            how=how,
            thresholds=thresholds or Thresholds(),
            seed=seed,
        )

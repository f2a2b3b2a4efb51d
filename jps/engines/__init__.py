"""Where matching runs: on this machine, or spread over many by Spark. The kernel is the same.

    with open_engine("local") as engine:                     # or "spark", master="local[2]"
        found = engine.find(lists, model, sure=5.0)          # what `matching.search.find_all` finds
        matched = engine.match(survey, registry)             # the whole way, from tables or Parquet
        matched.table, matched.model, matched.report

An engine decides nothing: which pairs are compared, what they weigh and who is linked comes from
`jps.matching`, and every engine gives the same answer.
"""

from jps.engines.base import ENGINES, Engine, Matched, Registry, Source
from jps.engines.opening import open_engine

__all__ = ["ENGINES", "Engine", "Matched", "Registry", "Source", "open_engine"]

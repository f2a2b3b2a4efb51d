"""Time matching step by step: `python -m tests.benchmarks.bench_matching [people] [records]`.

Prints seconds per step, peak memory of the process and the quality of the links, on invented lists.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from typing import TypeVar

from jps.matching import Person, RegistryIndex, link, rank, record_keys
from tests.matching.people import make_town
from tests.matching.quality import quality

T = TypeVar("T")
_ASKED = 500  # records looked up one at a time


def main(people: int, records: int) -> None:
    """Make lists of these sizes and time every step on them."""
    town = timed("make invented lists", lambda: make_town(registry=people, survey=records))
    registry, survey = town.tables
    index = timed("build index", lambda: RegistryIndex.build(registry))
    with tempfile.TemporaryDirectory() as folder:
        timed("save index", lambda: index.save(Path(folder, "index")))
        opened = timed("load index", lambda: RegistryIndex.load(Path(folder, "index")))
        links = timed("link and learn", lambda: link(survey, opened))
        timed("link with a model", lambda: link(survey, opened, model=links.model))
    candidates = timed(
        "read one by one", lambda: [Person.read(one) for one in registry.to_pylist()]
    )
    table = timed("fill look-up table", lambda: postings(index))
    asked = [Person.read(one) for one in survey.slice(0, _ASKED).to_pylist()]

    def look_up() -> None:
        for person in asked:
            rows = {row for key in record_keys(person).values() for row in table.get(key, ())}
            rank(person, [candidates[row] for row in rows], links.model)

    timed(f"rank {len(asked)} persons one at a time", look_up)
    f1, precision, recall = quality(links, town)
    say(f"{len(registry)} people, {len(survey)} records, {links.report.settled} settled by NIK")
    say(f"F1 {f1:.4f}, precision {precision:.4f}, recall {recall:.4f} at weight 0")
    say(f"peak memory {getrusage(RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


def postings(index: RegistryIndex) -> dict[int, list[int]]:
    """Return key -> rows, as an online look-up table holds them."""
    table: dict[int, list[int]] = {}
    for keys, rows in index.postings():
        for key, row in zip(keys.tolist(), rows.tolist(), strict=True):
            table.setdefault(key, []).append(row)
    return table


def timed(what: str, step: Callable[[], T]) -> T:
    """Run a step and print how long it took."""
    start = time.perf_counter()
    result = step()
    say(f"{time.perf_counter() - start:8.3f} s  {what}")
    return result


def say(line: str) -> None:
    """Print a line."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sizes = [int(size) for size in sys.argv[1:]] or [30_000, 20_000]
    main(*sizes)

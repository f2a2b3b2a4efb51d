"""Link people with JPS: `python -m tests.benchmarks.peers.jps_people FOLDER OUT [--stored]`.

Reads registry.parquet and survey.parquet from FOLDER as they are, builds the index (with
`--stored` opens FOLDER/index, with `--build` only makes that) and writes record, person, weight of
every link to OUT.
"""

import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from jps.matching import RegistryIndex, link
from jps.matching.columns import take


def main(folder: Path, out: Path, options: set[str]) -> None:
    """Link and write."""
    if "--build" in options:
        RegistryIndex.build(_read(folder / "registry.parquet")).save(folder / "index")
        return
    stored = "--stored" in options
    index = (
        RegistryIndex.load(folder / "index")
        if stored
        else RegistryIndex.build(_read(folder / "registry.parquet"))
    )
    links = link(_read(folder / "survey.parquet"), index)
    linked = np.flatnonzero(links.linked)
    record, person = take(links.records, linked), take(index.people.ids, links.candidate[linked])
    weight = pa.array(links.weight[linked])
    pq.write_table(pa.table({"record": record, "person": person, "weight": weight}), out)


def _read(path: Path) -> pa.Table:
    return pq.ParquetFile(path).read()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), set(sys.argv[3:]))

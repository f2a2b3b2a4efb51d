"""Link or deduplicate FEBRL lists with JPS: `python -m ...peers.jps_febrl FOLDER OUT`.

By the specifications beside this package, as `flask match files|duplicates` does. OUT gets left,
right, weight; of one list, weights above the threshold that JPS found itself are above 0.
"""

import csv
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from jps.matching import RegistryIndex, Spec, link
from jps.matching.columns import take, to_texts
from jps.matching.frequencies import Floats
from jps.matching.specfile import read_spec
from jps.matching.within import find_doubles

SPECS = Path(__file__).parents[1] / "specs"
_BELOW = -0.01  # bits of what heavier pairs kept out of a cluster


def main(folder: Path, out: Path) -> None:
    """Link and write."""
    left = pq.ParquetFile(folder / "left.parquet").read()
    numbered = "soc_sec_id" in left.column_names
    spec = read_spec(SPECS / ("febrl.toml" if numbered else "febrl_without_number.toml")).spec
    two = (folder / "right.parquet").exists()
    _write(out, *(_linked(folder, left, spec) if two else _doubles(left, spec)))


def _linked(folder: Path, left: pa.Table, spec: Spec) -> tuple[list[str], list[str], Floats]:
    index = RegistryIndex.build(pq.ParquetFile(folder / "right.parquet").read(), spec=spec)
    links = link(left, index)
    rows = np.flatnonzero(links.linked)
    people = take(index.people.ids, links.candidate[rows])
    return to_texts(take(links.records, rows)), to_texts(people), links.weight[rows]


def _doubles(left: pa.Table, spec: Spec) -> tuple[list[str], list[str], Floats]:
    doubles = find_doubles(RegistryIndex.build(left, spec=spec))
    above = doubles.pairs.weights - doubles.cut.bits
    weights = np.where(doubles.taken, np.maximum(above, 0.0), np.minimum(above, _BELOW))
    first, other = (take(doubles.ids, rows) for rows in (doubles.pairs.i, doubles.pairs.j))
    return to_texts(first), to_texts(other), weights


def _write(out: Path, left: list[str], right: list[str], weights: Floats) -> None:
    with out.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("left", "right", "weight"))
        writer.writerows(zip(left, right, weights.tolist(), strict=True))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

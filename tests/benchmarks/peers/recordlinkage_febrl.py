"""Link or deduplicate FEBRL lists: `python recordlinkage_febrl.py FOLDER OUT.csv`.

Blocks on names, dates, places and number; Jaro-Winkler and edit similarities; its unsupervised ECM
classifier; of two lists, links one-to-one, the likeliest first. OUT gets left, right, weight.
"""

import sys
from importlib import import_module
from math import log2
from pathlib import Path
from typing import Any

# By name, so that types are checked where they are not installed.
pandas: Any = import_module("pandas")
recordlinkage: Any = import_module("recordlinkage")

BLOCKS = (
    ["given_name", "surname"],
    ["date_of_birth"],
    ["postcode", "given_3"],
    ["postcode", "surname_3"],
    ["suburb", "given_3"],
    ["suburb", "surname_3"],
    ["address_1", "street_number"],
    ["address_1", "postcode"],
    ["surname", "year"],
    ["given_name", "year"],
    ["given_3", "surname_3"],
)


def main(folder: Path, out: str) -> None:
    """Link and write."""
    lists = [
        read(folder / f"{name}.csv")
        for name in ("left", "right")
        if (folder / f"{name}.csv").exists()
    ]
    numbered = "soc_sec_id" in lists[0].columns
    indexer = recordlinkage.Index()
    for block in (*BLOCKS, *([["soc_sec_id"]] if numbered else [])):
        indexer.block(left_on=block, right_on=block)
    if len(lists) == 2:
        indexer.block(left_on=["given_name", "surname"], right_on=["surname", "given_name"])
    pairs = indexer.index(*lists)
    features = comparer(numbered).compute(pairs, *lists)
    classifier = recordlinkage.ECMClassifier(binarize=0.8)
    classifier.fit(features)
    chances = classifier.prob(features)
    found = chances[chances > 0.001].sort_values(ascending=False, kind="stable")
    # Equal probabilities are many: the sum of similarities decides between them.
    ranked = sorted(
        ((a, b, chance, features.loc[(a, b)].sum()) for (a, b), chance in found.items()),
        key=lambda row: (-row[2], -row[3]),
    )
    rows = one_to_one(ranked) if len(lists) == 2 else [row[:3] for row in ranked]
    weights = [(a, b, bits(chance)) for a, b, chance in rows]
    pandas.DataFrame(weights, columns=["left", "right", "weight"]).to_csv(out, index=False)


def read(path: Path) -> Any:
    """Read one list with the parts of fields that it is blocked on; blanks are missing."""
    table = pandas.read_csv(path, dtype=str, keep_default_na=False).set_index("rec_id")
    table = table.mask(table == "")
    table["given_3"] = table["given_name"].str[:3]
    table["surname_3"] = table["surname"].str[:3]
    table["year"] = table["date_of_birth"].str[:4]
    return table


def comparer(numbered: bool) -> Any:
    """Return what is compared and how."""
    compare = recordlinkage.Compare()
    for name in ("given_name", "surname", "suburb", "address_1", "address_2"):
        compare.string(name, name, method="jarowinkler", label=name)
    for name in ("date_of_birth", "postcode", *(["soc_sec_id"] if numbered else [])):
        compare.string(name, name, method="damerau_levenshtein", label=name)
    compare.exact("street_number", "street_number", label="street_number")
    compare.exact("state", "state", label="state")
    return compare


def one_to_one(rows: list[Any]) -> list[Any]:
    """Return the links in which nobody occurs twice, the likeliest first."""
    taken: set[str] = set()
    links = []
    for left, right, chance, _likeness in rows:
        if left not in taken and right not in taken:
            taken |= {left, right}
            links.append((left, right, chance))
    return links


def bits(chance: float) -> float:
    """Return a probability as bits."""
    chance = min(max(chance, 1e-12), 1 - 1e-12)
    return log2(chance / (1 - chance))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])

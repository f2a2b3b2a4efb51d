"""Link or deduplicate FEBRL lists with splink 4 or 5: `python splink_febrl.py FOLDER OUT.csv`.

FOLDER holds left.parquet and, for linking two lists, right.parquet. OUT gets left, right, weight of
every pair: of two lists one-to-one links, of one list all pairs.
"""

import csv
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

# By name, so that types are checked where splink is not installed.
duckdb: Any = import_module("duckdb")
splink: Any = import_module("splink")
cl: Any = import_module("splink.comparison_library")
cll: Any = import_module("splink.comparison_level_library")

RULES = (
    ("given_name", "surname"),
    ("date_of_birth",),
    ("postcode", "substr(given_name, 1, 3)"),
    ("postcode", "substr(surname, 1, 3)"),
    ("suburb", "substr(given_name, 1, 3)"),
    ("suburb", "substr(surname, 1, 3)"),
    ("address_1", "street_number"),
    ("address_1", "postcode"),
    ("surname", "substr(date_of_birth, 1, 4)"),
    ("given_name", "substr(date_of_birth, 1, 4)"),
    ("given_name", "substr(date_of_birth, 5, 4)"),
    ("surname", "substr(date_of_birth, 5, 4)"),
    ("substr(given_name, 1, 3)", "substr(surname, 1, 3)"),
)
SWAPPED = "l.given_name = r.surname AND l.surname = r.given_name"
LEAST = -10.0  # bits


def main(folder: Path, out: str) -> None:
    """Link and write."""
    connection = duckdb.connect()
    names = [name for name in ("left", "right") if (folder / f"{name}.parquet").exists()]
    for name in names:
        connection.execute(f"CREATE TABLE {name}_list AS {cleaned(connection, folder, name)}")
    columns = {row[0] for row in connection.execute("DESCRIBE left_list").fetchall()}
    numbered = "soc_sec_id" in columns
    linker = make_linker(connection, names, numbered)
    train(linker, numbered)
    predicted = linker.inference.predict(threshold_match_weight=LEAST)
    pairs = connection.execute(
        f"""SELECT unique_id_l, unique_id_r, match_weight FROM {predicted.physical_name}
            ORDER BY match_weight DESC, unique_id_l, unique_id_r"""
    ).fetchall()
    write(pairs if len(names) == 1 else one_to_one(pairs), out)


def one_to_one(pairs: list[Any]) -> list[Any]:
    """Return the links in which nobody occurs twice, the heaviest first.

    Splink 4's own clustering by best links did not end on these lists (20 GB); the result is the
    same.
    """
    taken: set[str] = set()
    links = []
    for left, right, weight in pairs:
        if left not in taken and right not in taken:
            taken |= {left, right}
            links.append((left, right, weight))
    return links


def write(pairs: list[Any], out: str) -> None:
    """Write pairs as CSV."""
    with Path(out).open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("left", "right", "weight"))
        writer.writerows(pairs)


def cleaned(connection: Any, folder: Path, name: str) -> str:
    """Return the query for one list with blanks as null."""
    path = folder / f"{name}.parquet"
    columns = connection.execute(f"DESCRIBE SELECT * FROM read_parquet('{path}')").fetchall()
    fields = [f"nullif({one[0]}, '') AS {one[0]}" for one in columns if one[0] != "rec_id"]
    return f"SELECT rec_id AS unique_id, {', '.join(fields)} FROM read_parquet('{path}')"


def make_linker(connection: Any, names: list[str], numbered: bool) -> Any:
    """Return a linker of either version."""
    rules = [splink.block_on(*rule) for rule in RULES] + [SWAPPED]
    settings = splink.SettingsCreator(
        link_type="link_only" if len(names) == 2 else "dedupe_only",
        comparisons=comparisons(numbered),
        blocking_rules_to_generate_predictions=[
            *rules,
            *([splink.block_on("soc_sec_id")] if numbered else []),
        ],
        retain_matching_columns=False,
    )
    api = splink.DuckDBAPI(connection)
    tables = [f"{name}_list" for name in names]
    if splink.__version__.startswith("4."):
        return splink.Linker(tables, settings, api, set_up_basic_logging=False)
    registered = [api.register(table, dataset_display_name=table) for table in tables]
    return splink.Linker(registered, settings, log_level=None)


def train(linker: Any, numbered: bool) -> None:
    """Estimate the prior, u from random pairs, m by rounds of EM."""
    block_on, training = splink.block_on, linker.training
    certain = [
        block_on("given_name", "surname", "date_of_birth"),
        block_on("given_name", "surname", "postcode"),
        block_on("date_of_birth", "suburb"),
        *([block_on("soc_sec_id")] if numbered else []),
    ]
    training.estimate_probability_two_random_records_match(certain, recall=0.9)
    training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for rule in (
        block_on("date_of_birth"),
        block_on("given_name", "surname"),
        block_on("postcode"),
    ):
        training.estimate_parameters_using_expectation_maximisation(rule)


def comparisons(numbered: bool) -> list[Any]:
    """Return the comparison of every field."""
    return [
        cl.ForenameSurnameComparison("given_name", "surname", jaro_winkler_thresholds=[0.92, 0.85]),
        cl.DamerauLevenshteinAtThresholds("date_of_birth", [1, 2]).configure(
            term_frequency_adjustments=True
        ),
        cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]).configure(
            term_frequency_adjustments=True
        ),
        cl.JaroWinklerAtThresholds("suburb", [0.92, 0.8]).configure(
            term_frequency_adjustments=True
        ),
        cl.JaroWinklerAtThresholds("address_1", [0.92, 0.8]).configure(
            term_frequency_adjustments=True
        ),
        cl.JaroWinklerAtThresholds("address_2", [0.92, 0.8]),
        cl.DamerauLevenshteinAtThresholds("street_number", [1]),
        cl.ExactMatch("state"),
        *([cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2])] if numbered else []),
    ]


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])

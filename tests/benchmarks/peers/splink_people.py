"""Link people with splink 4 or 5: `python splink_people.py FOLDER OUT.parquet [--many]`.

Runs in splink's own environment and imports nothing of JPS. FOLDER holds registry_prepared.parquet
and survey_prepared.parquet (names in normal form, placeholders blank); OUT gets record, person and
weight of every link. Configured as its best user would: fifteen blocking rules, frequencies of
names and dates, several levels per field, one-to-one links by its own clustering. With `--many` the
survey may hold somebody twice: then every record gets its best link.
"""

import sys
from importlib import import_module
from typing import Any

# By name, so that types are checked where splink is not installed.
duckdb: Any = import_module("duckdb")
splink: Any = import_module("splink")
cl: Any = import_module("splink.comparison_library")
cll: Any = import_module("splink.comparison_level_library")

RULES = (
    ("nik",),
    ("kk",),
    ("birth", "first"),
    ("birth", "last"),
    ("village", "first"),
    ("first", "last", "year"),
    ("mother_sound", "year"),
    ("village", "last", "year"),
    ("mother_sound", "first"),
    ("birth", "village"),
    ("birth", "mother_sound"),
    ("village", "year", "initial"),
    ("village", "mother_sound"),
    ("name_sound",),
    ("nik_head", "initial"),
)
LEAST = -6.0  # bits; pairs below are not kept


def main(folder: str, out: str, *, many: bool) -> None:
    """Link and write."""
    connection = duckdb.connect()
    for name in ("registry", "survey"):
        path = f"{folder}/{name}_prepared.parquet"
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM read_parquet('{path}')")
    linker = make_linker(connection)
    train(linker)
    predicted = linker.inference.predict(threshold_match_weight=LEAST)
    if many:
        sql = best_per_record(predicted)
    else:
        clusters = linker.clustering.cluster_using_single_best_links(
            predicted,
            duplicate_free_datasets=["registry", "survey"],
            threshold_match_weight=LEAST,
        )
        sql = of_one_cluster(predicted, clusters)
    connection.execute(f"COPY ({sql}) TO '{out}' (FORMAT parquet)")


def make_linker(connection: Any) -> Any:
    """Return a linker of either version."""
    settings = splink.SettingsCreator(
        link_type="link_only",
        comparisons=comparisons(),
        blocking_rules_to_generate_predictions=[splink.block_on(*rule) for rule in RULES],
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=False,
    )
    api = splink.DuckDBAPI(connection)
    if splink.__version__.startswith("4."):
        names = ["registry", "survey"]
        return splink.Linker(
            names, settings, api, input_table_aliases=names, set_up_basic_logging=False
        )
    tables = [api.register(name, dataset_display_name=name) for name in ("registry", "survey")]
    return splink.Linker(tables, settings, log_level=None)


def train(linker: Any) -> None:
    """Estimate the prior, u from random pairs, m by two rounds of EM."""
    block_on = splink.block_on
    linker.training.estimate_probability_two_random_records_match(
        [block_on("nik"), block_on("name_sound", "birth"), block_on("kk", "first")], recall=0.9
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for rule in (block_on("name_sound"), block_on("birth", "mother_sound")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)


def comparisons() -> list[Any]:
    """Return the comparison of every field."""
    return [
        number("nik"),
        number("kk"),
        name("name"),
        name("mother"),
        birth(),
        cl.ExactMatch("sex"),
        cl.CustomComparison(
            output_column_name="village",
            comparison_levels=[
                cll.NullLevel("village"),
                cll.ExactMatchLevel("village"),
                cll.CustomLevel("substr(village_l, 1, 8) = substr(village_r, 1, 8)"),
                cll.CustomLevel("substr(village_l, 1, 5) = substr(village_r, 1, 5)"),
                cll.ElseLevel(),
            ],
        ),
    ]


def number(column: str) -> Any:
    """Compare NIK or KK."""
    return cl.CustomComparison(
        output_column_name=column,
        comparison_levels=[
            cll.NullLevel(column),
            cll.ExactMatchLevel(column),
            cll.DamerauLevenshteinLevel(column, 2),
            cll.ElseLevel(),
        ],
    )


def name(column: str) -> Any:
    """Compare a name: equal, equal in sound, several degrees of Jaro-Winkler."""
    return cl.CustomComparison(
        output_column_name=column,
        comparison_levels=[
            cll.NullLevel(column),
            cll.ExactMatchLevel(column, term_frequency_adjustments=True),
            cll.ExactMatchLevel(f"{column}_sound", term_frequency_adjustments=True),
            cll.JaroWinklerLevel(column, 0.95),
            cll.JaroWinklerLevel(column, 0.90),
            cll.JaroWinklerLevel(column, 0.80),
            cll.JaroWinklerLevel(column, 0.70),
            cll.ElseLevel(),
        ],
    )


def birth() -> Any:
    """Compare dates: equal, swapped, one edit, a year alone, the same or a near year."""
    swapped = (
        "substr(birth_l, 1, 4) = substr(birth_r, 1, 4)"
        " AND substr(birth_l, 5, 2) = substr(birth_r, 7, 2)"
        " AND substr(birth_l, 7, 2) = substr(birth_r, 5, 2)"
    )
    vague = " OR ".join(
        f"birth_{side} IS NULL OR substr(birth_{side}, 5, 4) IN ('0101', '0701', '1231')"
        for side in "lr"
    )
    return cl.CustomComparison(
        output_column_name="birth",
        comparison_levels=[
            cll.NullLevel("year"),
            cll.ExactMatchLevel("birth", term_frequency_adjustments=True),
            cll.CustomLevel(swapped, label_for_charts="swapped"),
            cll.DamerauLevenshteinLevel("birth", 1),
            cll.CustomLevel(f"year_l = year_r AND ({vague})", label_for_charts="vague day"),
            cll.CustomLevel("year_l = year_r", label_for_charts="same year"),
            cll.CustomLevel(
                f"abs(CAST(year_l AS INTEGER) - CAST(year_r AS INTEGER)) <= 2 AND ({vague})",
                label_for_charts="near year",
            ),
            cll.ElseLevel(),
        ],
    )


def of_one_cluster(predicted: Any, clusters: Any) -> str:
    """Return the query for pairs whose two records are in one cluster."""
    return f"""
        SELECT s.unique_id AS record, r.unique_id AS person, max(p.match_weight) AS weight
        FROM {clusters.physical_name} r
        JOIN {clusters.physical_name} s ON r.cluster_id = s.cluster_id
        JOIN {predicted.physical_name} p
          ON p.unique_id_l = r.unique_id AND p.unique_id_r = s.unique_id
        WHERE r.source_dataset = 'registry' AND s.source_dataset = 'survey'
        GROUP BY ALL"""


def best_per_record(predicted: Any) -> str:
    """Return the query for the best pair of every survey record."""
    return f"""
        SELECT unique_id_r AS record, arg_max(unique_id_l, match_weight) AS person,
               max(match_weight) AS weight
        FROM {predicted.physical_name} GROUP BY unique_id_r"""


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], many="--many" in sys.argv)

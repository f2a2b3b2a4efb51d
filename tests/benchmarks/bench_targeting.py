"""Time simulation and lists at a province's size: `python -m tests.benchmarks.bench_targeting`.

300,000 invented households of 1,080,000 members as columns: what a slider waits for, what drawing
and its proof take.
"""

import sys
import uuid
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np

from jps.areas.rules import Level
from jps.targeting.annex import Annex, Column, annex_pdf
from jps.targeting.differences import Side, compare
from jps.targeting.drawing import lots
from jps.targeting.facts import Fact, Kind, Population, Unit
from jps.targeting.frozen import facts
from jps.targeting.quotas import Method
from jps.targeting.reading import read_condition
from jps.targeting.rules import Definition, list_bytes, list_hash, make_list
from jps.targeting.scores import Score
from jps.targeting.simulation import Scenario, group_masks, scenario_facts, simulate

HOUSEHOLDS, MEMBERS, REPEATS = 300_000, 1_080_000, 7
RULE: dict[str, Any] = {
    "all": [
        {"fact": "npl100", "is": ">=", "value": 0.2},
        {"not": {"fact": "aid_pkh", "is": "=", "value": "1"}},
        {"members": {"fact": "age", "is": ">=", "value": 60}, "is": ">=", "value": 1},
        {"term": {"divide": ["floor_area", "household_size"]}, "is": "<", "value": 20},
    ]
}


def people(wanted: list[Fact], seed: int = 1) -> Population:
    """Return invented households in 720 desa with the columns of these facts."""
    chance = np.random.default_rng(seed)
    villages = [
        f"75.{regency:02}.{district:02}.{2000 + village}"
        for regency in (1, 2, 3, 4, 5, 71)
        for district in range(1, 13)
        for village in range(1, 11)
    ]

    def column(fact: Fact, rows: int) -> Any:
        if fact.kind is Kind.CODE:
            return chance.integers(-1, len(fact.choices), rows).astype(np.int16)
        if fact.kind is Kind.CODES:
            return chance.integers(0, 2 ** len(fact.choices), rows).astype(np.uint64)
        if fact.name in {"npl100", "pmt"}:
            return chance.random(rows)
        return chance.integers(1, 11 if fact.name == "decile" else 90, rows) * 1.0

    sizes = {Unit.HOUSEHOLD: HOUSEHOLDS, Unit.MEMBER: MEMBERS}
    columns = {
        unit: {fact.name: column(fact, rows) for fact in wanted if fact.unit is unit}
        for unit, rows in sizes.items()
    }
    return Population(
        keys=np.array([str(uuid.UUID(int=7919 * n)) for n in range(HOUSEHOLDS)]),
        areas=np.sort(chance.choice(villages, HOUSEHOLDS)).astype("<U13"),
        home=np.sort(chance.integers(0, HOUSEHOLDS, MEMBERS)),
        household=columns[Unit.HOUSEHOLD],
        member=columns[Unit.MEMBER],
    )


def main() -> None:
    """Print seconds: median and slowest."""
    known = facts()
    definition = Definition(RULE, "75", Method.EXPECTED_POOR, Level.DESA, 20_000, "1", {})
    scenario = Scenario("rule", definition, 300_000)
    everybody = people(list(scenario_facts(scenario, known)))
    say(f"{HOUSEHOLDS:,} households, {MEMBERS:,} members; seconds, {REPEATS} times")
    say("| step | median | slowest |\n|---|---:|---:|")
    row("who belongs to which group (once per snapshot)", lambda: group_masks(everybody, known), 3)
    row("lots of a seed (once per seed)", lambda: lots(everybody.keys, "1"), 3)
    groups, tie = group_masks(everybody, known), lots(everybody.keys, "1")
    row(
        "one scenario: a move of the slider",
        lambda: simulate(scenario, everybody, known, groups, tie=tie),
        REPEATS,
    )
    row("draw a list", lambda: make_list(definition, everybody, known, tie=tie), REPEATS)
    for score in (Score.PMT, Score.DECILE, Score.RANKS):
        weights = {"npl100": 50, "pmt": 30, "decile": 20} if score is Score.RANKS else {}
        other = replace(scenario, definition=replace(definition, score=score, weights=weights))
        by = people(list(scenario_facts(other, known)))
        row(
            f"one scenario by {score}",
            partial(simulate, other, by, known, groups, tie=tie),
            REPEATS,
        )
    listed = make_list(definition, everybody, known, tie=tie)
    fewer = replace(definition, total=15_000)
    sides = [
        Side(one, make_list(one, everybody, known, tie=tie), truth)
        for one in (definition, fewer)
        for truth in [read_condition(RULE, known).judge(everybody)]
    ]
    row(
        "explain the differences of two lists",
        lambda: compare(sides[0], sides[1], sides[0].truth.yes),
        3,
    )
    rows = [(str(n), f"NAMA {n}", "DUSUN II RT 005 RW 003", "Desa", str(n)) for n in range(2_000)]
    columns = [Column(name, 0.2) for name in ("No.", "Nama", "Alamat", "Desa", "Urutan")]
    paper = Annex("Lampiran", "", [], columns, rows, "", "{page}/{pages}")
    row("print an annex of 2,000 rows", lambda: annex_pdf(paper), 3)
    row("its bytes and hash", lambda: list_hash(definition, "", list_bytes(listed)), 3)


def row(name: str, work: Callable[[], object], times: int) -> None:
    """Time `work` and print its row."""
    took = []
    for _ in range(times):
        begun = perf_counter()
        work()
        took.append(perf_counter() - begun)
    say(f"| {name} | {median(took):.2f} | {max(took):.2f} |")


def say(text: str) -> None:
    """Print at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()

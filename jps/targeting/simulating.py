"""Simulate on the newest frozen households, fast enough for a slider.

What does not change from one try to the next is kept: the columns that were read, who belongs to
which group, and the lots of a seed.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from sqlalchemy.orm import Session

from jps.db import scope_of
from jps.errors import NotAllowed
from jps.targeting.conditions import Truth
from jps.targeting.drawing import Lots, lots
from jps.targeting.facts import Mask, Population, runs
from jps.targeting.frozen import frozen_facts, listed_from, newest_snapshot, opened
from jps.targeting.models import TargetSnapshot
from jps.targeting.outcomes import Tally
from jps.targeting.reading import read_condition, rule_problems
from jps.targeting.rules import Definition, inside, quota_areas, require_quotas, rule_facts
from jps.targeting.scores import Score, chance_fact
from jps.targeting.simulation import (
    SIZE,
    Scenario,
    Simulated,
    group_facts,
    group_masks,
    scenario_facts,
    simulate,
)
from jps.text import N_

OUTSIDE = N_("Wilayah ini di luar wilayah kerja Anda.")


def run_scenarios(
    session: Session, home: Path, scenarios: Sequence[Scenario]
) -> tuple[TargetSnapshot, list[Simulated]]:
    """Simulate each scenario for an area of the session's own on the newest snapshot."""
    snapshot = newest_snapshot(session)
    digest = snapshot.content_hash
    frozen_facts(home, digest)
    found = []
    for scenario in scenarios:
        require_area(session, scenario.definition)
        told = scenario.definition.as_json()
        one = _simulated(home, digest, told, scenario.amount, scenario.yardstick)
        found.append(replace(one, scenario=scenario))
    return snapshot, found


def preview_rule(
    session: Session, home: Path, tree: object, area: str
) -> tuple[TargetSnapshot, Truth, Population]:
    """Return whom a rule lets in, in an area of the session's own."""
    snapshot = newest_snapshot(session)
    if not scope_of(session).covers(area):
        raise NotAllowed(OUTSIDE)
    known = frozen_facts(home, snapshot.content_hash)
    with rule_problems():
        rule = read_condition(tree, known)
        names = [fact.name for fact in rule_facts(tree, known)]
    people = inside(opened(home, snapshot.content_hash, (*names, SIZE, Score.PPI)), (area,))
    return snapshot, rule.judge(people), people


@dataclass(frozen=True)
class AreaQuota:
    """An area that a list is divided among: who is eligible, expected poor, and its quota."""

    code: str
    eligible: int
    poor: float
    quota: int


def preview_quotas(session: Session, home: Path, definition: Definition) -> list[AreaQuota]:
    """Return the quota areas of a list with what they would get by the definition's method."""
    snapshot = newest_snapshot(session)
    require_area(session, definition)
    listed = listed_from(home, snapshot.content_hash, definition)
    groups = quota_areas(listed.people.areas, definition)
    codes, starts = runs(groups)
    eligible = listed.drawn.ranks > 0
    chances = np.nan_to_num(listed.people.household[chance_fact(definition.score)])
    return [
        AreaQuota(code, int(number), float(poor), listed.quotas.get(code, 0))
        for code, number, poor in zip(
            codes.tolist(),
            np.add.reduceat(eligible, starts).tolist(),
            np.add.reduceat(chances, starts).tolist(),
            strict=True,
        )
    ]


def reach(truth: Truth, people: Population) -> Tally:
    """Return what would follow if all whom a rule surely lets in were selected."""
    return Tally(people.household[Score.PPI], people.household[SIZE], truth.yes, cost_each=0)


def require_area(session: Session, definition: Definition) -> None:
    """Raise `NotAllowed` when the list is for an area that is not the session's."""
    if not scope_of(session).covers(definition.area):
        raise NotAllowed(OUTSIDE)


@lru_cache(maxsize=8)
def _simulated(home: Path, digest: str, told: str, amount: int, yardstick: str) -> Simulated:
    """Simulate one scenario: of several beside each other only what changed is computed anew."""
    known = frozen_facts(home, digest)
    scenario = Scenario("", Definition.of_json(json.loads(told)), amount, yardstick)
    with rule_problems():
        names = [fact.name for fact in scenario_facts(scenario, known)]
        people = opened(home, digest, names)
        tie = _lots(home, digest, scenario.definition.seed)
        found = simulate(scenario, people, known, _groups(home, digest), tie=tie)
    require_quotas(scenario.definition, found.listed)
    return found


@lru_cache(maxsize=4)
def _lots(home: Path, digest: str, seed: str) -> Lots:
    return lots(opened(home, digest, (SIZE, Score.PPI)).keys, seed)


@lru_cache(maxsize=2)
def _groups(home: Path, digest: str) -> dict[str, Mask]:
    known = frozen_facts(home, digest)
    return group_masks(opened(home, digest, (*group_facts(known), Score.PPI, SIZE)), known)

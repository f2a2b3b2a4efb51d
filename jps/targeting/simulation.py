"""What a programme would do before anybody is told: who gets it, what it reaches, what it costs.

Pure. Groups of people are rules like any other, so that what a figure counts can be read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jps.areas.rules import Level, level_of
from jps.targeting.drawing import Lots, Standing
from jps.targeting.facts import Catalogue, Fact, Mask, Numbers, Population, runs
from jps.targeting.outcomes import Outcome, Tally
from jps.targeting.reading import read_condition
from jps.targeting.rules import Definition, Listed, make_list, needed_facts
from jps.targeting.scores import Score
from jps.text import N_

SIZE = "household_size"
_DIFFICULTIES = (
    "seeing", "hearing", "walking", "hands", "learning",
    "behaviour", "speech", "self_care", "memory",
)  # fmt: skip


@dataclass(frozen=True)
class Group:
    """A group of households for which figures are given, by a rule."""

    name: str
    label: str
    tree: Mapping[str, Any]


def _some(member: Mapping[str, Any]) -> dict[str, Any]:
    return {"members": dict(member), "is": ">=", "value": 1}


def _head(sex: str) -> dict[str, Any]:
    is_head = {"fact": "relation", "is": "=", "value": "1"}
    return _some({"all": [is_head, {"fact": "sex", "is": "=", "value": sex}]})


GROUPS: tuple[Group, ...] = (
    Group("head_female", N_("Dikepalai perempuan"), _head("2")),
    Group("head_male", N_("Dikepalai laki-laki"), _head("1")),
    Group(
        "disability",
        N_("Ada anggota dengan kesulitan fungsional berat"),
        _some(
            {
                "any": [
                    {"fact": f"difficulty_{name}", "is": "in", "value": ["1", "2"]}
                    for name in _DIFFICULTIES
                ]
            }
        ),
    ),
    Group(
        "elderly",
        N_("Ada anggota berumur 60 tahun ke atas"),
        _some({"fact": "age", "is": ">=", "value": 60}),
    ),
    Group(
        "children",
        N_("Ada anak berumur di bawah 7 tahun"),
        _some({"fact": "age", "is": "<", "value": 7}),
    ),
)


@dataclass(frozen=True)
class Scenario:
    """One thing to try: a definition of a list and what one household would get, in rupiah.

    `yardstick` is the fact by whose probabilities the poor are counted, whatever ranks.
    """

    name: str
    definition: Definition
    amount: int
    yardstick: str = Score.PPI


@dataclass(frozen=True)
class Simulated:
    """What a scenario would do: in all, by area (those of the next level down), by group."""

    scenario: Scenario
    listed: Listed
    whole: Outcome
    areas: Mapping[str, Outcome]
    groups: Mapping[str, Outcome]


def scenario_facts(scenario: Scenario, catalogue: Catalogue) -> tuple[Fact, ...]:
    """Return the facts that simulating a scenario reads; raises `InvalidRule`."""
    own = needed_facts(scenario.definition, catalogue)
    others = (catalogue[name] for name in (SIZE, scenario.yardstick, *group_facts(catalogue)))
    return tuple(dict.fromkeys((*own, *others)))


def group_facts(catalogue: Catalogue) -> tuple[str, ...]:
    """Return the facts that the groups read and the questionnaire has."""
    names = ("relation", "sex", "age", *(f"difficulty_{name}" for name in _DIFFICULTIES))
    return tuple(name for name in names if name in catalogue)


def simulate(
    scenario: Scenario,
    people: Population,
    catalogue: Catalogue,
    members: Mapping[str, Mask],
    *,
    tie: Lots | None = None,
) -> Simulated:
    """Draw the scenario's list and say what it achieves.

    `members` are the groups as `group_masks` gives them for the same people, `tie` their lots when
    they were drawn before.
    """
    definition = scenario.definition
    listed = make_list(definition, people, catalogue, tie=tie)
    here = people.among(definition.places)
    selected = listed.drawn.standing(Standing.SELECTED)
    persons: Numbers = listed.people.household[SIZE]

    chances: Numbers = listed.people.household[scenario.yardstick]
    tally = Tally(chances, persons, selected, cost_each=scenario.amount)
    codes, starts = runs(listed.people.areas.astype(f"<U{told_level(definition).code_length}"))
    return Simulated(
        scenario,
        listed,
        tally.among(),
        dict(zip(codes.tolist(), tally.runs(starts), strict=True)),
        {name: tally.among(mask[here]) for name, mask in members.items()},
    )


def group_masks(people: Population, catalogue: Catalogue) -> dict[str, Mask]:
    """Return which households surely belong to each group."""
    return {group.name: read_condition(group.tree, catalogue).judge(people).yes for group in GROUPS}


def told_level(definition: Definition) -> Level:
    """Return the level of the areas that figures are told of: of several areas their own."""
    if len(definition.places) == 1:
        return below(definition.places[0])
    return level_of(min(definition.places, key=len))


def below(area: str) -> Level:
    """Return the level below an area's, desa for desa."""
    return next((one for one in Level if one.code_length > len(area)), Level.DESA)

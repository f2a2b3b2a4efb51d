# ---
# jupyter:
#   jupytext:
#     formats: py:percent
# ---

# %% [markdown]
# # 5. Whom does a programme reach, and at what cost?
#
# Three ways to spend the same budget, by the rules that the office's own simulation uses: by the
# score alone, by a rule for families with old people or small children, and without looking (a
# lottery). The poor are counted as the PPI expects them; nobody is named.

# %%
import os
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from rich import print

from jps.analysis import open_office
from jps.analysis.populations import facts_in_frames, population_of
from jps.areas.rules import Level
from jps.config import DATA
from jps.questionnaire import load_form
from jps.targeting.catalogue import catalogue
from jps.targeting.drawing import Standing
from jps.targeting.quotas import Method
from jps.targeting.rules import Definition
from jps.targeting.simulation import Scenario, group_masks, scenario_facts, simulate
from jps.welfare.design import Design
from jps.welfare.reach import reach

office = open_office()
FIGURES = Path(os.environ.get("JPS_FIGURES", "figures"))
FIGURES.mkdir(parents=True, exist_ok=True)
AMOUNT = 300_000  # rupiah for a household
SHARE = 0.15  # of the households have a place

households, members = office.households(), office.members()
area = households["area"].iloc[0][:2]
places = round(SHARE * len(households))
print(
    f"{places:,} places for {len(households):,} households of area {area}, "
    f"Rp{AMOUNT:,} each: Rp{places * AMOUNT:,} in all."
)

# %% [markdown]
# ## The scenarios

# %%
known = facts_in_frames(catalogue(load_form(DATA / "questionnaire")), households, members)
everybody = {"fact": "household_size", "is": ">=", "value": 1}
old_or_small = {
    "any": [
        {"members": {"fact": "age", "is": ">=", "value": 60}, "is": ">=", "value": 1},
        {"members": {"fact": "age", "is": "<", "value": 7}, "is": ">=", "value": 1},
    ]
}


def scenario(name, tree):
    """Return a scenario with quotas by expected poor households per kabupaten."""
    how = Definition(tree, area, Method.EXPECTED_POOR, Level.KABKOTA, places, "notebook", {})
    return Scenario(name, how, AMOUNT)


scenarios = [scenario("By score", everybody), scenario("Old or small, then score", old_or_small)]
facts = {fact for one in scenarios for fact in scenario_facts(one, known)}
people = population_of(households, members, facts)
groups = group_masks(people, known)
found = {one.name: simulate(one, people, known, groups) for one in scenarios}

# %% [markdown]
# ## What each achieves
#
# Coverage: share of the expected poor with a place. Leakage: share of the places that go to people
# who are not poor. Concentration: 1 is what a lottery does, 2 twice as many poor among the selected
# as among all.

# %%
chance = people.household["npl100"]
judged = ~np.isnan(chance)
weight = np.maximum(people.household["household_size"][judged], 1)
selected = {
    name: one.listed.drawn.standing(Standing.SELECTED)[judged].astype(float)
    for name, one in found.items()
}
selected["Lottery"] = np.full(int(judged.sum()), places / len(people))
design = Design(weight)
rows = []
for name, chosen in selected.items():
    got = reach(chosen, chance[judged], design)
    rows.append(
        {
            "scenario": name,
            "coverage": got.coverage.value,
            "low": got.coverage.low,
            "high": got.coverage.high,
            "leakage": got.leakage.value,
            "concentration": got.concentration.value,
        }
    )
table = pd.DataFrame(rows).set_index("scenario")
print(table.round(3).to_string())
best = table["coverage"].idxmax()
print(
    f"'{best}' reaches most: {table.loc[best, 'coverage']:.0%} of the poor people expected "
    f"[{table.loc[best, 'low']:.0%} to {table.loc[best, 'high']:.0%}], a lottery "
    f"{table.loc['Lottery', 'coverage']:.0%}. Still {table.loc[best, 'leakage']:.0%} of those "
    f"reached are expected not to be poor."
)

# %%
by_group = pd.DataFrame(
    {
        name: {group: one.selected / max(one.households, 1) for group, one in sim.groups.items()}
        for name, sim in found.items()
    }
)
print("Share of each group's households with a place:")
print(by_group.map("{:.0%}".format).to_string())

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4), layout="constrained")
error = [table["coverage"] - table["low"], table["high"] - table["coverage"]]
left.bar(table.index, table["coverage"], yerr=error, color="#0b5f5c", capsize=4)
left.set(title="Share of the expected poor with a place, 95 %", ylim=(0, 1))
by_group.plot.barh(ax=right, color=["#0b5f5c", "#d98c3f"])
right.set(title="Share of each group with a place")
figure.savefig(FIGURES / "05_simulate_programme.png", dpi=120)

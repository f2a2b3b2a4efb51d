# ---
# jupyter:
#   jupytext:
#     formats: py:percent
# ---

# %% [markdown]
# # 4. How well does a score tell who is poor?
#
# A proxy means test predicts consumption per head from questions that are quickly asked. It is
# trained on a survey that asked both. It is judged on households that it did not see, by two
# errors at the number of places there are: the poor left out (exclusion) and the others let in
# (inclusion). Who ranks by it should know both before the first family is told.
#
# `JPS_SURVEY` names the survey: CSV, Excel or Parquet with `consumption_per_head`, `weight`,
# `area_code`, `psu`, `stratum` and questions by their names. Without it this notebook **invents**
# consumption for the households on record, from their PPI probability and chance: what it then
# says is about the method and about nobody's poverty.

# %%
import os
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from rich import print

from jps.analysis import open_office
from jps.assessment.features import kinds_of
from jps.assessment.training import read_training
from jps.config import DATA
from jps.questionnaire import load_form
from jps.welfare.design import Design
from jps.welfare.measures import fgt, gini, lorenz
from jps.welfare.pmt import Kind, as_text
from jps.welfare.pmt_judging import Survey
from jps.welfare.pmt_training import train

FIGURES = Path(os.environ.get("JPS_FIGURES", "figures"))
FIGURES.mkdir(parents=True, exist_ok=True)
known = kinds_of(load_form(DATA / "questionnaire"))
QUESTIONS = (
    *("household_size", "floor_area", "floor_material", "wall_material", "water_source"),
    *("cooking_fuel", "toilet", "asset_refrigerator", "asset_motorcycle", "asset_smartphone"),
    *("ppi_savings_account", "ppi_ate_meat", "ppi_bought_clothing_care", "internet"),
)


# %% [markdown]
# ## The survey


# %%
def invented():
    """Return an invented survey of the households on record, and the kinds of its questions."""
    office = open_office()
    found = office.households().dropna(subset=["npl100", "persons"])
    found = found[found["persons"] > 0]
    kinds = {name: known[name] for name in QUESTIONS if name in known and name in found}
    rng = np.random.default_rng(4)
    odds = np.log(found["npl100"] / (1 - found["npl100"])).to_numpy()
    consumption = np.exp(13.4 - 0.18 * odds + rng.normal(0, 0.22, len(found)))
    answers = {
        name: ["" if value is None or value != value else as_text(value) for value in found[name]]
        for name in kinds
    }
    size = found["persons"].to_numpy(float)
    areas = found["area"].tolist()
    strata = [code[:5] for code in areas]
    return Survey(answers, consumption, size, areas, areas, strata), kinds


if os.environ.get("JPS_SURVEY"):
    read = read_training(Path(os.environ["JPS_SURVEY"]), known)
    survey, kinds = read.survey, read.kinds
    line = float(os.environ["JPS_LINE"])  # rupiah per head and month
else:
    survey, kinds = invented()
    line = float(np.quantile(survey.consumption, 0.2))
    print("INVENTED consumption, for want of JPS_SURVEY: figures are about the method only.")
numbers = sum(kind is Kind.NUMBER for kind in kinds.values())
print(
    f"{len(survey.consumption):,} households in {len(set(survey.units))} sampling units; "
    f"{len(kinds)} questions ({numbers} numbers); line Rp{line:,.0f} per head and month."
)

# %% [markdown]
# ## What the survey says of poverty, with errors from its design

# %%
design = Design(survey.weights, units=survey.units, strata=survey.strata)
for name, one in (
    ("P0, share below the line", fgt(survey.consumption, line, 0, design)),
    ("P1, gap as a share of the line", fgt(survey.consumption, line, 1, design)),
    ("P2, severity", fgt(survey.consumption, line, 2, design)),
    ("Gini", gini(survey.consumption, design)),
):
    print(f"{name}: {one.value:.4f} [{one.low:.4f} to {one.high:.4f}], error {one.error:.4f}")
print(f"{design.units} units in {design.strata} strata, {design.lonely} strata of a single unit.")

# %% [markdown]
# ## The model, judged on households that it did not see

# %%
trained = train(survey, kinds, {"": line})
card = trained.card
print(
    f"It explains {card['r2']:.0%} of the spread of log consumption where it was trained and "
    f"{card['r2_left_out']:.0%} where it was not: the second number is the honest one."
)
for at in card["quotas"]:
    exclusion, inclusion = at["exclusion"], at["inclusion"]
    print(
        f"With places for {at['quota']:.0%}: {exclusion[0]:.0%} [{exclusion[1]:.0%} to "
        f"{exclusion[2]:.0%}] of the poor are left out, {inclusion[0]:.0%} [{inclusion[1]:.0%} to "
        f"{inclusion[2]:.0%}] of the places go to others."
    )
worst = max(card["areas"], key=lambda one: abs(one["bias"]))
print(
    f"Most biased in {worst['code']}: consumption is predicted {np.expm1(worst['bias']):+.0%} off "
    f"there ({worst['rows']} households)."
)

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4), layout="constrained")
quotas = [at["quota"] for at in card["quotas"]]
for name, colour, text in (
    ("exclusion", "#b4422f", "poor left out"),
    ("inclusion", "#0b5f5c", "places for others"),
):
    value, low, high = np.array([at[name] for at in card["quotas"]]).T
    order = np.argsort(quotas)
    x = np.array(quotas)[order]
    left.plot(x, value[order], color=colour, marker="o", label=text)
    left.fill_between(x, low[order], high[order], color=colour, alpha=0.15)
left.set(title="Errors of targeting, 95 %", xlabel="share of people with a place", ylim=(0, 1))
left.legend()
shares = np.linspace(0, 1, 21)
curve = lorenz(survey.consumption, shares.tolist(), design)
right.plot(shares, [one.value for one in curve], color="#0b5f5c", label="consumption")
right.plot([0, 1], [0, 1], color="#999", linewidth=0.8, label="all the same")
right.set(title="Lorenz curve", xlabel="poorest share of people", ylabel="share of consumption")
right.legend()
figure.savefig(FIGURES / "04_proxy_means_test.png", dpi=120)

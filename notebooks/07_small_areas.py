# ---
# jupyter:
#   jupytext:
#     formats: py:percent
# ---

# %% [markdown]
# # 7. What is the poverty rate of areas with little data?
#
# A kecamatan with ten households on record has a rate with an interval as wide as the country. The
# Fay-Herriot model lends it what areas like it have: the estimate lies between its own rate and
# what covariates of the area predict, nearer to its own the more households it has (R. Fay,
# R. Herriot, JASA 74, 1979). Nothing is free: lent strength is a model, and its error is given.

# %%
import os
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from rich import print

from jps.analysis import open_office
from jps.welfare.design import Design
from jps.welfare.fay_herriot import Direct, fay_herriot, standardised
from jps.welfare.measures import mean

office = open_office()
FIGURES = Path(os.environ.get("JPS_FIGURES", "figures"))
FIGURES.mkdir(parents=True, exist_ok=True)
LEAST = 2  # households; one alone tells no spread
TOO_WIDE = 0.25  # relative error above which a rate is not to be published by itself

scored = office.households(columns=["area", "persons", "npl100"]).dropna()
scored = scored[scored["persons"] > 0]
areas = office.areas()

# %% [markdown]
# ## Direct rates, and covariates that do not come from the same households
#
# What is estimated is the expected rate, the mean probability of an area's people; its error is
# that of who is on record. (That nobody knows who of them is poor comes on top where the poor are
# counted, and is no noise of this rate.)
# Variances of so few households are themselves noise, so they are smoothed: one variance per
# household for all, over the number of households.

# %%
rows = []
for code, group in scored.groupby(scored["area"].str[:8]):
    if len(group) >= LEAST:
        found = mean(group["npl100"], Design(group["persons"]))
        rows.append((code, len(group), found.value, found.error))
direct = pd.DataFrame(rows, columns=["code", "n", "rate", "error"]).set_index("code")
per_household = float((direct["error"] ** 2 * direct["n"]).mean())
direct["variance"] = per_household / direct["n"]

desa = areas[areas["level"] == "desa"]
by_kecamatan = desa.groupby(desa["code"].str[:8])
towns = by_kecamatan["type"].apply(lambda types: types.eq("kelurahan").mean())
known = areas.set_index("code")[["name", "km2"]]
table = direct.join(known).join(towns.rename("towns"))
table["density"] = np.log(by_kecamatan.size().reindex(table.index) / table["km2"])
table = table.dropna(subset=["density", "towns"])
print(
    f"{len(table)} kecamatan with {table['n'].min()} to {table['n'].max()} households; covariates: "
    f"share of kelurahan among the villages, logarithm of villages per km²."
)


# %% [markdown]
# ## The model
#
# The variance between areas beyond the covariates is estimated by restricted maximum likelihood;
# the mean square error holds that it is itself estimated (`jps.welfare.fay_herriot`).

# %%
covariates = standardised(table[["towns", "density"]].to_numpy().tolist())
rows = zip(table.index, table["rate"], table["variance"], covariates, strict=True)
fitted = fay_herriot({code: Direct(rate, error2, x) for code, rate, error2, x in rows})
found = [fitted.areas[code] for code in table.index]
table["estimate"] = np.clip([one.value for one in found], 0, 1)
table["root"] = [one.error for one in found]
table["own"] = [one.gamma for one in found]
spread = fitted.variance

# %% [markdown]
# ## What is gained

# %%
before = np.sqrt(table["variance"])
wide = [
    int((before / table["rate"] > TOO_WIDE).sum()),
    int((table["root"] / table["estimate"] > TOO_WIDE).sum()),
]
print(
    f"Beyond the covariates areas differ by a standard deviation of {np.sqrt(spread):.1%}; an "
    f"area's own data count {table['own'].mean():.0%} on the mean "
    f"({table['own'].min():.0%} to {table['own'].max():.0%})."
)
if spread < 1e-6:
    print("That is none: these data show no difference that the covariates do not explain.")
print(
    f"The median error falls from {before.median():.1%} to {table['root'].median():.1%}. Of "
    f"{len(table)} kecamatan {wide[0]} had an error above {TOO_WIDE:.0%} of their rate, now "
    f"{wide[1]}: those stay unfit to be published by themselves."
)
own_data = table.sort_values("n")
columns = ["name", "n", "rate", "estimate", "root", "own"]
print(pd.concat([own_data.head(3), own_data.tail(3)])[columns].round(3).to_string())

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(12, 4.4), layout="constrained")
size = 8 + 60 * table["n"] / table["n"].max()
left.scatter(table["rate"], table["estimate"], s=size, color="#0b5f5c", alpha=0.7)
limits = [0, float(max(table["rate"].max(), table["estimate"].max())) * 1.05]
left.plot(limits, limits, color="#999", linewidth=0.8)
left.set(title="Few households: drawn to the model", xlabel="direct rate", ylabel="estimate")
drawn = areas[areas["level"] == "kecamatan"].set_index("code").join(table[["estimate", "root"]])
grey = {"color": "#dfe5e4", "edgecolor": "white"}
drawn.plot("estimate", ax=right, cmap="YlOrBr", legend=True, missing_kwds=grey, edgecolor="white")
unfit = drawn[drawn["root"] / drawn["estimate"] > TOO_WIDE]
if len(unfit):
    unfit.plot(ax=right, facecolor="none", edgecolor="#555", hatch="////", linewidth=0)
right.set(title="Estimate; hatched: error above a quarter of it")
right.set_axis_off()
figure.savefig(FIGURES / "07_small_areas.png", dpi=120)

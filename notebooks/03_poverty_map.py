# ---
# jupyter:
#   jupytext:
#     formats: py:percent
# ---

# %% [markdown]
# # 3. Where is poverty, and how sure is it?
#
# The PPI gives each household a probability of being poor. The mean over people is the expected
# poverty rate of an area; the sum is the expected number of poor people. Both matter: a high rate
# in a small place is fewer people than a low rate in a large one. Areas with fewer than `LEAST`
# households are not shown: that is the analyst's duty, for rows of households hide nothing.

# %%
import os
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from rich import print

from jps.analysis import open_office
from jps.welfare.design import Design
from jps.welfare.measures import expected_rate

office = open_office()
FIGURES = Path(os.environ.get("JPS_FIGURES", "figures"))
FIGURES.mkdir(parents=True, exist_ok=True)
LEAST = 5  # households behind a figure that is shown
UNSURE = 0.25  # relative error from which a rate is hatched

columns = ["household", "area", "persons", "npl100"]
scored = office.households(columns=columns).dropna(subset=["npl100", "persons"])
scored = scored[scored["persons"] > 0]
areas = office.areas()

# %% [markdown]
# ## Rates with their errors
#
# The weight of a household is its number of people. The error holds two things: which households
# are recorded, and that nobody knows which of them are poor. It does not hold an error of the
# scorecard itself, nor that households may be on the list because they are poor.


# %%
def rates(length):
    """Return the expected rate of every area whose code has this length."""
    rows = []
    for code, group in scored.groupby(scored["area"].str[:length]):
        found = expected_rate(group["npl100"], Design(group["persons"]))
        poor = float((group["npl100"] * group["persons"]).sum())
        rows.append((code, len(group), found.value, found.error, found.low, found.high, poor))
    names = ["code", "households", "rate", "error", "low", "high", "poor"]
    table = pd.DataFrame(rows, columns=names).set_index("code")
    table["relative"] = table["error"] / table["rate"]
    return table[table["households"] >= LEAST]


whole = expected_rate(scored["npl100"], Design(scored["persons"]))
kabkota, kecamatan = rates(5), rates(8)
names = areas.set_index("code")["name"]
shown = kabkota.assign(name=names).sort_values("rate", ascending=False)
print(shown[["name", "households", "rate", "low", "high", "poor"]].round(3).to_string())

# %%
surely = kecamatan[(kecamatan["low"] > whole.value) | (kecamatan["high"] < whole.value)]
highest, most = shown.iloc[0], shown.sort_values("poor").iloc[-1]
print(
    f"Of all people recorded {whole.value:.1%} [{whole.low:.1%} to {whole.high:.1%}] are expected "
    f"to be poor. The rate is highest in {highest['name']} ({highest['rate']:.1%}); most poor "
    f"people live in {most['name']} (about {most['poor']:,.0f} of those recorded)."
)
print(
    f"{len(surely)} of {len(kecamatan)} kecamatan shown differ surely (95 %) from the whole; "
    f"{(kecamatan['relative'] > UNSURE).sum()} have an error above {UNSURE:.0%} of their rate. "
    f"With so many comparisons about {0.05 * len(kecamatan):.0f} would differ by chance alone."
)

# %% [markdown]
# ## The map
#
# Above the rate, below how wide its interval is. Grey: too few households. Hatched: the error is
# above a quarter of the rate, so do not rank these.

# %%
drawn = areas[areas["level"] == "kecamatan"].set_index("code").join(kecamatan)
drawn["width"] = drawn["high"] - drawn["low"]
figure, axes = plt.subplots(2, 1, figsize=(9, 8), layout="constrained")
grey = {"color": "#dfe5e4", "edgecolor": "white"}
for axis, column, title, colours in (
    (axes[0], "rate", "Expected poverty rate", "YlOrBr"),
    (axes[1], "width", "Width of its 95 % interval", "PuBu"),
):
    drawn.plot(
        column,
        ax=axis,
        cmap=colours,
        legend=True,
        missing_kwds=grey,
        edgecolor="white",
        linewidth=0.3,
    )
    unsure = drawn[drawn["relative"] > UNSURE]
    if len(unsure):
        unsure.plot(ax=axis, facecolor="none", edgecolor="#555", hatch="////", linewidth=0)
    axis.set(title=title)
    axis.set_axis_off()
boundaries = "drawn, not official" if bool(np.any(drawn["schematic"])) else "official"
figure.suptitle(f"Per kecamatan; PPI 2022, national line; boundaries {boundaries}", fontsize=9)
figure.savefig(FIGURES / "03_poverty_map.png", dpi=120)

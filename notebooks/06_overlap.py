# ---
# jupyter:
#   jupytext:
#     formats: py:percent
# ---

# %% [markdown]
# # 6. Who receives more than one programme, and who none?
#
# Two sources: decrees in force (`recipients`, where `receives` is true), and what households
# themselves say they got in the last year. They are not the same: a decree says who should, an
# answer who did, as far as the respondent knows. Overlap is no wrong by itself: whether two
# programmes exclude each other stands in the office's overlap table.

# %%
import itertools
import os
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from rich import print

from jps.analysis import open_office
from jps.welfare.design import Design
from jps.welfare.measures import ratio

office = open_office()
FIGURES = Path(os.environ.get("JPS_FIGURES", "figures"))
FIGURES.mkdir(parents=True, exist_ok=True)

households = office.households()
scored = households.dropna(subset=["npl100", "persons"])
scored = scored[scored["persons"] > 0].set_index("household")
recipients = office.recipients()
programmes = office.programmes().set_index("programme")

# %% [markdown]
# ## Who has what

# %%
answered = scored.filter(regex=r"^aid_(?!.*_last$)")
said = answered.eq("1").rename(columns=lambda name: name.removeprefix("aid_"))
aid = recipients[recipients["receives"] & recipients["programme"].map(programmes["kind"]).eq("aid")]
if len(aid):
    on_lists = pd.crosstab(aid["household"], aid["programme"]).astype(bool)
    has, source = on_lists.reindex(scored.index, fill_value=False), "decrees in force"
else:
    has, source = said, "answers of households, for want of decrees in force"
print(f"Source: {source}. {len(has):,} scored households, {has.shape[1]} programmes.")
print(has.mean().sort_values(ascending=False).map("{:.1%}".format).to_string())

# %% [markdown]
# ## Pairs
#
# Lift compares with chance: 1 if the two programmes had nothing to do with each other.

# %%
pairs = []
for one, other in itertools.combinations(has.columns, 2):
    both, expected = (has[one] & has[other]).mean(), has[one].mean() * has[other].mean()
    pairs.append(
        (one, other, int((has[one] & has[other]).sum()), both / expected if expected else 0)
    )
table = pd.DataFrame(pairs, columns=["one", "other", "households", "lift"])
table = table.sort_values("households", ascending=False)
print(table.head(6).round(2).to_string(index=False))

# %% [markdown]
# ## Too much beside nothing

# %%
number = has.sum(axis=1)
design = Design(scored["persons"])
poor = scored["npl100"].to_numpy()
none, several = (number == 0).to_numpy(float), (number >= 2).to_numpy(float)
without = ratio(none * poor, poor, design, share=True)
rich = ratio(several * (1 - poor), several, design, share=True) if several.any() else None
print(
    f"{(number == 0).mean():.0%} of the households have no programme, {(number == 1).mean():.0%} "
    f"one, {(number >= 2).mean():.0%} two or more (at most {number.max()})."
)
print(
    f"Of the people expected to be poor {without.value:.0%} [{without.low:.0%} to "
    f"{without.high:.0%}] live in a household without any."
)
if rich is not None:
    print(
        f"Of the people with two or more {rich.value:.0%} [{rich.low:.0%} to {rich.high:.0%}] are "
        f"expected not to be poor."
    )
if len(aid) and len(said):
    agree = pd.concat({"decree": has.any(axis=1), "answer": said.any(axis=1)}, axis=1)
    print("Households by decree and by answer:")
    print(agree.value_counts().unstack(fill_value=0).to_string())

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.4), layout="constrained")
matrix = has.T.astype(int).to_numpy() @ has.astype(int).to_numpy()
picture = left.imshow(np.where(matrix > 0, matrix, np.nan), cmap="YlOrBr")
left.set(title="Households with both", xticks=range(len(matrix)), yticks=range(len(matrix)))
left.set_xticklabels(has.columns, rotation=60, ha="right")
left.set_yticklabels(has.columns)
figure.colorbar(picture, ax=left)
bands = pd.qcut(scored["npl100"].rank(method="first"), 5, labels=["least", "2", "3", "4", "most"])
share = pd.crosstab(bands, number.clip(upper=2), normalize="index")
share.columns = [{0: "none", 1: "one", 2: "two or more"}[column] for column in share.columns]
share.plot.bar(stacked=True, ax=right, color=["#dfe5e4", "#d98c3f", "#0b5f5c"], rot=0)
right.legend(loc="lower right", framealpha=0.9)
right.set(title="Programmes by fifth of households", xlabel="how likely to be poor")
figure.savefig(FIGURES / "06_overlap.png", dpi=120)

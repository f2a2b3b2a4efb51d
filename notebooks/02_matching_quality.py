# ---
# jupyter:
#   jupytext:
#     formats: py:percent
# ---

# %% [markdown]
# # 2. How good is the matching with the population registry?
#
# Three answers that should agree: what the model itself expects (the mean of its probabilities),
# what reviewers found about members drawn at random (labels), and how the weights spread. The
# labels are drawn within bands of weight with known chances, so each stands for 1 / chance members.

# %%
import json
import os
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from rich import print

from jps.analysis import open_office
from jps.welfare.design import Design
from jps.welfare.measures import ratio

office = open_office()
FIGURES = Path(os.environ.get("JPS_FIGURES", "figures"))
FIGURES.mkdir(parents=True, exist_ok=True)

links = office.links()
labels = office.labels()


# %% [markdown]
# ## What the model says of itself

# %%
linked = links[links["linked"]]
print(links["state"].value_counts().to_string())
print(
    f"{len(linked) / len(links):.1%} of {len(links):,} members are linked. By its own "
    f"probabilities {linked['probability'].mean():.2%} of these links are right; "
    f"{linked['shared'].sum()} members share their person with another."
)

# %% [markdown]
# ## What reviewers found
#
# Precision: of the links, how many are the right person. Recall: of the members who are in the
# registry at all, how many are linked to themselves. Who was "unsure" says nothing and is left out.
# When all answers agree, the error of the design is 0 although something rarer than the sample can
# see may still be there: 3 / n is then the upper end of what can be excluded (rule of three).

# %%
sure = labels[labels["answer"] != "unsure"]


def told(above, below):
    """Return a ratio with its interval, and how many members are behind and against it."""
    found = ratio(above, below, Design(1 / sure["chance"], strata=sure["stratum"]), share=True)
    seen, against = int(np.sum(below)), int(np.sum(below) - np.sum(above))
    low = found.low if against else 1 - 3 / seen
    return found.value, low, found.high, seen, against


measured = {}
if len(sure):
    right = sure["answer"].eq("same").to_numpy(float)
    there = sure["answer"].isin(["same", "other"]).to_numpy(float)
    is_linked = sure["linked"].to_numpy(float)
    measured["precision"] = told(right * is_linked, is_linked)
    measured["recall"] = told(right * is_linked, there)
    if sure["reached"].notna().any():
        reached = sure["reached"].fillna(True).to_numpy(float)
        measured["reached by keys"] = told(there * reached, there)
    for name, (value, low, high, seen, against) in measured.items():
        how = "" if against else " (rule of three)"
        print(
            f"{name}: {value:.2%} [{low:.1%} to {high:.1%}]{how} "
            f"from {seen} members, {against} against."
        )
else:
    print("No labels yet: draw a quality sample (Mutu -> Sampel) and let reviewers answer it.")

# %% [markdown]
# ## Which evidence carries the links
#
# Bits double the odds. Evidence that carries most links also fails most people when it is missing.

# %%
bits = linked["evidence"].dropna().map(json.loads)
fields = {name for one in bits for name in one} - {"start"}
mean_bits = {name: np.mean([one.get(name, 0) for one in bits]) for name in sorted(fields)}
ordered = sorted(mean_bits, key=mean_bits.get, reverse=True)
print("Mean bits per link: " + ", ".join(f"{name} {mean_bits[name]:.1f}" for name in ordered))

# %%
figure, (left, right_) = plt.subplots(1, 2, figsize=(11, 4), layout="constrained")
spread = [links.loc[links["linked"] == yes, "weight"].dropna() for yes in (True, False)]
left.hist(
    spread, bins=40, stacked=True, label=["linked", "not linked"], color=["#0b5f5c", "#d98c3f"]
)
left.set(title="Weight of the best candidate", xlabel="bits", ylabel="members", yscale="log")
left.legend()
for place, (value, low, high, *_) in enumerate(measured.values()):
    right_.errorbar(value, place, xerr=[[value - low], [high - value]], fmt="o", color="#0b5f5c")
right_.axvline(linked["probability"].mean(), color="#d98c3f", label="precision the model expects")
right_.set(
    title="Measured by reviewers, 95 %",
    yticks=range(len(measured)),
    yticklabels=list(measured),
    ylim=(-0.5, 3.2),
)
right_.legend(loc="upper left")
figure.savefig(FIGURES / "02_matching_quality.png", dpi=120)

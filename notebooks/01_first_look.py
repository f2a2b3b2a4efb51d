# ---
# jupyter:
#   jupytext:
#     formats: py:percent
# ---

# %% [markdown]
# # 1. What is in our data, and how complete is it?
#
# Before anything is estimated: how many households and people there are, of when, from where, who
# has a score, and which questions are left blank. A share that is computed from the answered alone
# is only as good as the reason for which the others are blank.

# %%
import os
from pathlib import Path

import matplotlib.pyplot as plt
from rich import print

from jps.analysis import open_office

office = open_office()
FIGURES = Path(os.environ.get("JPS_FIGURES", "figures"))
FIGURES.mkdir(parents=True, exist_ok=True)

households = office.households()
members = office.members()
areas = office.areas()
facts = households.attrs

# %% [markdown]
# ## How much, and as of when

# %%
names = areas.set_index("code")["name"]
households["kabkota"] = households["area"].str[:5].map(names)
scored = households["outcome"].eq("scored")
print(
    f"{len(households):,} households with {len(members):,} people "
    f"in {households['area'].nunique()} desa of {households['kabkota'].nunique()} kabupaten/kota; "
    f"last changed {facts['data_changed_at'][:10]}, questionnaire {facts['questionnaire']}."
)
print(
    f"Interviewed from {households['interview_date'].min():%d %b %Y} "
    f"to {households['interview_date'].max():%d %b %Y}. "
    f"{scored.mean():.1%} have a score ({facts['score_model']}); the others: "
    f"{households.loc[~scored, 'outcome'].value_counts().to_dict()}."
)
per_kabkota = households.groupby("kabkota").agg(
    households=("household", "size"), people=("persons", "sum"), scored=("npl100", "count")
)
print(per_kabkota)

# %% [markdown]
# ## Which answers are blank
#
# Many questions are asked of some people only, so a blank is not always missing. The most often
# blank questions among those that everybody is asked are the ones to look at; whether a question
# is asked of everybody is in the codebook.

# %%
asked = households.loc[scored, "household_size":].drop(columns=["interview_date"])
blank = asked.isna().mean().sort_values(ascending=False)
whole = (blank == 0).sum()
print(f"{whole} of {len(blank)} columns are never blank among scored households.")
print(blank[(blank > 0) & (blank < 1)].head(8).map("{:.1%}".format).to_string())

# %% [markdown]
# ## Who the people are
#
# A pyramid with a notch or a spike is a sign: ages rounded to tens, or a group that was not found
# at home.

# %%
members["ten"] = members["age"] // 10 * 10
pyramid = members.groupby(["ten", "sex"]).size().unstack(fill_value=0)
rounded = members.loc[members["age"] >= 20, "age"].mod(10).eq(0).mean()
print(
    f"{rounded:.1%} of the ages from 20 end in 0 (10 % if nobody rounds); "
    f"{members['nik_state'].eq('valid').mean():.1%} of the people have a NIK of the right shape."
)

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4), layout="constrained")
per_kabkota["households"].sort_values().plot.barh(ax=left, color="#0b5f5c")
left.set(title="Households registered", ylabel="")
width = 8
right.barh(pyramid.index + 5, -pyramid.get("1", 0), height=width, color="#0b5f5c", label="men")
right.barh(pyramid.index + 5, pyramid.get("2", 0), height=width, color="#d98c3f", label="women")
right.set(title="People by age", ylabel="age")
right.xaxis.set_major_formatter(lambda value, _: f"{abs(value):.0f}")
right.legend()
figure.savefig(FIGURES / "01_first_look.png", dpi=120)

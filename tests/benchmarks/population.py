"""The people of an invented province, household by household, as columns of numbers.

Everybody who lives there: `people.py` decides who of them the registry holds and who is surveyed.
Drawn column by column, so that a million persons take seconds.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from jps.config import DATA
from jps.matching.columns import of_texts, strings, take
from jps.matching.hashing import Ints
from tests.benchmarks.cultures import NONE, Culture, Words

Flags = npt.NDArray[np.bool_]
_WORDS = 4  # most words of a name
_CHILDREN = ((0.17, 0.26, 0.28, 0.17, 0.08, 0.04), 5)  # chance of 0 to 5 children
_UNSURE = ((1, 1), (7, 1), (12, 31))  # days written where nobody knew
SPIKE = 1970_12_31  # the date a third of all people get in a spike
_HEAD, _SPOUSE, _CHILD, _RELATIVE = 0, 1, 2, 7  # slots of a household
_SLOTS = 9


@dataclass(frozen=True)
class Population:
    """One row per person, sorted by household. `words`, `mother` are word numbers of names.

    `real` are the dates of birth, YYYYMMDD, as written in the NIK; `birth` those in the registry.
    """

    household: Ints
    slot: Ints
    sex: Ints  # 0 male, 1 female
    words: Ints
    mother: Ints
    real: Ints
    birth: Ints
    village: Ints  # ten digits
    nik: Ints
    kk: Ints

    def __len__(self) -> int:
        return len(self.household)


def settle(
    rng: np.random.Generator, culture: Culture, *, persons: int, spike: float = 0.0
) -> Population:
    """Invent about `persons` people; `spike` is the share of them with one default birth date."""
    homes = persons // 3 + 10
    villages = _villages()
    weights = rng.lognormal(0.0, 0.6, len(villages))
    village = rng.choice(villages, homes, p=weights / weights.sum())
    there, sex, dates = _members(rng, homes)
    names, mothers = _names(rng, culture, homes, sex, village)
    household, slot = np.nonzero(there)
    keep = slice(0, persons)
    household, slot = household[keep], slot[keep]
    real, sex = dates[household, slot], sex[household, slot]
    birth = _registered(rng, real, spike)
    born = np.where(
        rng.random(len(real)) < 0.8, village[household], rng.choice(villages, len(real))
    )
    issued = _ymd(rng.integers(12_800, 19_700, homes))
    return Population(
        household=household,
        slot=slot,
        sex=sex,
        words=names[household, slot],
        mother=mothers[household, slot],
        real=real,
        birth=birth,
        village=village[household],
        nik=numbers(born, real, sex),
        kk=numbers(village, issued, np.zeros(homes, np.int64))[household],
    )


def numbers(villages: Ints, dates: Ints, sex: Ints) -> Ints:
    """Return NIK of people born there then; serials from 9000 on, counted as they come."""
    district = villages // 10_000
    day = dates % 100 + 40 * sex
    stem = district * 10**6 + day * 10**4 + dates // 100 % 100 * 100 + dates // 10_000 % 100
    order = np.argsort(stem, kind="stable")
    ordered = stem[order]
    new = np.ones(len(stem), bool)
    new[1:] = ordered[1:] != ordered[:-1]
    starts = np.flatnonzero(new)
    serial = np.empty(len(stem), np.int64)
    serial[order] = np.arange(len(stem)) - np.repeat(starts, np.diff(np.append(starts, len(stem))))
    return stem * 10_000 + 9_000 + (serial + 1) % 1_000


def texts(culture: Culture, words: Ints) -> pa.StringArray:
    """Return names as text."""
    blank = len(culture.vocabulary)
    vocabulary = of_texts([*culture.vocabulary, ""])
    columns = [take(vocabulary, np.where(one == NONE, blank, one)) for one in words.T]
    joined = pc.binary_join_element_wise(*columns, of_texts([" "] * len(words)))
    return strings(pc.utf8_rtrim_whitespace(joined))


def _villages() -> Ints:
    lines = (DATA / "areas" / "gorontalo.csv").read_text(encoding="utf-8").splitlines()
    codes = [line.split(",")[0] for line in lines if not line.startswith("#")]
    return np.array([int(code.replace(".", "")) for code in codes if len(code) == 13], np.int64)


def _members(rng: np.random.Generator, homes: int) -> tuple[Flags, Ints, Ints]:
    """Return who is there, sex and date of birth, each of the shape (households, slots)."""
    there = np.zeros((homes, _SLOTS), bool)
    there[:, _HEAD] = rng.random(homes) < 0.90
    there[:, _SPOUSE] = (rng.random(homes) < 0.88) | ~there[:, _HEAD]
    chances, most = _CHILDREN
    children = rng.choice(len(chances), homes, p=chances)
    there[:, _CHILD : _CHILD + most] = np.arange(most) < children[:, None]
    there[:, _RELATIVE] = rng.random(homes) < 0.12
    there[:, _RELATIVE + 1] = rng.random(homes) < 0.04
    sex = rng.integers(0, 2, there.shape)
    sex[:, _HEAD], sex[:, _SPOUSE] = 0, 1
    days = np.zeros(there.shape, np.int64)  # since 1970
    days[:, _SPOUSE] = rng.integers(-9_000, 10_500, homes)
    days[:, _HEAD] = days[:, _SPOUSE] - rng.normal(1_200, 1_500, homes).astype(np.int64)
    last = days[:, _SPOUSE] + rng.integers(6_600, 10_000, homes)
    for child in range(_CHILD, _CHILD + most):
        days[:, child] = last
        twins = rng.random(homes) < 0.025
        last = last + np.where(twins, 0, rng.integers(330, 2_200, homes))
    old = rng.random((homes, 2)) < 0.6
    shift = np.where(
        old, -rng.integers(6_500, 10_500, old.shape), rng.integers(-2_500, 9_000, old.shape)
    )
    days[:, _RELATIVE:] = days[:, [_SPOUSE]] + shift
    return there, sex, _ymd(np.clip(days, -16_000, 20_400))


def _ymd(days: Ints) -> Ints:
    """Return days since 1970 as YYYYMMDD."""
    dates = days.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    month = months.astype(np.int64) % 12 + 1
    year = months.astype(np.int64) // 12 + 1970
    return np.asarray(year * 10_000 + month * 100 + (dates - months).astype(np.int64) + 1, np.int64)


def _registered(rng: np.random.Generator, real: Ints, spike: float) -> Ints:
    """Return the dates of the registry: the older somebody, the oftener a default day."""
    year = real // 10_000
    unsure = rng.random(len(real)) < np.where(year < 1965, 0.16, np.where(year < 1990, 0.05, 0.01))
    days = np.array([month * 100 + day for month, day in _UNSURE], np.int64)
    birth = np.where(unsure, year * 10_000 + rng.choice(days, len(real), p=(0.4, 0.25, 0.35)), real)
    return np.where(rng.random(len(real)) < spike, SPIKE, birth)


def _names(
    rng: np.random.Generator, culture: Culture, homes: int, sex: Ints, village: Ints
) -> tuple[Ints, Ints]:
    """Return names and mothers' names, shape (households, slots, words)."""
    family = culture.family.draw(rng, homes)
    brother = np.flatnonzero((rng.random(homes) < 0.2) & (np.arange(homes) > 0))
    family[brother] = family[brother - 1]  # a brother of the head next door
    village[brother] = village[brother - 1]
    maiden = culture.family.draw(rng, homes)
    names = np.full((*sex.shape, _WORDS), NONE, np.int64)
    for slot in range(_SLOTS):
        name = _given(rng, culture, sex[:, slot])
        if _CHILD < slot < _RELATIVE:
            name = _rhyming(rng, culture, name, names[:, slot - 1])
        own = maiden if slot == _SPOUSE else family
        if slot >= _RELATIVE:
            own = np.where(rng.random(homes) < 0.5, family, maiden)
        names[:, slot] = _with_family(rng, culture, name, own, maiden)
    elders = (
        _with_family(
            rng,
            culture,
            _given(rng, culture, np.ones(homes, np.int64)),
            culture.family.draw(rng, homes),
            maiden,
        )
        for _ in range(3)
    )
    of_head, of_spouse, of_others = elders
    of_head[brother] = of_head[brother - 1]
    mothers = np.repeat(names[:, [_SPOUSE]], _SLOTS, axis=1)
    mothers[:, _HEAD], mothers[:, _SPOUSE], mothers[:, _RELATIVE + 1] = (
        of_head,
        of_spouse,
        of_others,
    )
    mothers[:, _RELATIVE] = np.where((rng.random(homes) < 0.5)[:, None], of_spouse, of_others)
    return names, mothers


def _given(rng: np.random.Generator, culture: Culture, sex: Ints) -> Ints:
    """Return one to three given words per person."""
    size = len(sex)
    words = np.full((size, _WORDS), NONE, np.int64)
    words[:, 0] = _by_sex(rng, culture.given, sex)
    for place, chance in ((1, 0.68), (2, 0.12)):
        more = (rng.random(size) < chance) & (words[:, place - 1] != NONE)
        words[more, place] = _by_sex(rng, culture.more, sex)[more]
    words[(words[:, 1:2] == words[:, :1])[:, 0], 1:] = NONE
    return words


def _by_sex(rng: np.random.Generator, roles: tuple[Words, Words], sex: Ints) -> Ints:
    return np.where(sex == 0, roles[0].draw(rng, len(sex)), roles[1].draw(rng, len(sex)))


def _rhyming(rng: np.random.Generator, culture: Culture, names: Ints, older: Ints) -> Ints:
    """Return names of which some resemble the older sibling's: a word in common or a near one."""
    order = np.argsort(np.array(culture.vocabulary))
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    near = order[np.minimum(place[older[:, 0]] + rng.integers(1, 3, len(older)), len(order) - 1)]
    chance = rng.random(len(names))
    names = names.copy()
    names[chance < 0.06, 0] = near[chance < 0.06]
    shared = (chance > 0.94) & (names[:, 1] != NONE)
    names[shared, 1] = older[shared, 0]
    return names


def _with_family(
    rng: np.random.Generator, culture: Culture, names: Ints, family: Ints, maiden: Ints
) -> Ints:
    """Append the family name (where the culture has it so, the mother's before it)."""
    names = names.copy()
    rows = np.arange(len(names))
    carries = rng.random(len(names)) < culture.inherits
    chosen = (maiden, family) if culture.maternal else (family,)
    for one in chosen:
        end = np.minimum((names != NONE).sum(axis=1), _WORDS - 1)
        names[rows[carries], end[carries]] = one[carries]
    return names

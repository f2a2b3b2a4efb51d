"""Learn a model from the two lists themselves: nobody has to label pairs.

Strangers are learnt from pairs drawn at random, family members and twins from pairs in one registry
family, matches by expectation-maximisation over the pairs with the same number, whose other fields
tell a match from a borrowed number. W. Winkler, "Using the EM Algorithm for Weight
Computation in the Fellegi-Sunter Model of Record Linkage" (1988).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from jps.matching.compare import PairLevels, compare
from jps.matching.frequencies import Floats
from jps.matching.hashing import Ints
from jps.matching.index import RegistryIndex
from jps.matching.model import LEAST_SHARE, Model
from jps.matching.records import Records
from jps.matching.spec import SAME, Accord, Anchor, Family, Field

PRIOR_PAIRS = 50.0  # pairs; how much observation the starting values are worth
_STRANGERS = 50_000  # random pairs
_FAMILY = 40_000  # pairs of one registry family
_ROUNDS = 30  # of expectation-maximisation
_EACH = 0.5  # pairs of strangers added to every level: what was not drawn may still happen
_FOUND_PRIOR = (9.0, 1.0)  # records expected in the registry and not, before any is seen
_NUMBER_PRIOR = 200.0  # records with a number that the starting shares of a wrong one stand for
_BORROWED, _MISTAKEN = 0.01, 0.005  # of records with a number: that of a relative, of a stranger
_START_PARTS = (0.90, 0.05, 0.04, 0.01)  # of pairs with the same number, by kind


def train(
    left: Records,
    index: RegistryIndex,
    pairs: PairLevels,
    *,
    seed: int = 0,
    people: int | None = None,
    strangers: PairLevels | None = None,
) -> Model:
    """Return a model for `left` against the registry.

    `pairs` are the levels of pairs among which are all with the same number (`Anchor`). With empty
    or tiny lists the starting values of the specification remain. `people` is the size of the
    registry where the index holds whole families drawn from it (but the frequencies of all).
    `strangers` are the levels of random pairs; None: draw some.
    """
    spec = index.people.spec
    frequencies = {field.name: index.frequencies[field.name] for field in spec.fields if field.term}
    model = Model.start(len(index) if people is None else people, frequencies, spec)
    rng = np.random.default_rng(seed)
    if strangers is None:
        strangers = compare(left, index.people, *draw_strangers(left, index, rng))
    model = with_counts(model, "stranger", count(spec.fields, strangers))
    for field in spec.fields:
        if field.name in index.frequencies and not field.personal:
            model = with_chance(model, field, index.frequencies[field.name].mean)
        elif field.personal and (spec.anchor is None or field.name != spec.anchor.field):
            model = with_chance(model, field, _MISTAKEN / model.people)
    if spec.family is not None:
        model = _learn_families(model, index, spec.family, rng)
    if spec.anchor is not None:
        model = _learn_by_number(model, left, spec.anchor, pairs)
    return in_order(model)


def improve(model: Model, best: PairLevels, weights: Floats, records: int) -> Model:
    """Return the model learnt from the best pair of every record, each by its probability.

    `records` is the number of records of our list; the share of them found becomes the prior.
    """
    chance = 1.0 / (1.0 + np.exp2(-np.clip(weights, -500, 500)))
    model = with_counts(model, "match", count(model.spec.fields, best, chance))
    yes, no = _FOUND_PRIOR
    found = (float(chance.sum()) + yes) / (records + yes + no)
    facts = {**model.facts, "records": records, "found": round(found, 4)}
    return in_order(replace(model, found=min(found, 0.999), facts=facts))


def _learn_families(
    model: Model, index: RegistryIndex, family: Family, rng: np.random.Generator
) -> Model:
    levels = _family_levels(index, family, rng)
    born_together = levels[family.twins] == SAME
    for kind, which in (("family", ~born_together), ("twin", born_together)):
        counts = count(model.spec.fields, levels, which.astype(np.float64))
        model = with_counts(model, kind, counts)
    keys = index.blocks[family.recipe].keys
    sizes = np.unique(keys, return_counts=True)[1].astype(np.float64)
    relatives = (sizes @ (sizes - 1) + model.relatives * PRIOR_PAIRS) / (sizes.sum() + PRIOR_PAIRS)
    part = (born_together.sum() + PRIOR_PAIRS * model.twins / model.relatives) / (
        len(born_together) + PRIOR_PAIRS
    )
    return replace(model, relatives=float(relatives), twins=float(relatives * part))


def _learn_by_number(model: Model, left: Records, anchor: Anchor, pairs: PairLevels) -> Model:
    same = np.flatnonzero(pairs[anchor.field] == SAME)
    pairs = {name: levels[same] for name, levels in pairs.items()}
    total = len(same)
    # Kinds of pair stand in the order of the specification: match, stranger, family, twin.
    parts = np.array(_START_PARTS[: len(model.spec.kinds)])
    fields = [field for field in model.spec.fields if field.name != anchor.field]
    for _ in range(_ROUNDS if total else 0):
        logs = np.repeat(np.log2(parts)[:, None], total, axis=1)
        for field in fields:
            for kind, log in enumerate(model.logs[field.name]):
                logs[kind] += log[pairs[field.name]]
        chance = np.exp2(logs - np.logaddexp2.reduce(logs, axis=0))
        parts = (chance.sum(axis=1) + _EACH) / (total + _EACH * len(parts))
        model = with_counts(model, "match", count(fields, pairs, chance[0]))
    facts = {"nik_pairs": total, "parts": [round(float(part), 4) for part in parts]}
    numbers = int((left.feature(anchor.field) > 0).sum())
    return replace(_wrong_numbers(model, anchor, parts * total, numbers), facts=facts)


def _wrong_numbers(model: Model, anchor: Anchor, pairs: Floats, numbers: int) -> Model:
    """Set how often a record carries the number of a relative or of a stranger.

    `pairs` are the pairs with the same number by kind, `numbers` the records with one.
    """
    records = numbers + _NUMBER_PRIOR
    field = model.spec.field(anchor.field)
    shares = dict(model.shares[field.name])
    mistaken = (pairs[1] + _MISTAKEN * _NUMBER_PRIOR) / records / model.people
    shares["stranger"] = _with_same(shares["stranger"], field, min(mistaken, 0.5))
    if model.relatives:
        relatives = (pairs[2:].sum() + _BORROWED * _NUMBER_PRIOR) / records
        borrowed = min(relatives / model.relatives, 0.5)
        for kind in model.spec.kinds[2:]:
            shares[kind] = _with_same(shares[kind], field, borrowed)
    return replace(model, shares={**model.shares, field.name: shares})


def with_chance(model: Model, field: Field, chance: float) -> Model:
    """Replace the sampled share of strangers with the same value by the exact chance."""
    shares = dict(model.shares[field.name])
    shares["stranger"] = _with_same(
        shares["stranger"], field, min(max(chance, LEAST_SHARE), 1 - LEAST_SHARE)
    )
    return replace(model, shares={**model.shares, field.name: shares})


def _with_same(shares: Floats, field: Field, same: float) -> Floats:
    """Return shares whose levels of equal values sum to `same`, the others scaled to the rest."""
    equal = list(field.same)
    part = shares[equal].sum()
    changed = np.maximum(shares * (1 - same) / (1 - part), LEAST_SHARE)
    changed[equal] = np.maximum(shares[equal] / part * same, LEAST_SHARE)
    changed[0] = 1.0
    return np.asarray(changed, np.float64)


def in_order(model: Model) -> Model:
    """Let no level speak louder for a match than a stronger one because few pairs were seen."""
    shares = {}
    for field in model.spec.fields:
        one = dict(model.shares[field.name])
        match = one["match"]
        most = np.minimum.accumulate(match[1:] / one["stranger"][1:])
        one["stranger"] = np.concatenate(([1.0], match[1:] / most))
        shares[field.name] = one
    return replace(model, shares=shares)


def with_counts(model: Model, kind: str, counts: Mapping[str, Floats]) -> Model:
    """Return the model with the shares of one kind from counts of pairs and the starting values.

    Fields that were not counted keep their shares.
    """
    shares = dict(model.shares)
    for name, count in counts.items():
        start = np.array(model.spec.field(name).start(model.spec.kinds.index(kind)))
        pairs = count[1:] + start * PRIOR_PAIRS + (_EACH if kind == "stranger" else 0.0)
        shares[name] = {**shares[name], kind: np.concatenate(([1.0], pairs / pairs.sum()))}
    return replace(model, shares=shares)


def count(
    fields: Sequence[Field], levels: PairLevels, weights: Floats | None = None
) -> dict[str, Floats]:
    """Count pairs per level of every field, each with its weight."""
    counts = {
        field.name: np.bincount(levels[field.name], weights, minlength=len(field.levels))
        for field in fields
    }
    return {name: count.astype(np.float64) for name, count in counts.items()}


def draw_strangers(
    left: Records, index: RegistryIndex, rng: np.random.Generator, *, itself: bool = False
) -> tuple[Ints, Ints]:
    """Return random pairs; where both lists are one (`itself`), none of a record with itself."""
    size = min(_STRANGERS, len(left) * len(index))
    i = rng.integers(0, max(len(left), 1), size)
    j = rng.integers(0, max(len(index), 1), size)
    different = i != j if itself else np.ones(size, bool)
    return i[different], j[different]


def _family_levels(index: RegistryIndex, family: Family, rng: np.random.Generator) -> PairLevels:
    """Return the levels of neighbours in the block of families, the same person twice left out."""
    block = index.blocks[family.recipe]
    starts = np.flatnonzero(block.keys[1:] == block.keys[:-1])
    chosen = rng.choice(starts, min(len(starts), _FAMILY), replace=False)
    rows: Ints = np.asarray(block.rows, np.int64)
    levels = compare(index.people, index.people, rows[chosen], rows[chosen + 1])
    twice = _in_accord(levels, family.accord)
    return {name: one[~twice] for name, one in levels.items()}


def _in_accord(levels: PairLevels, accord: Accord) -> "np.ndarray[Any, np.dtype[np.bool_]]":
    """Say which pairs agree in all these fields, nothing missing."""
    agreeing = [(levels[name] > 0) & (levels[name] <= weakest) for name, weakest in accord]
    return np.asarray(np.logical_and.reduce(agreeing), bool)

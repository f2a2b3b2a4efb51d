"""Why a pair has its weight: one line per field, in plain words, that add up to the weight."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from jps.matching.assign import NONE
from jps.matching.compare import compare_one
from jps.matching.frequencies import Floats
from jps.matching.links import Links
from jps.matching.model import Model
from jps.matching.numbers import Numbers
from jps.matching.records import Record, Records
from jps.text import N_, mask_nik

_ROUNDED = 0.02  # bits; links are stored with two places


@dataclass(frozen=True)
class Evidence:
    """One fact about a pair: `bits` for (positive) or against it, `reason` with `params`.

    `reason` is an N_ template; `left` and `right` are the two values compared, NIK and KK masked.
    `name` is empty for the first line and that of the family, and so are the values.
    """

    name: str
    label: str
    level: int
    bits: float
    reason: str
    left: str = ""
    right: str = ""
    params: Mapping[str, object] = field(default_factory=dict)


def explain(
    person: Record, candidate: Record, model: Model, *, weight: float | None = None
) -> tuple[Evidence, ...]:
    """Return the evidence of one pair in order; the bits sum to its weight.

    First what is known before comparing, then each field against a stranger, then how much of it
    is explained as well by another member of the same family. `weight` is that of a link, which may
    be higher by what the rest of the household says (see `household`): the last line then.
    """
    levels = compare_one(person, candidate)
    lines = [_start(model), *(_compared(person, candidate, model, levels))]
    alone = model.weight(levels, candidate)
    relatives = alone - sum(line.bits for line in lines)
    reason = N_("Kesamaan yang juga dimiliki anggota keluarga lain dihitung sekali")
    lines.append(Evidence("", N_("Keluarga"), 0, relatives, reason))
    if weight is not None and weight - alone > _ROUNDED:
        reason = N_("Anggota lain di kartu keluarga ini ditemukan di keluarga tersebut")
        lines.append(Evidence("household", N_("Serumah"), 1, weight - alone, reason))
    return tuple(lines)


def bits_of(links: Links, people: Records) -> dict[str, Floats]:
    """Return, per record, the bits of the lines of `explain` for its candidate.

    `people` are those of the index that was linked to. The keys are "start", the fields and
    "family", in the order of the lines; the columns sum to `links.weight`, 0 without a candidate.
    """
    model, there = links.model, np.flatnonzero(links.candidate != NONE)
    rows = links.candidate[there]
    lines = {"start": np.full(len(there), model.start_bits)}
    for one in model.spec.fields:
        levels = links.levels[one.name][there]
        terms = model.term_bits({one.name: levels}, people, rows)
        lines[one.name] = model.gain(one.name)[levels] - terms
    lines["family"] = links.weight[there] - np.sum(list(lines.values()), axis=0)
    columns = {name: np.zeros(len(links)) for name in lines}
    for name, bits in lines.items():
        columns[name][there] = bits
    return columns


def _start(model: Model) -> Evidence:
    reason = N_("Sebelum dibandingkan: satu di antara {people} penduduk")
    params = {"people": model.people}
    return Evidence("", N_("Awal"), 0, model.start_bits, reason, params=params)


def _compared(
    person: Record, candidate: Record, model: Model, levels: dict[str, int]
) -> list[Evidence]:
    lines = []
    for one in model.spec.fields:
        level = levels[one.name]
        bits = float(model.gain(one.name)[level]) - model.term_bits_of(one, level, candidate)
        left, right = one.text(person.raw), one.text(candidate.raw)
        if isinstance(one.kind, Numbers):
            left, right = mask_nik(left), mask_nik(right)
        params = {} if one.own_reasons else {"label": one.label}
        reason = one.reasons[level]
        lines.append(Evidence(one.name, one.label, level, bits, reason, left, right, params))
    return lines

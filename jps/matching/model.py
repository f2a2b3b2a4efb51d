"""The Fellegi-Sunter model: from levels of agreement to a weight in bits.

I. Fellegi, A. Sunter, "A Theory for Record Linkage", JASA 64 (1969). The weight of a pair is
log2(rho m / (N u + h f + t g)): the odds that both records are one person, against one of N
strangers, h other members of the person's family, or t members born on the same day, as far as
those are not candidates themselves. m, u, f and g are products over the fields of the share of
pairs at the observed level; for strangers, agreement on a value is scaled by how frequent the value
is. A missing field has the factor 1 everywhere. Weight 0 means even odds. Where a specification
declares no families, f and g are two kinds of relatives learnt from the list itself (`relatives`).
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from jps.errors import InvalidFile
from jps.matching.compare import PairLevels
from jps.matching.frequencies import Floats, Frequencies
from jps.matching.hashing import Ints
from jps.matching.person import PERSON
from jps.matching.records import Record, Records
from jps.matching.spec import Field, Spec
from jps.text import N_

FORMAT = 2  # of the JSON
_NOT_REACHED = 0.02  # share of persons in the registry whom no key may reach
LEAST_SHARE = 1e-7  # no share of pairs is smaller: nothing is impossible

# Kind of pair -> share of pairs per level of one field; index 0 (missing) is 1.
Shares = Mapping[str, Floats]


@dataclass(frozen=True)
class Model:
    """What was learnt; `facts` say from what.

    `people` is N, `found` rho, `relatives` h and `twins` t (per person). `shares` holds m, u, f and
    g by field; f and g are those of registry rows and spread over our spelling by `_spread`.
    `strangers` stands for N where fewer persons come into question (see `household`); `itself`
    says that the pairs are of one list, where relatives are no rivals but pairs of their own.
    """

    people: int
    found: float
    relatives: float
    twins: float
    shares: Mapping[str, Shares]
    frequencies: Mapping[str, Frequencies]
    facts: Mapping[str, Any] = field(default_factory=dict)
    spec: Spec = PERSON
    strangers: float | None = None
    itself: bool = False

    @classmethod
    def start(
        cls, people: int, frequencies: Mapping[str, Frequencies], spec: Spec = PERSON
    ) -> "Model":
        """Return the untrained model of the specification for a registry of `people` persons."""
        shares = {
            field.name: {
                kind: np.array([1.0, *field.start(number)])
                for number, kind in enumerate(spec.kinds)
            }
            for field in spec.fields
        }
        relatives, twins = (3.0, 0.02) if spec.family else (0.1, 0.1)
        return cls(max(people, 1), 0.9, relatives, twins, shares, frequencies, spec=spec)

    @property
    def counts(self) -> tuple[float, ...]:
        """Persons of each kind but the match that a record could be mistaken for, unseen.

        A relative who has a registry row competes with it as a candidate of its own; what remains
        are the relatives whom the registry lacks or no key finds. Undeclared relatives all count:
        nothing says yet who of them is in the list.
        """
        alone = self.itself or self.spec.family is None
        unseen = 1.0 if alone else 1.0 - self.found + _NOT_REACHED
        strangers = self.people if self.strangers is None else self.strangers
        counts = strangers, self.relatives * unseen, self.twins * unseen
        return counts[: len(self.spec.kinds) - 1]

    @cached_property
    def logs(self) -> dict[str, tuple[Floats, ...]]:
        """Per field, log2 of the shares by kind in the order of `spec.kinds`, families spread."""
        logs = {}
        for one in self.spec.fields:
            shares = self.shares[one.name]
            spread = (
                shares[kind] if self.itself else _spread(one, shares[kind], shares["match"])
                for kind in self.spec.kinds[2:]
            )
            logs[one.name] = tuple(
                np.log2(share) for share in (shares["match"], shares["stranger"], *spread)
            )
        return logs

    @property
    def start_bits(self) -> float:
        """Bits before anything is compared: the chance to be one given person of the registry."""
        return math.log2(self.found) - math.log2(self.people)

    def gain(self, field: str) -> Floats:
        """Return bits per level of a field against strangers, before frequencies."""
        match, stranger, *_ = self.logs[field]
        return match - stranger

    def most(self, field: Field) -> float:
        """Return the most bits a field can add."""
        bits = float(self.gain(field.name).max())
        return bits + (self.frequencies[field.name].most_gain if field.term else 0.0)

    @cached_property
    def most_bits(self) -> float:
        """The most bits a pair can have."""
        return self.start_bits + sum(self.most(field) for field in self.spec.fields)

    @cached_property
    def short_of_most(self) -> dict[str, list[float]]:
        """Per field and level, how much less than `most` it adds, before frequencies."""
        return {
            field.name: (self.gain(field.name) - self.most(field)).tolist()
            for field in self.spec.fields
        }

    def term_bits(self, levels: PairLevels, people: Records, rows: Ints) -> Floats:
        """Return log2 of how frequent the agreeing values are, against the mean, per pair."""
        bits = np.zeros(len(rows))
        for one in self.spec.fields:
            if one.term is None or one.name not in levels:
                continue
            same = np.flatnonzero(np.isin(levels[one.name], one.same))
            bits[same] += self.frequencies[one.name].bits(term_column(people, one)[rows[same]])
        return bits

    def weights(self, levels: PairLevels, term_bits: Floats) -> Floats:
        """Return the weight of every pair from the levels of all fields, in bits."""
        sums = np.zeros((len(self.spec.kinds), len(term_bits)))
        for one in self.spec.fields:
            for kind, log in enumerate(self.logs[one.name]):
                sums[kind] += log[levels[one.name]]
        sums[1] += term_bits
        against = sums[1:] + np.log2(self.counts)[:, None]
        weights = math.log2(self.found) + sums[0] - np.logaddexp2.reduce(against, axis=0)
        return np.asarray(weights, np.float64)

    def weight(self, levels: Mapping[str, int], candidate: Record) -> float:
        """Return the weight of one pair in bits; equal to `weights` for the same levels."""
        return self.weights_of([levels], [candidate])[0]

    def weights_of(
        self, levels: Sequence[Mapping[str, int]], candidates: Sequence[Record]
    ) -> list[float]:
        """Return the weight of each candidate, whose levels stand at the same place of `levels`."""
        columns = {
            one.name: np.array([level[one.name] for level in levels], np.int8)
            for one in self.spec.fields
        }
        bits = [
            sum(self.term_bits_of(one, level[one.name], candidate) for one in self.spec.fields)
            for level, candidate in zip(levels, candidates, strict=True)
        ]
        weights = self.weights(columns, np.array(bits, np.float64))
        return [float(weight) for weight in weights]

    def term_bits_of(self, field: Field, level: int, candidate: Record) -> float:
        """Return `term_bits` of one field of one pair."""
        if field.term is None or level not in field.same:
            return 0.0
        return self.frequencies[field.name].bits_of(candidate.feature(field.name))

    def to_json(self) -> str:
        """Return the model as JSON text, with its training facts."""
        shares = {
            name: {kind: share.tolist() for kind, share in one.items()}
            for name, one in self.shares.items()
        }
        frequencies = {name: one.to_json() for name, one in self.frequencies.items()}
        return json.dumps(
            {
                "format": FORMAT,
                "people": self.people,
                "found": self.found,
                "relatives": self.relatives,
                "twins": self.twins,
                "itself": self.itself,
                "shares": shares,
                "frequencies": frequencies,
                "facts": dict(self.facts),
            }
        )

    @classmethod
    def from_json(cls, text: str, spec: Spec = PERSON) -> "Model":
        """Read what `to_json` wrote. Raises InvalidFile for another format or other levels."""
        try:
            data = json.loads(text)
            shares = {
                name: {kind: np.array(one[kind], np.float64) for kind in spec.kinds}
                for name, one in data["shares"].items()
            }
            levels = {name: len(one["match"]) for name, one in shares.items()}
            known = {field.name: len(field.levels) for field in spec.fields}
            if data["format"] != FORMAT or levels != known:
                raise InvalidFile(N_("Model pemadanan ini dibuat oleh versi lain; latih ulang."))
            return cls(
                people=int(data["people"]),
                found=float(data["found"]),
                relatives=float(data["relatives"]),
                twins=float(data["twins"]),
                shares=shares,
                frequencies={n: Frequencies.from_json(f) for n, f in data["frequencies"].items()},
                facts=data["facts"],
                spec=spec,
                itself=bool(data.get("itself", False)),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as problem:
            raise InvalidFile(N_("Berkas ini bukan model pemadanan.")) from problem


def _spread(field: Field, family: Floats, match: Floats) -> Floats:
    """Return the shares for a record of one family member against the row of another.

    Where the registry rows of two members hold the same value, our record of one agrees with the
    row of the other as well as with its own: KK, village and mother say once which family it is,
    and not which member. A NIK is never the same by right.
    """
    if field.personal:
        return family
    same = list(field.same)
    rest = family.copy()
    rest[same] = 0.0
    spread = np.maximum(family[same].sum() * match + rest, LEAST_SHARE)
    spread[0] = 1.0
    return np.asarray(spread, np.float64)


def term_column(people: Records, field: Field) -> Ints:
    """Return the column whose frequencies count for a field."""
    return people.feature(field.name)


def probability(weight: float) -> float:
    """Return the probability that belongs to a weight in bits."""
    return float(1.0 / (1.0 + 2.0 ** -max(min(weight, 500.0), -500.0)))

"""One person against a few candidates, while somebody types: the rules of the batch."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from jps.matching.model import Model, probability
from jps.matching.records import Record
from jps.matching.shared import without_shared

_ROUNDING = 1e-6  # bits


@dataclass(frozen=True)
class Candidate:
    """A registry person that may be the one asked for: weight in bits, probability, levels."""

    person: Record
    weight: float
    probability: float
    levels: Mapping[str, int]


def rank(
    person: Record, candidates: Iterable[Record], model: Model, *, least: float = -math.inf
) -> list[Candidate]:
    """Return the candidates by weight, heaviest first; equal weights by id.

    The weight of a pair is the one the batch gives it under the same model. A number found under
    many names among the candidates is a placeholder and taken as unknown. Candidates who cannot
    reach `least` bits are left out before all their fields are compared, unless they have the
    person's number.
    """
    people = list(candidates)
    if not people:
        return []
    person = without_shared(person, people)
    number = _number(person)
    compared = (
        (
            one,
            _compare(person, one, model, -math.inf if number and _number(one) == number else least),
        )
        for one in people
    )
    found = [(one, levels) for one, levels in compared if levels is not None]
    weights = model.weights_of([levels for _, levels in found], [one for one, _ in found])
    ranked = [
        Candidate(one, weight, probability(weight), levels)
        for (one, levels), weight in zip(found, weights, strict=True)
    ]
    return sorted(ranked, key=lambda one: (-one.weight, one.person.id))


def _compare(a: Record, b: Record, model: Model, least: float) -> dict[str, int] | None:
    """Return the levels of a pair, None as soon as no outcome of the rest could lift it to `least`.

    The bound is that of `pairs.compare_staged`, for one pair: exact, so that nobody is lost by it.
    """
    levels: dict[str, int] = {}
    reach, mine, theirs = model.most_bits, a.values, b.values
    for field in model.spec.by_cost:
        name = field.name
        levels[name] = level = int(field.kind.level(mine[name], theirs[name]))
        reach += model.short_of_most[name][level]
        if field.term is not None:
            reach -= model.term_bits_of(field, level, b)
        if reach < least - _ROUNDING:
            return None
    return levels


def _number(one: Record) -> int:
    """Return the number that says who a record is about, 0 where there is none."""
    anchor = one.spec.anchor
    return one.feature(anchor.field) if anchor is not None else 0

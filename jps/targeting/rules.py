"""A list as values: its definition, its bytes, and the steps it takes. Pure."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Any

import numpy as np

from jps.areas.rules import Level
from jps.errors import InvalidData
from jps.targeting.conditions import facts_of
from jps.targeting.drawing import (
    REASONS,
    STANDINGS,
    Drawn,
    Lots,
    Standing,
    draw,
    lots,
)
from jps.targeting.facts import Catalogue, Codes, Fact, Numbers, Population, runs
from jps.targeting.quotas import Method, largest_remainder
from jps.targeting.reading import read_condition
from jps.targeting.scores import Score, chance_fact, need_of, require_scores, score_parts
from jps.text import N_

NO_DATA = N_(
    "{n} wilayah yang diberi kuota tidak punya rumah tangga dalam potret data: {areas}. Kosongkan "
    "kuotanya, atau ambil potret data yang baru."
)
TOO_MANY = N_(
    "Kuota wilayah {area} adalah {quota}, padahal hanya ada {households} rumah tangga di sana "
    "dalam potret data. Kecilkan kuotanya."
)
_NAMED = 5  # areas in a message
COLUMNS = ("household", "area", "standing", "reason", "rank", "score")


class ListState(StrEnum):
    """Where a list stands between drawing and use."""

    DRAWN = "drawn"
    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


STATE_NAMES: Mapping[ListState, str] = {
    ListState.DRAWN: N_("Dibuat"),
    ListState.PROPOSED: N_("Diusulkan"),
    ListState.APPROVED: N_("Disetujui"),
    ListState.REFUSED: N_("Ditolak"),
    ListState.WITHDRAWN: N_("Ditarik"),
}


@dataclass(frozen=True)
class Definition:
    """All that a list follows from besides the people: the same definition draws the same list.

    `tree` is the rule as JSON, `area` the area it is for, `level` the level of quota areas, `total`
    how many households to select, `by_hand` the quotas when `method` says so, `score` by what it
    ranks, `weights` those of a mix, `areas` those of `area` that it is for, none for all of it.
    """

    tree: Mapping[str, Any]
    area: str
    method: Method
    level: Level
    total: int
    seed: str
    by_hand: Mapping[str, int]
    score: Score = Score.PPI
    weights: Mapping[str, int] = field(default_factory=dict)
    areas: tuple[str, ...] = ()

    @property
    def places(self) -> tuple[str, ...]:
        """The areas that the list is for, children included."""
        return self.areas or (self.area,)

    def as_json(self) -> str:
        """Return the definition as canonical JSON; that of a list by PPI names no score, and that
        of a whole area no parts of it, as they never did."""
        told = asdict(self)
        if not self.areas:
            del told["areas"]
        if self.score is Score.PPI:
            del told["score"], told["weights"]
        return json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def of_json(cls, told: Mapping[str, Any]) -> "Definition":
        """Return the definition of JSON; ValueError, KeyError or TypeError where it is none."""
        return cls(
            tree=told["tree"],
            area=str(told["area"]),
            method=Method(told["method"]),
            level=Level(told["level"]),
            total=int(told["total"]),
            seed=str(told["seed"]),
            by_hand={str(code): int(number) for code, number in told["by_hand"].items()},
            score=Score(told.get("score", Score.PPI)),
            weights={str(part): int(w) for part, w in told.get("weights", {}).items()},
            areas=tuple(map(str, told.get("areas", ()))),
        )


@dataclass(frozen=True)
class Listed:
    """A drawn list: the households of the area as columns, by what they were ranked, and the
    quotas that were used."""

    people: Population
    scores: Numbers
    drawn: Drawn
    quotas: Mapping[str, int]

    def counts(self) -> dict[str, int]:
        """Return how many households have which reason."""
        found = np.bincount(self.drawn.reasons, minlength=len(REASONS)).tolist()
        return {str(reason): int(found[place]) for place, reason in enumerate(REASONS)}


def needed_facts(definition: Definition, catalogue: Catalogue) -> tuple[Fact, ...]:
    """Return the facts that drawing reads; raises `InvalidRule`."""
    names = (
        *score_parts(definition.score, definition.weights),
        chance_fact(definition.score),
    )
    rule = rule_facts(definition.tree, catalogue)
    return tuple(dict.fromkeys((*rule, *(catalogue[name] for name in names))))


def rule_facts(tree: object, catalogue: Catalogue) -> tuple[Fact, ...]:
    """Return the facts that judging by a rule reads; raises `InvalidRule`."""
    return facts_of(read_condition(tree, catalogue))


def make_list(
    definition: Definition, people: Population, catalogue: Catalogue, *, tie: Lots | None = None
) -> Listed:
    """Draw the list from the people of its area; raises `InvalidRule`, and `InvalidData` where
    nobody there has the score.

    `tie` are the lots of all `people` under the definition's seed, when they were drawn before.
    """
    rule = read_condition(definition.tree, catalogue)
    here = inside(people, definition.places)
    truth = rule.judge(here)
    scores = need_of(definition.score, definition.weights, here)
    require_scores(definition.score, scores)
    groups = quota_areas(here.areas, definition)
    ranked = truth.yes & ~np.isnan(scores)
    chances: Numbers = here.household[chance_fact(definition.score)]
    quotas = quotas_of(definition, groups, chances, ranked)
    own = lots(here.keys, definition.seed) if tie is None else tie[people.among(definition.places)]
    drawn = draw(truth, scores, groups, quotas, own)
    return Listed(here, scores, drawn, quotas)


def inside(people: Population, areas: Sequence[str]) -> Population:
    """Return the people of some areas, children included."""
    part = people.among(areas)
    if isinstance(part, slice) and part == slice(0, len(people)):
        return people
    place = np.full(len(people), -1, dtype=np.intp)
    chosen = people.keys[part]
    place[part] = np.arange(len(chosen))
    home, family_home = place[people.home], place[people.family_home]
    mine, kin = home >= 0, family_home >= 0
    return Population(
        keys=chosen,
        areas=people.areas[part],
        home=home[mine],
        household={name: column[part] for name, column in people.household.items()},
        member={name: column[mine] for name, column in people.member.items()},
        family_home=family_home[kin],
        family={name: column[kin] for name, column in people.family.items()},
    )


def quota_areas(areas: Codes, definition: Definition) -> Codes:
    """Return the quota area of each household: its area at the level, "" for one quota over all."""
    if definition.method is Method.NONE:
        return np.zeros(len(areas), dtype="<U13")
    return areas.astype(f"<U{definition.level.code_length}")


def quotas_of(
    definition: Definition, groups: Codes, chances: Numbers, ranked: Any
) -> dict[str, int]:
    """Return how many each quota area selects, by the definition's method.

    Expected poor are the sum of probabilities over all scored households of an area, eligible or
    not: an area's need does not follow from the rule. Nobody gets more than they have eligible.
    """
    if definition.method is Method.BY_HAND:
        return dict(definition.by_hand)
    names, starts = runs(groups)
    places = np.repeat(np.arange(len(names)), np.diff([*starts, len(groups)]))
    eligible = np.bincount(places[ranked], minlength=len(names))
    caps = {str(name): int(number) for name, number in zip(names, eligible, strict=True)}
    if definition.method is Method.NONE:
        return {"": definition.total}
    if definition.method is Method.HOUSEHOLDS:
        weights = {name: float(number) for name, number in caps.items()}
    else:
        # In thousandths, so that sums do not depend on the order in which they were added.
        need = np.bincount(
            places, weights=np.rint(np.nan_to_num(chances) * 1e6), minlength=len(names)
        )
        weights = {str(name): float(value) for name, value in zip(names, need, strict=True)}
    return largest_remainder(definition.total, weights, caps)


def require_quotas(definition: Definition, listed: Listed) -> None:
    """Raise `InvalidData` for quotas by hand of areas without data or above who lives there."""
    if definition.method is not Method.BY_HAND:
        return
    names, starts = runs(quota_areas(listed.people.areas, definition))
    ends = [*starts[1:].tolist(), len(listed.people)]
    there = {
        str(name): end - start
        for name, start, end in zip(names, starts.tolist(), ends, strict=True)
    }
    empty = [code for code, quota in definition.by_hand.items() if quota and code not in there]
    if empty:
        raise InvalidData(NO_DATA, areas=", ".join(empty[:_NAMED]), n=len(empty))
    above = {c: q for c, q in definition.by_hand.items() if q > there.get(c, 0)}
    if above:
        code, quota = next(iter(above.items()))
        raise InvalidData(TOO_MANY, area=code, quota=quota, households=there[code])


def list_bytes(listed: Listed) -> bytes:
    """Return the list as CSV, by area and id: the same list gives the same bytes anywhere."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(list_rows(listed))
    return text.getvalue().encode()


def list_rows(listed: Listed) -> list[tuple[str, str, str, str, int, str]]:
    """Return one row per household of the area: `COLUMNS`, the score with six decimals."""
    reasons = [REASONS[place] for place in listed.drawn.reasons.tolist()]
    return [
        (key, area, str(STANDINGS[reason]), str(reason), rank, _decimal(score))
        for key, area, reason, rank, score in zip(
            listed.people.keys.tolist(),
            listed.people.areas.tolist(),
            reasons,
            listed.drawn.ranks.tolist(),
            listed.scores.tolist(),
            strict=True,
        )
    ]


def _decimal(score: float) -> str:
    return "" if score != score else f"{score:.6f}"


def list_hash(definition: Definition, snapshot: str, content: bytes) -> str:
    """Return the hash that stands for a list: of what it was drawn from and of what came out."""
    parts = (definition.as_json().encode(), snapshot.encode(), content)
    return sha256(b"".join(sha256(part).digest() for part in parts)).hexdigest()


def standing_of(reason_counts: Mapping[str, int], standing: Standing) -> int:
    """Return how many households have a standing, of the counts of a list."""
    return sum(reason_counts.get(r, 0) for r in REASONS if STANDINGS[r] is standing)

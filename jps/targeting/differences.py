"""What differs between two lists, household by household, and why. Pure.

Both lists are drawn again, so that their data, rules, ranks and quotas can be set against each
other. Where both rule and data changed, the later rule is judged on the earlier data: what then
stays as it was is due to the data, what changes is due to the rule.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from jps.targeting.conditions import Truth
from jps.targeting.drawing import REASONS, Reason, Standing
from jps.targeting.facts import Mask
from jps.targeting.quotas import Method
from jps.targeting.rules import Definition, Listed, quota_areas
from jps.text import N_


class Cause(StrEnum):
    """Why a household stands elsewhere on the later list."""

    NEW = "new"
    GONE = "gone"
    RULE = "rule"
    DATA = "data"
    SCORED = "scored"
    QUOTA = "quota"
    RANKING = "ranking"
    SCORE = "score"
    OTHERS = "others"


CAUSE_NAMES: Mapping[Cause, str] = {
    Cause.NEW: N_("Baru ada dalam data atau wilayah daftar ini"),
    Cause.GONE: N_("Tidak lagi ada dalam data atau wilayah daftar ini"),
    Cause.RULE: N_("Aturannya berubah"),
    Cause.DATA: N_("Datanya berubah, sehingga syaratnya dinilai lain"),
    Cause.SCORED: N_("Skornya baru ada, atau tidak ada lagi"),
    Cause.QUOTA: N_("Kuota wilayahnya berubah"),
    Cause.RANKING: N_("Cara mengurutkan berubah (skor, bobot atau undian)"),
    Cause.SCORE: N_("Skornya sendiri berubah"),
    Cause.OTHERS: N_("Urutannya bergeser karena rumah tangga lain"),
}


@dataclass(frozen=True)
class Side:
    """One of two lists: how it was defined and what was drawn; `truth` is of its own rule."""

    definition: Definition
    listed: Listed
    truth: Truth


@dataclass(frozen=True)
class Stand:
    """Where a household stands on one list. `quota` is that of its area; `rank` 0: excluded."""

    reason: Reason
    rank: int
    quota: int
    score: float | None


@dataclass(frozen=True)
class Change:
    """A household that came in (or went out) between two lists."""

    household: str
    area: str
    came_in: bool
    cause: Cause
    before: Stand | None
    after: Stand | None


@dataclass(frozen=True)
class Differences:
    """All changes by area and id, and how many are selected on both lists."""

    changes: tuple[Change, ...]
    stayed: int

    def counts(self) -> dict[Cause, tuple[int, int]]:
        """Return how many came in and went out, by cause, where there are any."""
        found = {cause: [0, 0] for cause in Cause}
        for change in self.changes:
            found[change.cause][0 if change.came_in else 1] += 1
        return {cause: (came, went) for cause, (came, went) in found.items() if came or went}


def compare(before: Side, after: Side, later_rule: Mask) -> Differences:
    """Return who is selected on one list only, and why.

    `later_rule` says whom the later rule surely lets in on the data of the earlier list.
    """
    old, new = (one.listed.people.keys for one in (before, after))
    _, here, there = np.intersect1d(old, new, assume_unique=True, return_indices=True)
    was, now = (one.listed.drawn.standing(Standing.SELECTED) for one in (before, after))
    stands = (_Stands(before), _Stands(after))
    changes = []
    for a, b in zip(here[was[here] != now[there]], there[was[here] != now[there]], strict=True):
        cause = _cause(before, after, stands, int(a), int(b), later=bool(later_rule[a]))
        changes.append(_change(before, stands, int(a), int(b), cause))
    alone = np.ones(len(old), dtype=bool)
    alone[here] = False
    for a in np.flatnonzero(was & alone):
        changes.append(_change(before, stands, int(a), None, Cause.GONE))
    alone = np.ones(len(new), dtype=bool)
    alone[there] = False
    for b in np.flatnonzero(now & alone):
        changes.append(_change(after, stands, None, int(b), Cause.NEW))
    changes.sort(key=lambda one: (one.area, one.household))
    return Differences(tuple(changes), int((was[here] & now[there]).sum()))


class _Stands:
    """The places of one list's households."""

    def __init__(self, side: Side) -> None:
        self._listed = side.listed
        self._groups = quota_areas(side.listed.people.areas, side.definition)

    def at(self, place: int) -> Stand:
        listed = self._listed
        score = float(listed.scores[place])
        return Stand(
            REASONS[int(listed.drawn.reasons[place])],
            int(listed.drawn.ranks[place]),
            max(0, listed.quotas.get(str(self._groups[place]), 0)),
            None if score != score else score,
        )


def _change(
    side: Side, stands: tuple[_Stands, _Stands], a: int | None, b: int | None, cause: Cause
) -> Change:
    people = side.listed.people
    place = a if a is not None else (b or 0)
    before = None if a is None else stands[0].at(a)
    after = None if b is None else stands[1].at(b)
    came = after is not None and after.reason is Reason.WITHIN_QUOTA
    return Change(str(people.keys[place]), str(people.areas[place]), came, cause, before, after)


def _cause(
    before: Side, after: Side, stands: tuple[_Stands, _Stands], a: int, b: int, *, later: bool
) -> Cause:
    """Return why a household that both lists know is selected on one only."""
    old, new = stands[0].at(a), stands[1].at(b)
    if (old.rank > 0) != (new.rank > 0):
        was, now = bool(before.truth.yes[a]), bool(after.truth.yes[b])
        if was == now:
            return Cause.SCORED
        return Cause.DATA if later == was else Cause.RULE
    if _divided(before.definition) != _divided(after.definition):
        return Cause.QUOTA
    came = new.reason is Reason.WITHIN_QUOTA
    # With its new rank under the old quota: in or out then as now means that the rank decided.
    if came == (new.rank <= old.quota):
        if _ranked(before.definition) != _ranked(after.definition):
            return Cause.RANKING
        return Cause.OTHERS if old.score == new.score else Cause.SCORE
    return Cause.QUOTA


def _divided(definition: Definition) -> int:
    """Return by what areas a list is divided: ranks in other areas cannot be compared."""
    return 0 if definition.method is Method.NONE else definition.level.code_length


def _ranked(definition: Definition) -> tuple[object, ...]:
    return definition.score, tuple(sorted(definition.weights.items())), definition.seed

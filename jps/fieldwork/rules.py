"""Rules of back-checks: whom to draw, what to ask again, what agrees. Pure."""

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from jps.identity.quality_rules import wilson
from jps.questionnaire import Question
from jps.text import N_

SIZE = "household_size"  # the one calculated answer that can be asked: how many live here
ASKED_TYPES = frozenset({"select_one", "integer"})
DEFAULT_QUESTIONS = (
    SIZE,
    "tenure",
    "floor_material",
    "water_source",
    "toilet",
    "asset_refrigerator",
    "asset_motorcycle",
    "aid_pkh",
)
MAX_QUESTIONS = 15
# How far apart two numbers may be and still agree, as a share; counts of people are exact.
TOLERANCE: Mapping[str, float] = {"floor_area": 0.2, "asset_land_area": 0.2}
REFUSED = "refused"  # in place of an answer

Item = TypeVar("Item")


class UnitKind(StrEnum):
    """What is compared with its like."""

    ENUMERATOR = "enumerator"
    VILLAGE = "village"


class CheckState(StrEnum):
    """Where a household of a back-check stands."""

    OPEN = "open"
    DONE = "done"
    NOBODY = "nobody"
    REFUSED = "refused"
    UNKNOWN = "unknown"


CHECK_STATE_NAMES: Mapping[CheckState, str] = {
    CheckState.OPEN: N_("Belum ditanya"),
    CheckState.DONE: N_("Selesai"),
    CheckState.NOBODY: N_("Tidak ada orang di rumah"),
    CheckState.REFUSED: N_("Menolak ditanya"),
    CheckState.UNKNOWN: N_("Rumah tangga tidak dikenal di alamat ini"),
}


class Kind(StrEnum):
    """Why two answers differ."""

    ERROR = "error"
    CHANGED = "changed"
    REFUSED = "refused"


KIND_NAMES: Mapping[Kind, str] = {
    Kind.ERROR: N_("Salah catat"),
    Kind.CHANGED: N_("Berubah sejak wawancara"),
    Kind.REFUSED: N_("Tidak dijawab"),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One question asked twice. `agrees` is None when the second was not answered."""

    question: str
    first: Any
    second: Any
    agrees: bool | None
    kind: Kind | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often two askings agree (0-1) with the 95 % interval of Wilson (1927); `of` answers."""

    of: int
    agree: int

    @property
    def share(self) -> float | None:
        """The share that agrees; None when nothing was compared."""
        return self.agree / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float]:
        """Between which shares the truth lies."""
        return wilson(self.agree / self.of if self.of else 0.0, self.of)


def can_be_asked(question: Question) -> bool:
    """Is this a question that can be asked again alone?"""
    if question.name == SIZE:
        return True
    return not question.in_roster and question.type in ASKED_TYPES and bool(question.labels)


def draw(
    groups: Mapping[str, Sequence[Item]], *, share: float, least: int, seed: int
) -> dict[str, list[Item]]:
    """Return the items drawn within every group: `share` of them, at least `least`, all if fewer.

    The same groups in the same order with the same seed give the same draw; a group's draw does not
    depend on the others.
    """
    drawn = {}
    for name, items in groups.items():
        size = min(len(items), max(least, math.ceil(share * len(items))))
        drawn[name] = random.Random(f"{seed} {name}").sample(list(items), size)
    return drawn


def assign(
    enumerators: Sequence[str], able: Sequence[Sequence[str]], load: Mapping[str, int]
) -> list[str | None]:
    """Return who asks each household: somebody able who did not enter it, with the least to do.

    `able` are the people who may go there; None where there is nobody else.
    """
    left = dict(load)
    chosen: list[str | None] = []
    for enumerator, people in zip(enumerators, able, strict=True):
        others = [one for one in people if one != enumerator]
        person = min(others, key=lambda one: (left.get(one, 0), one), default=None)
        if person is not None:
            left[person] = left.get(person, 0) + 1
        chosen.append(person)
    return chosen


def answers_agree(name: str, first: object, second: object) -> bool:
    """Do two answers say the same? Numbers may differ by the tolerance of their question."""
    if isinstance(first, int | float) and isinstance(second, int | float):
        return abs(first - second) <= TOLERANCE.get(name, 0.0) * max(abs(first), abs(second))
    return first == second


def differences(
    questions: Sequence[str],
    first: Mapping[str, Any],
    second: Mapping[str, Any],
    kinds: Mapping[str, str],
) -> list[Difference]:
    """Return every question that was asked twice, with what the office said of a difference."""
    found = []
    for name in questions:
        if name not in first or name not in second:
            continue
        one, other = first[name], second[name]
        if other == REFUSED:
            found.append(Difference(name, one, None, None, Kind.REFUSED))
        elif answers_agree(name, one, other):
            found.append(Difference(name, one, other, True, None))
        else:
            kind = Kind(kinds.get(name, Kind.ERROR))
            found.append(Difference(name, one, other, False, kind))
    return found


def agreement(found: Sequence[Difference]) -> Agreement:
    """Return the agreement of answers: what has changed since agrees, refusals are left out."""
    counted = [one for one in found if one.agrees is not None]
    right = sum(bool(one.agrees) or one.kind is Kind.CHANGED for one in counted)
    return Agreement(len(counted), right)

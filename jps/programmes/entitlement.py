"""What a family is entitled to by terms with components, from the answers about its members. Pure.

Which answers make somebody a pregnant woman, a small child, a pupil and so on stands in `KINDS`;
a component with another code is about something that nobody is asked.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeAlias

from jps.programmes.terms import Component, family_amount

Answers: TypeAlias = Mapping[str, Any]
_YES, _WOMAN, _ATTENDING, _UNABLE = "1", "2", "2", "1"
_DIFFICULTIES = (
    "seeing", "hearing", "walking", "hands", "learning", "behaviour", "speech", "self_care",
    "memory",
)  # fmt: skip
# Codes of `education_level`, equivalency packages and religious schools included.
_PRIMARY = frozenset({"1", "2", "3", "4", "5"})
_LOWER = frozenset({"6", "7", "8", "9", "10"})
_UPPER = frozenset({"11", "12", "13", "14", "15", "16", "17"})
ELDERLY = 60  # years, Permensos 1/2018


@dataclass(frozen=True, slots=True)
class Line:
    """One component: how many of the family are it, for how many is paid, and rupiah for those."""

    component: Component
    persons: int
    paid: int
    amount: int


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What one delivery to a family comes to; `unasked` are components nobody is asked about."""

    lines: tuple[Line, ...]
    unasked: tuple[Component, ...]

    @property
    def amount(self) -> int:
        """Rupiah of one delivery."""
        return sum(line.amount for line in self.lines)


def entitlement(
    components: Sequence[Component], members: Iterable[Answers], most: int | None = None
) -> Entitlement:
    """Return what a family gets for its members: each counts once, `most` of them in all.

    `members` are answers and calculated values of those who live with the family.
    """
    known = [one for one in components if one.code in KINDS]
    persons = counted(known, members)
    paid = {one.code: one for one in family_amount(known, persons, most)}
    lines = [
        Line(
            one,
            persons[one.code],
            paid[one.code].persons if one.code in paid else 0,
            paid[one.code].amount if one.code in paid else 0,
        )
        for one in known
        if persons[one.code]
    ]
    return Entitlement(tuple(lines), tuple(one for one in components if one not in known))


def counted(components: Sequence[Component], members: Iterable[Answers]) -> Counter[str]:
    """Return how many members count as each component, everybody as one of them alone.

    The dearest component takes whom it may, first those who are nothing else; who is left over
    because of its cap counts as the next, or, being nothing else, as the dearest that they are.
    """
    left = [codes for one in members if (codes := codes_of(components, one))]
    found: Counter[str] = Counter()
    dearest = sorted(components, key=lambda one: (-one.amount, one.code))
    for one in dearest:
        fit = sorted((codes for codes in left if one.code in codes), key=len)[: one.most]
        found[one.code] += len(fit)
        for codes in fit:
            left.remove(codes)
    for codes in left:
        found[next(one.code for one in dearest if one.code in codes)] += 1
    return found


def codes_of(components: Sequence[Component], member: Answers) -> frozenset[str]:
    """Return which of the components a member is."""
    try:
        age = int(member.get("age") or "")
    except ValueError:
        return frozenset()  # of unknown age
    return frozenset(one.code for one in components if KINDS[one.code](member, age))


def _pregnant(member: Answers, age: int) -> bool:
    return member.get("sex") == _WOMAN and 10 <= age <= 54 and member.get("pregnant") == _YES


def _small(member: Answers, age: int) -> bool:
    return age <= 6


def _pupil(levels: frozenset[str]) -> Callable[[Answers, int], bool]:
    def attends(member: Answers, age: int) -> bool:
        there = 6 <= age <= 21 and member.get("school_participation") == _ATTENDING
        return there and member.get("education_level") in levels

    return attends


def _old(member: Answers, age: int) -> bool:
    return age >= ELDERLY


def _unable(member: Answers, age: int) -> bool:
    return age >= 5 and any(member.get(f"difficulty_{one}") == _UNABLE for one in _DIFFICULTIES)


KINDS: Mapping[str, Callable[[Answers, int], bool]] = MappingProxyType(
    {
        "hamil": _pregnant,
        "usia-dini": _small,
        "sd": _pupil(_PRIMARY),
        "smp": _pupil(_LOWER),
        "sma": _pupil(_UPPER),
        "lansia": _old,
        "disabilitas": _unable,
    }
)

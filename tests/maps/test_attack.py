"""Hidden figures stay hidden from somebody who subtracts levels, programmes and complements."""

from collections import Counter
from collections.abc import Callable
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from jps.areas.rules import Level
from jps.maps.aid import Aid, parts
from jps.maps.figures import Tallies, Tally
from jps.maps.groups import Before, Group, Patterns, patterns, split_kinds
from jps.maps.hiding import Hidden
from jps.maps.programmes import OVERLAP
from jps.maps.room import clash
from jps.welfare.estimates import Sums
from tests.maps.attack import Attack, kinds

MINIMUM = 5
PROGRAMMES = ("bpnt", "pkh", "rice")
CLASHING = {frozenset(("bpnt", "rice")): True}
KINDS = kinds(PROGRAMMES)


def _receives(programme: str) -> Callable[[str], bool]:
    return lambda kind: kind != "" and programme in parts(kind)


PUBLISHED: dict[str, Callable[[str], bool]] = {
    "households": lambda kind: True,
    "reached": lambda kind: kind != "",
    OVERLAP: lambda kind: kind != "" and clash(frozenset(parts(kind)), CLASHING),
    **{programme: _receives(programme) for programme in PROGRAMMES},
}


def _others(figure: str) -> Callable[[str], bool]:
    """Return who is not counted in a figure, though they could be."""
    whole = PUBLISHED["households" if figure == "reached" else "reached"]
    return lambda kind: whole(kind) and not PUBLISHED[figure](kind)


FIGURES = PUBLISHED | {f"not {one}": _others(one) for one in PUBLISHED if one != "households"}

households = st.lists(
    st.sampled_from([0, 0, 0, 1, 2, 4, 6, 9, 15, 30]), min_size=len(KINDS), max_size=len(KINDS)
)
provinces = st.dictionaries(
    st.tuples(st.integers(1, 2), st.integers(1, 3), st.integers(1, 3)).map(
        lambda place: f"75.0{place[0]}.0{place[1]}.200{place[2]}"
    ),
    households,
    min_size=1,
    max_size=9,
)


def _tally(counts: list[int]) -> Tally:
    received = {kind: n for kind, n in zip(KINDS, counts, strict=True) if kind and n}
    aid = Aid(
        Counter(received),
        overlaps=sum(n for kind, n in received.items() if clash(frozenset(parts(kind)), CLASHING)),
        clashing=frozenset({frozenset({"bpnt", "rice"})}),
    )
    return Tally(households=sum(counts), aid=aid, by_household=Sums(sum(counts), sum(counts)))


def _count(counts: list[int], figure: str) -> int:
    return sum(n for kind, n in zip(KINDS, counts, strict=True) if FIGURES[figure](kind))


def _why(found: Patterns, figure: str, code: str, level: Level) -> Hidden | None:
    if figure == "households":
        return found.why(Group.REGISTRATION, code)
    if figure == "reached":
        return found.why(Group.REACH, code)
    return found.why_programme(figure, code, level)


@settings(max_examples=60)
@given(provinces)
def test_no_small_cell_is_derived_or_bounded_closely(province: dict[str, list[int]]) -> None:
    """Of a hidden cell below the minimum, at least that many more or less remain possible."""
    tallies = Tallies({code: _tally(counts) for code, counts in province.items()})
    found = patterns(tallies, minimum=MINIMUM)
    attack = Attack(sorted(province), FIGURES, KINDS)
    secrets = []
    for level in Level:
        for area in tallies.at(level):
            inside = [counts for code, counts in province.items() if code.startswith(area)]
            for figure in FIGURES:
                value = sum(_count(counts, figure) for counts in inside)
                hidden = _why(found, figure.removeprefix("not "), area, level)
                if not hidden and figure in PUBLISHED:
                    attack.publish(area, figure, value)
                elif hidden and 0 < value < MINIMUM:
                    secrets.append((area, figure))
                else:
                    assert hidden or value == 0 or value >= MINIMUM
    for area, figure in secrets if attack.known else ():
        low, high = attack.bounds(area, figure)
        assert high - low >= MINIMUM - 1e-6, (area, figure, low, high, attack.known)


SORTS = ("dead", "moved", "overlap", "twice")
SPLIT = {sort: (lambda kind, sort=sort: kind == sort) for sort in SORTS} | {"all": lambda _: True}
found_ones = st.lists(
    st.sampled_from([0, 0, 1, 3, 5, 9, 20]), min_size=len(SORTS), max_size=len(SORTS)
)
with_findings = st.dictionaries(
    st.tuples(st.integers(1, 2), st.integers(1, 3), st.integers(1, 3)).map(
        lambda place: f"75.0{place[0]}.0{place[1]}.200{place[2]}"
    ),
    found_ones,
    min_size=1,
    max_size=9,
)


@settings(max_examples=40)
@given(with_findings, st.sampled_from([0.0, 0.8]))
def test_no_small_kind_of_finding_is_derived(
    province: dict[str, list[int]], told_share: float
) -> None:
    tallies = Tallies(
        {
            code: Tally(
                households=100,
                aid=Aid(findings=sum(counts), kinds=Counter(dict(zip(SORTS, counts, strict=True)))),
            )
            for code, counts in province.items()
        }
    )
    with patch("jps.maps.groups.TOLD", told_share):
        found = patterns(tallies, minimum=MINIMUM)
    attack = Attack(sorted(province), dict(SPLIT), list(SORTS))
    secrets = []
    for level in Level:
        for area, tally in tallies.at(level).items():
            if not found.why(Group.FINDINGS, area):
                attack.publish(area, "all", tally.aid.findings)
            shown = not found.why(Group.KINDS, area)
            split = split_kinds(tally.aid.kinds, found.kinds[level])
            told = split if shown else {}
            for sort in SORTS:
                if sort in told:
                    attack.publish(area, sort, told[sort])
                elif 0 < tally.aid.kinds[sort] < MINIMUM:
                    secrets.append((area, sort))
            for value in told.values():
                assert value == 0 or value >= MINIMUM
    for area, sort in secrets if attack.known else ():
        low, high = attack.bounds(area, sort)
        assert high - low >= MINIMUM - 1e-6, (area, sort, low, high, attack.known)


counts = st.sampled_from([0, 1, 3, 4, 6, 9, 15, 30])
grown = st.dictionaries(
    st.tuples(st.integers(1, 2), st.integers(1, 2), st.integers(1, 3)).map(
        lambda place: f"75.0{place[0]}.0{place[1]}.200{place[2]}"
    ),
    st.tuples(counts.filter(bool), st.sampled_from([0, 0, 5, 8, 20])),
    min_size=2,
    max_size=8,
)
GROWN: dict[str, Callable[[str], int]] = {
    "then": lambda part: int(part == "there"),
    "now": lambda part: 1,
}


@settings(max_examples=40)
@given(grown)
def test_two_periods_together_give_no_small_number_away(
    province: dict[str, tuple[int, int]],
) -> None:
    """Somebody takes one from the other and supposes that no household has left."""
    then = Tallies({code: Tally(households=was) for code, (was, _) in province.items()})
    now = Tallies({code: Tally(households=was + more) for code, (was, more) in province.items()})
    first = patterns(then, minimum=MINIMUM)
    told = {
        "then": (then, first),
        "now": (now, patterns(now, minimum=MINIMUM, before=Before(then, first))),
    }
    attack = Attack(sorted(province), GROWN, ["there", "new"])
    secrets = []
    for figure, (tallies, found) in told.items():
        for level in Level:
            for area, tally in tallies.at(level).items():
                if not found.why(Group.REGISTRATION, area):
                    attack.publish(area, figure, tally.households)
                elif tally.households < MINIMUM:
                    secrets.append((area, figure))
    for area, figure in secrets if attack.known else ():
        low, high = attack.bounds(area, figure)
        assert high - low >= MINIMUM - 1e-6, (area, figure, low, high, attack.known)

"""Small populations for tests of targeting, and a slow judge that looks at one household."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from jps.targeting.facts import Fact, Kind, Population, Unit

COLOURS = {"1": "merah", "2": "biru", "3": "hijau"}
CATALOGUE = {
    fact.name: fact
    for fact in (
        Fact("size", "Jumlah anggota", Kind.NUMBER, Unit.HOUSEHOLD),
        Fact("room", "Luas lantai", Kind.NUMBER, Unit.HOUSEHOLD),
        Fact("floor", "Lantai", Kind.CODE, Unit.HOUSEHOLD, COLOURS),
        Fact("aid", "Bantuan", Kind.CODES, Unit.HOUSEHOLD, COLOURS),
        Fact("family_size", "Anggota keluarga", Kind.NUMBER, Unit.FAMILY),
        Fact("family_aid", "Bantuan keluarga", Kind.CODES, Unit.FAMILY, COLOURS),
        Fact("age", "Umur", Kind.NUMBER, Unit.MEMBER),
        Fact("sex", "Jenis kelamin", Kind.CODE, Unit.MEMBER, {"1": "laki-laki", "2": "perempuan"}),
    )
}
AREAS = ("75.01.01.2001", "75.01.02.2001", "75.02.01.2001", "75.71.01.1001")
NAMES = ("75", "75.01", "75.01.01", "75.02.01.2001", "75.71")
OPERATORS = ("=", "!=", "<", "<=", ">", ">=")


@dataclass(frozen=True)
class Home:
    """One household as plain values; None is unknown."""

    area: str
    facts: Mapping[str, Any]
    members: Sequence[Mapping[str, Any]]
    families: Sequence[Mapping[str, Any]] = ()


def population(homes: Sequence[Home]) -> Population:
    """Return the households as columns; they must stand in the order of their areas."""
    rows_of = {
        Unit.HOUSEHOLD: [one.facts for one in homes],
        Unit.FAMILY: [family for home in homes for family in home.families],
        Unit.MEMBER: [member for home in homes for member in home.members],
    }
    home = [place for place, one in enumerate(homes) for _ in one.members]
    kin = [place for place, one in enumerate(homes) for _ in one.families]
    columns: dict[Unit, dict[str, Any]] = {unit: {} for unit in Unit}
    for fact in CATALOGUE.values():
        rows = rows_of[fact.unit]
        columns[fact.unit][fact.name] = _column(fact, [row.get(fact.name) for row in rows])
    return Population(
        keys=np.array([f"h{place}" for place in range(len(homes))], dtype=np.str_),
        areas=np.array([one.area for one in homes], dtype="<U13"),
        home=np.array(home, dtype=np.intp),
        household=columns[Unit.HOUSEHOLD],
        member=columns[Unit.MEMBER],
        family_home=np.array(kin, dtype=np.intp),
        family=columns[Unit.FAMILY],
    )


def _column(fact: Fact, values: Sequence[Any]) -> Any:
    if fact.kind is Kind.NUMBER:
        return np.array([math.nan if one is None else one for one in values], dtype=np.float64)
    if fact.kind is Kind.CODE:
        return np.array([-1 if one is None else fact.place(one) for one in values], dtype=np.int16)
    bits = [sum(1 << fact.place(code) for code in one or ()) for one in values]
    return np.array(bits, dtype=np.uint64)


_numbers = st.one_of(st.none(), st.integers(0, 6))
_colours = st.one_of(st.none(), st.sampled_from(sorted(COLOURS)))
_members = st.fixed_dictionaries(
    {"age": _numbers, "sex": st.one_of(st.none(), st.sampled_from(["1", "2"]))}
)
_families = st.fixed_dictionaries(
    {
        "family_size": _numbers,
        "family_aid": st.one_of(st.none(), st.lists(st.sampled_from("123"), unique=True)),
    }
)
homes = st.lists(
    st.builds(
        Home,
        st.sampled_from(AREAS),
        st.fixed_dictionaries(
            {
                "size": _numbers,
                "room": _numbers,
                "floor": _colours,
                "aid": st.one_of(st.none(), st.lists(st.sampled_from("123"), unique=True)),
            }
        ),
        st.lists(_members, max_size=3),
        st.lists(_families, max_size=2),
    ),
    max_size=6,
).map(lambda found: sorted(found, key=lambda home: home.area))


def _compared(names: tuple[str, ...]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "fact": st.sampled_from(names),
            "is": st.sampled_from(OPERATORS),
            "value": st.integers(0, 6),
        }
    )


def _coded(names: tuple[str, ...], codes: str) -> st.SearchStrategy[dict[str, Any]]:
    one = st.fixed_dictionaries(
        {
            "fact": st.sampled_from(names),
            "is": st.sampled_from(["=", "!="]),
            "value": st.sampled_from(codes),
        }
    )
    many = st.fixed_dictionaries(
        {
            "fact": st.sampled_from(names),
            "is": st.just("in"),
            "value": st.lists(st.sampled_from(codes), min_size=1),
        }
    )
    return st.one_of(one, many)


_terms: st.SearchStrategy[Any] = st.fixed_dictionaries(
    {
        "term": st.sampled_from(["add", "subtract", "multiply", "divide"]).flatmap(
            lambda name: st.fixed_dictionaries({name: st.just(["room", "size"])})
        ),
        "is": st.sampled_from(OPERATORS),
        "value": st.integers(-2, 8),
    }
)


def _combined(parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    many = st.lists(parts, min_size=1, max_size=3)
    return st.one_of(
        many.map(lambda found: {"all": found}),
        many.map(lambda found: {"any": found}),
        parts.map(lambda found: {"not": found}),
    )


member_rules = st.recursive(
    st.one_of(_compared(("age",)), _coded(("sex",), "12")), _combined, max_leaves=4
)
family_rules = st.recursive(
    st.one_of(_compared(("family_size",)), _coded(("family_aid",), "123")), _combined, max_leaves=3
)


def _counted(name: str, inside: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {name: inside, "is": st.sampled_from(OPERATORS), "value": st.integers(0, 3)}
    )


rules = st.recursive(
    st.one_of(
        _compared(("size", "room")),
        _coded(("floor", "aid"), "123"),
        _terms,
        st.lists(st.sampled_from(NAMES), min_size=1).map(lambda codes: {"area": codes}),
        _counted("members", member_rules),
        _counted("families", family_rules),
    ),
    _combined,
    max_leaves=6,
)

_COMPARE = {
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def judge_one(rule: Mapping[str, Any], facts: Mapping[str, Any], home: Home) -> bool | None:
    """Return what a rule says of one household or member; None when it cannot be known."""
    if "all" in rule:
        found = [judge_one(part, facts, home) for part in rule["all"]]
        return False if False in found else (None if None in found else True)
    if "any" in rule:
        found = [judge_one(part, facts, home) for part in rule["any"]]
        return True if True in found else (None if None in found else False)
    if "not" in rule:
        one = judge_one(rule["not"], facts, home)
        return None if one is None else not one
    if "area" in rule:
        return any(home.area == code or home.area.startswith(code + ".") for code in rule["area"])
    if "members" in rule:
        return _count(rule, "members", home.members, home)
    if "families" in rule:
        return _count(rule, "families", home.families, home)
    value = facts.get(rule["fact"]) if "fact" in rule else _computed(rule["term"], facts)
    if value is None or value == []:
        return None
    return _holds(rule, value)


def _holds(rule: Mapping[str, Any], value: Any) -> bool:
    if isinstance(value, int | float):
        return bool(_COMPARE[rule["is"]](value, rule["value"]))
    asked = rule["value"] if rule["is"] == "in" else [rule["value"]]
    has = bool(set(asked) & set(value if isinstance(value, list) else [value]))
    return not has if rule["is"] == "!=" else has


def _computed(term: Mapping[str, Any], facts: Mapping[str, Any]) -> float | None:
    (name, (left, right)) = next(iter(term.items()))
    a, b = facts.get(left), facts.get(right)
    if a is None or b is None or (name == "divide" and b == 0):
        return None
    found: float = {
        "add": lambda: a + b,
        "subtract": lambda: a - b,
        "multiply": lambda: a * b,
        "divide": lambda: a / b,
    }[name]()
    return found


def _count(
    rule: Mapping[str, Any], name: str, rows: Sequence[Mapping[str, Any]], home: Home
) -> bool | None:
    found = [judge_one(rule[name], row, home) for row in rows]
    least = found.count(True)
    possible = {
        _COMPARE[rule["is"]](number, rule["value"])
        for number in range(least, least + found.count(None) + 1)
    }
    return possible.pop() if len(possible) == 1 else None

"""The builder page's rows and the rule they stand for. Pure.

A row is one condition on a household, or on how many of its members; rows are joined by "all" or
"any", areas stand beside them. Rules that are deeper than that are written as JSON.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from jps.targeting.facts import Catalogue, Kind, Unit

MOST_ROWS = 12
COUNTED = {Unit.MEMBER: "members", Unit.FAMILY: "families"}  # where a row counts how many meet it


@dataclass(frozen=True)
class BuilderRow:
    """One condition as typed: all texts. `least` counts members or families, for their facts."""

    fact: str = ""
    operator: str = ""
    value: str = ""
    least: str = "1"


@dataclass(frozen=True)
class Built:
    """What the builder shows: rows, how they are joined, and the areas."""

    rows: tuple[BuilderRow, ...] = ()
    join: str = "all"
    areas: tuple[str, ...] = ()


def tree_of(built: Built, catalogue: Catalogue) -> dict[str, Any]:
    """Return the rule of the rows that name a fact; what is wrong in them is left to the reader."""
    parts = [_condition(row, catalogue) for row in built.rows if row.fact]
    rule: dict[str, Any] = {built.join: parts}
    if not built.areas:
        return rule if parts else {"all": []}
    place = {"area": list(built.areas)}
    return {"all": [place, rule] if parts else [place]}


def wrong_value(built: Built, catalogue: Catalogue) -> int | None:
    """Return which of the rows that name a fact, from one, compares a number with what is none."""
    for place, row in enumerate((row for row in built.rows if row.fact), start=1):
        fact = catalogue.get(row.fact)
        if fact and fact.kind is Kind.NUMBER and isinstance(_number(row.value), str):
            return place
    return None


def _condition(row: BuilderRow, catalogue: Catalogue) -> dict[str, Any]:
    fact = catalogue.get(row.fact)
    value: Any = row.value
    if fact is None or fact.kind is Kind.NUMBER:
        value = _number(row.value)
    found = {"fact": row.fact, "is": row.operator or "=", "value": value}
    if fact is None or fact.unit is Unit.HOUSEHOLD:
        return found
    return {COUNTED[fact.unit]: found, "is": ">=", "value": _number(row.least)}


def _number(text: str) -> Any:
    """Return the number of a text with a comma or a point, else the text itself."""
    try:
        found = float(text.strip().replace(",", "."))
    except ValueError:
        return text
    if not isfinite(found):
        return text
    return int(found) if found == int(found) else found


def built_of(tree: Mapping[str, Any]) -> Built | None:
    """Return the rows of a rule that the builder can show, None for one that is deeper."""
    areas: tuple[str, ...] = ()
    parts = tree.get("all")
    if isinstance(parts, list) and parts and isinstance(parts[0], Mapping) and "area" in parts[0]:
        areas, rest = tuple(parts[0]["area"]), parts[1:]
        if not rest:
            return Built((), "all", areas)
        if len(rest) != 1 or not isinstance(rest[0], Mapping):
            return None
        tree = rest[0]
    join = next((name for name in ("all", "any") if name in tree), "")
    if not join:
        return None
    rows = [_row(part) for part in tree[join]]
    found = [row for row in rows if row is not None]
    return Built(tuple(found), join, areas) if len(found) == len(rows) else None


def _row(part: Mapping[str, Any]) -> BuilderRow | None:
    least = "1"
    for name in COUNTED.values():
        if name in part:
            if part["is"] != ">=" or not isinstance(part[name], Mapping):
                return None
            least, part = _text(part["value"]), part[name]
            break
    if "fact" not in part or part["is"] == "in":
        return None
    return BuilderRow(part["fact"], part["is"], _text(part["value"]), least)


def _text(value: object) -> str:
    return f"{value:g}".replace(".", ",") if isinstance(value, int | float) else str(value)


def read_rows(given: Mapping[str, Sequence[str]]) -> Built:
    """Return what a form sent: lists `fact`, `is`, `value`, `least` of equal places, `join`,
    `area`."""
    columns = [list(given.get(name, ())) for name in ("fact", "is", "value", "least")]
    length = min(len(columns[0]), MOST_ROWS)
    filled = [column + [""] * (length - len(column)) for column in columns]
    rows = tuple(BuilderRow(*row) for row in zip(*(c[:length] for c in filled), strict=True))
    join = "any" if list(given.get("join", ())) == ["any"] else "all"
    return Built(rows, join, tuple(given.get("area", ())))

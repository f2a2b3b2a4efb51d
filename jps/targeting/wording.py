"""Rules in plain words, as a nested list that a page shows. Pure.

Words are templates to be translated, filled with labels, codes and numbers.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from jps.targeting.conditions import (
    All,
    AnyOf,
    Compare,
    Condition,
    HasCode,
    InArea,
    Members,
    Not,
    Term,
)
from jps.targeting.facts import Unit
from jps.text import N_


@dataclass(frozen=True)
class Phrase:
    """A line about a rule: a template with what fills it, and the lines below it."""

    text: str
    params: Mapping[str, object] = field(default_factory=dict)
    below: tuple["Phrase", ...] = ()


OPERATOR_WORDS: Mapping[str, str] = {
    "=": N_("sama dengan"),
    "!=": N_("bukan"),
    "<": N_("kurang dari"),
    "<=": N_("paling banyak"),
    ">": N_("lebih dari"),
    ">=": N_("paling sedikit"),
}
_COMPARED: Mapping[str, str] = {
    "=": N_("{what} sama dengan {value}"),
    "!=": N_("{what} bukan {value}"),
    "<": N_("{what} kurang dari {value}"),
    "<=": N_("{what} paling banyak {value}"),
    ">": N_("{what} lebih dari {value}"),
    ">=": N_("{what} paling sedikit {value}"),
}
_COUNTED: Mapping[str, str] = {
    "=": N_("Tepat {value} anggota memenuhi:"),
    "!=": N_("Jumlah anggota yang memenuhi bukan {value}:"),
    "<": N_("Kurang dari {value} anggota memenuhi:"),
    "<=": N_("Paling banyak {value} anggota memenuhi:"),
    ">": N_("Lebih dari {value} anggota memenuhi:"),
    ">=": N_("Paling sedikit {value} anggota memenuhi:"),
}
_FAMILIES: Mapping[str, str] = {
    "=": N_("Tepat {value} keluarga memenuhi:"),
    "!=": N_("Jumlah keluarga yang memenuhi bukan {value}:"),
    "<": N_("Kurang dari {value} keluarga memenuhi:"),
    "<=": N_("Paling banyak {value} keluarga memenuhi:"),
    ">": N_("Lebih dari {value} keluarga memenuhi:"),
    ">=": N_("Paling sedikit {value} keluarga memenuhi:"),
}
_SIGNS = {"add": "+", "subtract": "-", "multiply": "×", "divide": "÷"}


def phrase(condition: Condition, names: Mapping[str, str] | None = None) -> Phrase:
    """Return a condition in words; `names` are areas by code, a code stands for itself."""
    known = names or {}
    match condition:
        case All(parts=parts):
            return _group(N_("Semua ini:"), [phrase(part, known) for part in parts])
        case AnyOf(parts=parts):
            return _group(N_("Salah satu dari ini:"), [phrase(part, known) for part in parts])
        case Not(part=HasCode() as part):
            return _coded(part, N_("{what} bukan {codes}"))
        case Not(part=part):
            return Phrase(N_("Bukan:"), below=(phrase(part, known),))
        case InArea(codes=codes):
            listed = ", ".join(known.get(code, code) for code in codes)
            return Phrase(N_("Tinggal di {areas}"), {"areas": listed})
        case HasCode():
            is_asked = condition.fact.label.endswith("?")
            return _coded(condition, N_("{what} {codes}") if is_asked else N_("{what}: {codes}"))
        case Compare(term=term, operator=operator, value=value):
            given = {"what": _term(term, outermost=True), "value": _number(value)}
            return Phrase(_COMPARED[operator], given)
        case Members(condition=inside, operator=operator, value=value, unit=unit):
            text = (_FAMILIES if unit is Unit.FAMILY else _COUNTED)[operator]
            told = phrase(inside, known)
            below = told.below if isinstance(inside, All) and told.below else (told,)
            return Phrase(text, {"value": _number(value)}, below)
    raise TypeError(type(condition).__name__)


def _group(text: str, parts: list[Phrase]) -> Phrase:
    """Return the lines under one heading: a line alone needs none, the same heading joins in."""
    if len(parts) == 1:
        return parts[0]
    lines = [line for part in parts for line in (part.below if part.text == text else (part,))]
    return Phrase(text, below=tuple(lines))


def _coded(condition: HasCode, text: str) -> Phrase:
    labels = " / ".join(condition.fact.choices[code] for code in condition.codes)
    return Phrase(text, {"what": condition.fact.label, "codes": labels})


def _term(term: Term, *, outermost: bool = False) -> str:
    if term.fact is not None:
        return term.fact.label
    if not term.operation:
        return _number(term.constant)
    left, right = (_term(part) for part in term.parts)
    text = f"{left} {_SIGNS[term.operation]} {right}"
    return text if outermost else f"({text})"


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else f"{value:g}".replace(".", ",")

"""From JSON to a condition, or to a message that says where it is wrong. Pure."""

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from jps.errors import InvalidData
from jps.targeting.conditions import (
    DEEPEST,
    MOST,
    All,
    AnyOf,
    Compare,
    Condition,
    HasCode,
    InArea,
    InvalidRule,
    Members,
    Not,
    Term,
    is_area_code,
)
from jps.targeting.facts import Catalogue, Fact, Kind, Unit
from jps.text import N_

OPERATORS = ("=", "!=", "<", "<=", ">", ">=")
ARITHMETIC = ("add", "subtract", "multiply", "divide")

NOT_OBJECT = N_("Setiap syarat harus berupa satu objek.")
NOT_ONE = N_(
    "Syarat harus memuat tepat satu dari: all, any, not, area, fact, term, members, families."
)
NOT_LIST = N_("Isi {name} harus berupa daftar yang tidak kosong.")
TOO_DEEP = N_("Syarat bertumpuk terlalu dalam: paling banyak {limit} tingkat.")
TOO_MANY = N_("Aturan terlalu panjang: paling banyak {limit} syarat.")
NO_FACT = N_("Fakta {name} tidak dikenal.")
WRONG_UNIT: Mapping[Unit, str] = {
    Unit.MEMBER: N_("Fakta {name} adalah fakta anggota; pakai di dalam members."),
    Unit.FAMILY: N_("Fakta {name} adalah fakta keluarga; pakai di dalam families."),
}
WRONG_UNIT_INSIDE: Mapping[Unit, str] = {
    Unit.MEMBER: N_("Di dalam members hanya fakta anggota yang dapat dipakai, bukan {name}."),
    Unit.FAMILY: N_("Di dalam families hanya fakta keluarga yang dapat dipakai, bukan {name}."),
}
NO_OPERATOR = N_("Pembanding {name} tidak dapat dipakai di sini.")
NO_CODE = N_("Kode {code} tidak ada dalam pilihan {name}.")
NOT_NUMBER = N_("Nilai pembanding harus berupa angka.")
NOT_NUMERIC = N_("Fakta {name} bukan angka, tidak dapat dihitung.")
NO_AREA = N_("Kode wilayah {code} tidak dikenal.")
NESTED = N_("members dan families tidak dapat dipakai di dalam members atau families.")
EMPTY_TERM = N_("Perhitungan harus memuat paling sedikit satu fakta.")


def read_condition(
    raw: object, catalogue: Catalogue, *, areas: frozenset[str] | None = None
) -> Condition:
    """Return the condition of a JSON tree; raises `InvalidRule`.

    `areas` are the codes that exist, None when any well-formed code will do.
    """
    return _Reader(catalogue, areas).read(raw, "rule", Unit.HOUSEHOLD, 1)


@contextmanager
def rule_problems() -> Iterator[None]:
    """Turn what is wrong with a rule into `InvalidData` that says where."""
    try:
        yield
    except InvalidRule as error:
        raise InvalidData(error.message, {error.path: [error.message]}, **error.params) from None


class _Reader:
    """Reads one rule and counts its parts."""

    def __init__(self, catalogue: Catalogue, areas: frozenset[str] | None) -> None:
        self._catalogue, self._areas = catalogue, areas
        self._count = 0

    def read(self, raw: object, path: str, unit: Unit, depth: int) -> Condition:
        if not isinstance(raw, Mapping):
            raise InvalidRule(path, NOT_OBJECT)
        self._count += 1
        if depth > DEEPEST:
            raise InvalidRule(path, TOO_DEEP, limit=DEEPEST)
        if self._count > MOST:
            raise InvalidRule(path, TOO_MANY, limit=MOST)
        readers = {
            "all": self._parts,
            "any": self._parts,
            "not": self._not,
            "area": self._area,
            "fact": self._fact,
            "term": self._term,
            "members": self._members,
            "families": self._members,
        }
        found = [name for name in readers if name in raw]
        if len(found) != 1:
            raise InvalidRule(path, NOT_ONE)
        return readers[found[0]](raw, f"{path}.{found[0]}", unit, depth)

    def _parts(self, raw: Mapping[str, Any], path: str, unit: Unit, depth: int) -> Condition:
        name = "all" if "all" in raw else "any"
        if not isinstance(raw[name], list) or not raw[name]:
            raise InvalidRule(path, NOT_LIST, name=name)
        parts = tuple(
            self.read(part, f"{path}[{place}]", unit, depth + 1)
            for place, part in enumerate(raw[name])
        )
        return All(parts, unit) if name == "all" else AnyOf(parts, unit)

    def _not(self, raw: Mapping[str, Any], path: str, unit: Unit, depth: int) -> Condition:
        return Not(self.read(raw["not"], path, unit, depth + 1))

    def _area(self, raw: Mapping[str, Any], path: str, unit: Unit, _depth: int) -> Condition:
        codes = raw["area"]
        if unit is not Unit.HOUSEHOLD:
            raise InvalidRule(path, WRONG_UNIT_INSIDE[unit], name="area")
        if not isinstance(codes, list) or not codes:
            raise InvalidRule(path, NOT_LIST, name="area")
        for code in codes:
            if not is_area_code(code) or (self._areas is not None and code not in self._areas):
                raise InvalidRule(path, NO_AREA, code=str(code)[:20])
        return InArea(tuple(codes))

    def _fact(self, raw: Mapping[str, Any], path: str, unit: Unit, _depth: int) -> Condition:
        fact = self._known(raw["fact"], path, unit)
        operator, value = raw.get("is"), raw.get("value")
        if fact.kind is Kind.NUMBER:
            return Compare(Term(fact=fact), *self._comparison(operator, value, path))
        codes = value if operator == "in" else [value]
        if operator not in {"=", "!=", "in"}:
            raise InvalidRule(path, NO_OPERATOR, name=str(operator)[:10])
        if not isinstance(codes, list) or not codes:
            raise InvalidRule(path, NOT_LIST, name="value")
        for code in codes:
            if code not in fact.choices:
                raise InvalidRule(path, NO_CODE, code=str(code)[:20], name=fact.name)
        found = HasCode(fact, tuple(codes))
        return Not(found) if operator == "!=" else found

    def _term(self, raw: Mapping[str, Any], path: str, unit: Unit, _depth: int) -> Condition:
        term = self._read_term(raw["term"], path, unit, 1)
        if not term.facts:
            raise InvalidRule(path, EMPTY_TERM)
        return Compare(term, *self._comparison(raw.get("is"), raw.get("value"), path))

    def _read_term(self, raw: object, path: str, unit: Unit, depth: int) -> Term:
        if depth > DEEPEST:
            raise InvalidRule(path, TOO_DEEP, limit=DEEPEST)
        if isinstance(raw, str):
            fact = self._known(raw, path, unit)
            if fact.kind is not Kind.NUMBER:
                raise InvalidRule(path, NOT_NUMERIC, name=fact.name)
            return Term(fact=fact)
        if isinstance(raw, Mapping) and len(raw) == 1:
            operation, parts = next(iter(raw.items()))
            if operation in ARITHMETIC and isinstance(parts, list) and len(parts) == 2:
                read = (self._read_term(part, path, unit, depth + 1) for part in parts)
                return Term(operation=operation, parts=tuple(read))
        return Term(constant=_number(raw, path))

    def _members(self, raw: Mapping[str, Any], path: str, unit: Unit, depth: int) -> Condition:
        if unit is not Unit.HOUSEHOLD:
            raise InvalidRule(path, NESTED)
        name, whose = ("members", Unit.MEMBER) if "members" in raw else ("families", Unit.FAMILY)
        inside = self.read(raw[name], path, whose, depth + 1)
        return Members(inside, *self._comparison(raw.get("is"), raw.get("value"), path), whose)

    def _known(self, name: object, path: str, unit: Unit) -> Fact:
        fact = self._catalogue.get(name) if isinstance(name, str) else None
        if fact is None:
            raise InvalidRule(path, NO_FACT, name=str(name)[:40])
        if fact.unit is not unit:
            message = WRONG_UNIT[fact.unit] if unit is Unit.HOUSEHOLD else WRONG_UNIT_INSIDE[unit]
            raise InvalidRule(path, message, name=fact.name)
        return fact

    def _comparison(self, operator: object, value: object, path: str) -> tuple[str, float]:
        if not isinstance(operator, str) or operator not in OPERATORS:
            raise InvalidRule(path, NO_OPERATOR, name=str(operator)[:10])
        return operator, _number(value, path)


def _number(raw: object, path: str) -> float:
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not math.isfinite(raw):
        raise InvalidRule(path, NOT_NUMBER)
    return float(raw)

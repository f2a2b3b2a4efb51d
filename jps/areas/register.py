"""The official areas as a look-up: what a code of either system means, and where it lies."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from jps.areas.names import Agreement, comparable, compare
from jps.areas.rules import CodeSystem, Level, bps_code, dotted, parent_of

_KECAMATAN_DIGITS = 7  # of a BPS code; a desa's code begins with its kecamatan's


@dataclass(frozen=True)
class KnownArea:
    """An official area as far as boundaries need it."""

    code: str
    level: Level
    names: tuple[str, ...]
    bps_code: str | None = None
    km2: float | None = None
    lat: float | None = None
    lon: float | None = None

    @property
    def name(self) -> str:
        """The official name."""
        return self.names[0]


@dataclass(frozen=True)
class Register:
    """All official areas by Kemendagri code."""

    areas: Mapping[str, KnownArea]

    @classmethod
    def of(cls, areas: Iterable[KnownArea]) -> "Register":
        """Return the register of `areas`."""
        return cls({area.code: area for area in areas})

    @cached_property
    def by_bps(self) -> dict[str, KnownArea]:
        """The areas whose BPS code is known, by it."""
        return {area.bps_code: area for area in self.areas.values() if area.bps_code}

    @cached_property
    def children(self) -> dict[str, list[KnownArea]]:
        """The areas one level below, by code."""
        below: dict[str, list[KnownArea]] = {}
        for area in self.areas.values():
            below.setdefault(parent_of(area.code) or "", []).append(area)
        return below

    @cached_property
    def all_names(self) -> frozenset[str]:
        """Every known name in comparable form."""
        return frozenset(comparable(name) for area in self.areas.values() for name in area.names)

    def at(self, level: Level, *, like: Iterable[str] = ()) -> list[KnownArea]:
        """Return the areas of `level` in the provinces of the codes `like`."""
        provinces = {code[: Level.PROVINSI.code_length] for code in like}
        return [
            area
            for area in self.areas.values()
            if area.level is level and area.code[: Level.PROVINSI.code_length] in provinces
        ]

    def resolve(self, value: str, name: str, system: CodeSystem) -> KnownArea | None:
        """Return the area that `value` means in `system`, None when nobody knows it.

        BPS codes of desa are seldom known: then the kecamatan comes from the code and the desa
        from its name within it.
        """
        if system is CodeSystem.KEMENDAGRI:
            return self.areas.get(dotted(value) or "")
        code = bps_code(value) or ""
        return self.by_bps.get(code) or self._desa_by_name(code, name)

    def _desa_by_name(self, code: str, name: str) -> KnownArea | None:
        kecamatan = self.by_bps.get(code[:_KECAMATAN_DIGITS])
        if kecamatan is None or len(code) <= _KECAMATAN_DIGITS:
            return None
        for wanted in (Agreement.SAME, Agreement.SPELLING):
            found = [
                area
                for area in self.children.get(kecamatan.code, [])
                if compare(name, area.names) >= wanted
            ]
            if len(found) == 1:
                return found[0]
        return None

    def is_code(self, value: str, system: CodeSystem) -> bool:
        """Whether `value` belongs to a known area, a desa of BPS by its kecamatan alone."""
        if system is CodeSystem.KEMENDAGRI:
            return (dotted(value) or "") in self.areas
        code = bps_code(value) or ""
        return code in self.by_bps or (
            len(code) > _KECAMATAN_DIGITS and code[:_KECAMATAN_DIGITS] in self.by_bps
        )

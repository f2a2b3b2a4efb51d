"""From a code, four numbers or four names to the area they mean."""

from collections.abc import Iterable
from dataclasses import dataclass

from jps.areas.models import Area
from jps.areas.names import Agreement, comparable, compare
from jps.areas.rules import Level, dotted, lineage
from jps.text import N_

NO_SUCH_CODE = N_("kode wilayah tidak dikenal")
BPS_CODE = N_("kode wilayah ini kode BPS, bukan Kemendagri")
NO_SUCH_NAME = N_("nama wilayah tidak ditemukan")


@dataclass(frozen=True)
class Place:
    """The area found ("" for none), what was wrong on the way, and what may be meant."""

    code: str
    reason: str = ""
    suggestion: str = ""


class AreaBook:
    """All known areas, asked by code or by names; remembers its answers."""

    def __init__(self, areas: Iterable[Area]) -> None:
        self._names: dict[str, tuple[str, ...]] = {}
        self._children: dict[str, list[str]] = {}
        self._bps: set[str] = set()
        for area in areas:
            self._names[area.code] = area.names
            self._children.setdefault(area.parent_code or "", []).append(area.code)
            if area.bps_code:
                self._bps.add(area.bps_code)
        self._by_code: dict[str, Place] = {}
        self._by_name: dict[tuple[str, ...], Place] = {}

    def by_code(self, text: str) -> Place:
        """Return the area of a Kemendagri code, with or without dots; "" means no area.

        A code of a province whose areas are not loaded is believed. Of an unknown code inside a
        known province the part that exists is kept.
        """
        if text not in self._by_code:
            self._by_code[text] = self._find_code(text)
        return self._by_code[text]

    def by_numbers(self, numbers: tuple[str, ...]) -> Place:
        """Return the area of the numbers of province, kabupaten, kecamatan, desa (75, 1, 1, 2001).

        The first missing number ends the code.
        """
        parts = []
        for number, width in zip(numbers, (2, 2, 2, 4), strict=False):
            bare = number.removesuffix(".0")
            if not bare.strip("0"):
                break
            parts.append(bare.zfill(width))
        return self.by_code(".".join(parts))

    def by_names(self, names: tuple[str, ...]) -> Place:
        """Return the area of the names of province, kabupaten, kecamatan and desa.

        An empty name is skipped when the next one is unique below; without any name, no area.
        """
        if names not in self._by_name:
            self._by_name[names] = self._find_names(names)
        return self._by_name[names]

    def _find_code(self, text: str) -> Place:
        if not text:
            return Place("")
        code = dotted(text)
        if code is None:
            return Place("", NO_SUCH_CODE)
        if code in self._names or code[:2] not in self._names:
            return Place(code)
        known = [part for part in lineage(code) if part in self._names]
        reason = BPS_CODE if code.replace(".", "") in self._bps else NO_SUCH_CODE
        return Place(known[-1], reason, known[-1])

    def _find_names(self, names: tuple[str, ...]) -> Place:
        places = [""]
        for level, name in zip(Level, names, strict=False):
            below = [code for place in places for code in self._below(place, level)]
            if not name:
                places = below
                continue
            found = self._alike(name, below)
            if len(found) != 1:
                kept = _common(places)
                return Place(kept, NO_SUCH_NAME, self._nearest(name, below))
            places = found
        return Place(_common(places) if any(names) else "")

    def _below(self, place: str, level: Level) -> list[str]:
        return [c for c in self._children.get(place, []) if len(c) == level.code_length]

    def _alike(self, name: str, codes: list[str]) -> list[str]:
        """Return the areas of that very name, else those of a like spelling."""
        agreed = {code: compare(name, self._names[code]) for code in codes}
        best = max(agreed.values(), default=Agreement.DIFFERENT)
        if best is Agreement.DIFFERENT:
            return []
        return [code for code, agreement in agreed.items() if agreement is best]

    def _nearest(self, name: str, codes: list[str]) -> str:
        start = comparable(name)[:3]
        likely = [code for code in codes if comparable(self._names[code][0]).startswith(start)]
        return "; ".join(f"{self._names[code][0]} ({code})" for code in likely[:3])


def _common(codes: list[str]) -> str:
    """Return the code that all of `codes` share, whole levels only: the area that holds them."""
    if not codes:
        return ""
    shared = set(lineage(codes[0])) if codes[0] else set()
    for code in codes[1:]:
        shared &= set(lineage(code))
    return max(shared, key=len, default="")

"""Figures hidden one by one in a tree of areas, with the proof that they stay hidden. Pure.

A *way* is a step that can be taken back and forth in the lowest areas and changes only its own
figures, all by the same number (`jps.maps.room`). Where its figures are all hidden it may go on as
long as every shown area above keeps its sum. What is left for an area follows exactly by going up
the tree once and down once. A small number is safe when one way alone leaves the minimum open; what
nobody knows of the other figures only adds to that.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from jps.areas.rules import parent_of
from jps.maps.hiding import EVERYTHING, Hidden


@dataclass(frozen=True)
class Way:
    """Figures that change together, and how far down and up in each of the lowest areas."""

    figures: tuple[str, ...]
    room: Mapping[str, tuple[int, int]]


class Tree:
    """Areas from the lowest level told up; `sizes` say which of two is hidden rather."""

    def __init__(self, sizes: Mapping[str, int]) -> None:
        self.sizes = sizes
        self.parts: dict[str, list[str]] = {}
        for code in sorted(sizes):
            self.parts.setdefault(self.parent(code), []).append(code)
        self._down = sorted(sizes, key=lambda code: (len(code), code))

    def parent(self, code: str) -> str:
        """Return the area above, `EVERYTHING` for the first ones."""
        found = parent_of(code) or EVERYTHING
        return found if found in self.sizes else EVERYTHING

    def alone(self, way: Way, hidden: Collection[str]) -> dict[str, tuple[int, int]]:
        """Return how far a way can go in every area, whatever is shown above."""
        found: dict[str, tuple[int, int]] = {}
        for code in reversed(self._down):
            if code not in hidden:
                found[code] = (0, 0)
            elif code in self.parts:
                ends = [found[part] for part in self.parts[code]]
                found[code] = (sum(down for down, _ in ends), sum(up for _, up in ends))
            else:
                found[code] = way.room[code]
        return found

    def open(self, way: Way, hidden: Collection[str]) -> dict[str, int]:
        """Return how many values a way leaves open in every area, besides the true one."""
        alone = self.alone(way, hidden)
        found: dict[str, tuple[int, int]] = {}
        for code in self._down:
            down, up = alone[code]
            parent = self.parent(code)
            if parent in found:
                downs = sum(alone[part][0] for part in self.parts[parent]) - down
                ups = sum(alone[part][1] for part in self.parts[parent]) - up
                most_down, most_up = found[parent]
                down, up = min(down, most_down + ups), min(up, most_up + downs)
            found[code] = (down, up)
        return {code: down + up for code, (down, up) in found.items()}

    def beside(self, code: str, hidden: Collection[str], *, inside: bool) -> Iterable[str]:
        """Return areas to hide with one, the best first: `inside` it, or beside it, or above.

        What lies in those hidden beside it comes before another one beside it.
        """
        beside = [part for part in self.parts[self.parent(code)] if part != code]
        covering = self._inside([part for part in beside if part in hidden])
        own = self._inside([code])
        for areas in (own, covering, beside) if inside else (covering, beside, own):
            yield from sorted(
                (one for one in areas if one not in hidden), key=lambda one: (self.sizes[one], one)
            )
        above = self.parent(code)
        if self.parent(above) in self.sizes:  # the first ones are shown
            found = self.beside(above, hidden, inside=inside)
            yield from [above] if above not in hidden else found

    def _inside(self, codes: list[str]) -> list[str]:
        below = [part for code in codes for part in self.parts.get(code, [])]
        return below + (self._inside(below) if below else [])


class Protection:
    """Hides more and more until every small number is safe, or nothing more can be hidden."""

    def __init__(
        self, tree: Tree, ways: Mapping[str, list[Way]], forced: Mapping[str, Mapping[str, Hidden]]
    ) -> None:
        self._tree = tree
        self._ways = ways  # by figure, the best first
        self.hidden = {
            figure: {code: why for code, why in found.items() if code in tree.sizes}
            for figure, found in forced.items()
        }

    def protect(self, small: Mapping[str, Collection[str]], minimum: int) -> bool:
        """Hide the `small` areas of each figure and what it takes; whether that is enough."""
        for figure, codes in small.items():
            self.hidden[figure] |= dict.fromkeys(codes, Hidden.FEW)
        waiting = [(figure, code) for figure, codes in small.items() for code in sorted(codes)]
        while waiting := list(self._narrow(waiting, minimum)):
            done: set[tuple[tuple[str, ...], str]] = set()
            for figure, code in waiting:
                if not self._cover(figure, code, minimum, done):
                    return False
        return True

    def _narrow(self, waiting: list[tuple[str, str]], minimum: int) -> Iterable[tuple[str, str]]:
        known: dict[tuple[str, ...], dict[str, int]] = {}
        for figure, code in waiting:
            for way in self._ways[figure]:
                if way.figures not in known:
                    known[way.figures] = self._tree.open(way, self._all_hidden(way))
                if known[way.figures][code] >= minimum:
                    break
            else:
                yield figure, code

    def _all_hidden(self, way: Way) -> set[str]:
        first, *others = (self.hidden[figure].keys() for figure in way.figures)
        return set(first).intersection(*others)

    def _cover(
        self, figure: str, code: str, minimum: int, done: set[tuple[tuple[str, ...], str]]
    ) -> bool:
        """Hide one more area for the first way that can be enough. False: there is none."""
        for way in self._ways[figure]:
            hidden = self._all_hidden(way)
            tops = {one for one in self._tree.parts[EVERYTHING] if one not in hidden}
            if self._tree.open(way, self._tree.sizes.keys() - tops)[code] < minimum:
                continue
            place = (way.figures, self._tree.parent(code))
            if place in done:
                return True
            room = self._tree.alone(way, self._tree.sizes)
            inside = sum(self._tree.alone(way, hidden)[code]) < minimum
            more = [code] if code not in hidden else self._tree.beside(code, hidden, inside=inside)
            found = next((one for one in more if any(room[one]) or one == code), None)
            if found is None:
                continue
            done.add(place)
            for one in way.figures:
                self.hidden[one].setdefault(found, Hidden.COMPLEMENT)
            return True
        return False

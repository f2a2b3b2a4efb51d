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

    def changes(self, figure: str, among: str) -> bool:
        """Whether a figure changes, or what is `among` another one without it."""
        return (figure in self.figures) != (among in self.figures)


@dataclass(frozen=True)
class Cell:
    """A small number of an area: hidden with its figure, safe by one of the ways, best first."""

    figure: str
    area: str
    ways: tuple[Way, ...]


class Tree:
    """Areas from the lowest level told up; `sizes` say which of two is hidden rather."""

    def __init__(self, sizes: Mapping[str, int]) -> None:
        self.sizes = sizes
        self.parts: dict[str, list[str]] = {}
        self.above: dict[str, str] = {}
        for code in sorted(sizes):
            above = parent_of(code) or EVERYTHING
            self.above[code] = above if above in sizes else EVERYTHING
            self.parts.setdefault(self.above[code], []).append(code)
        self._down = sorted(sizes, key=lambda code: (len(code), code))

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
        together = {
            above: (sum(alone[part][0] for part in parts), sum(alone[part][1] for part in parts))
            for above, parts in self.parts.items()
        }
        found: dict[str, tuple[int, int]] = {}
        for code in self._down:
            down, up = alone[code]
            above = self.above[code]
            if above in found:
                downs, ups = together[above]
                most_down, most_up = found[above]
                down, up = min(down, most_down + ups - up), min(up, most_up + downs - down)
            found[code] = (down, up)
        return {code: down + up for code, (down, up) in found.items()}

    def beside(
        self, code: str, hidden: Collection[str], rather: Collection[str], *, inside: bool
    ) -> Iterable[str]:
        """Return areas to hide with one, the best first: `inside` it, or beside it, or above.

        What lies in those hidden beside it comes before another one beside it; those `rather` come
        before others of their kind.
        """
        beside = [part for part in self.parts[self.above[code]] if part != code]
        covering = self._inside([part for part in beside if part in hidden])
        own = self._inside([code])
        for areas in (own, covering, beside) if inside else (covering, beside, own):
            yield from sorted(
                (one for one in areas if one not in hidden),
                key=lambda one: (one not in rather, self.sizes[one], one),
            )
        above = self.above[code]
        if self.above.get(above, EVERYTHING) != EVERYTHING:  # the first ones are shown
            found = self.beside(above, hidden, rather, inside=inside)
            yield from [above] if above not in hidden else found

    def _inside(self, codes: list[str]) -> list[str]:
        below = [part for code in codes for part in self.parts.get(code, [])]
        return below + (self._inside(below) if below else [])


class Protection:
    """Hides more and more until every small number is safe, or nothing more can be hidden.

    `forced` are areas where figures are hidden anyway; of the figure `given` no more are. Areas
    `rather` are hidden before others to cover a figure.
    """

    def __init__(
        self,
        tree: Tree,
        forced: Mapping[str, Mapping[str, Hidden]],
        *,
        given: str,
        rather: Mapping[str, Collection[str]],
    ) -> None:
        self._tree = tree
        self._given = given
        self._rather = rather
        self.hidden = {
            figure: {code: why for code, why in found.items() if code in tree.sizes}
            for figure, found in forced.items()
        }

    def protect(self, cells: Iterable[Cell], minimum: int) -> bool:
        """Hide the areas of small numbers and what it takes; whether that is enough."""
        waiting = list(cells)
        for cell in waiting:
            self.hidden[cell.figure][cell.area] = Hidden.FEW
        while waiting := list(self._narrow(waiting, minimum)):
            done: set[tuple[tuple[str, ...], str]] = set()
            for cell in waiting:
                if not self._cover(cell, minimum, done):
                    return False
        return True

    def _narrow(self, waiting: Iterable[Cell], minimum: int) -> Iterable[Cell]:
        known: dict[tuple[str, ...], dict[str, int]] = {}
        for cell in waiting:
            for way in cell.ways:
                if way.figures not in known:
                    known[way.figures] = self._tree.open(way, self._all_hidden(way))
                if known[way.figures][cell.area] >= minimum:
                    break
            else:
                yield cell

    def _all_hidden(self, way: Way) -> set[str]:
        first, *others = (self.hidden[figure].keys() for figure in way.figures)
        return set(first).intersection(*others)

    def _most_hidden(self, way: Way) -> Collection[str]:
        """Return where the figures of a way could be hidden; the first areas are told."""
        if self._given in way.figures:
            return self.hidden[self._given].keys()
        hidden = self._all_hidden(way)
        return [
            code
            for code in self._tree.sizes
            if code in hidden or self._tree.above[code] != EVERYTHING
        ]

    def _cover(self, cell: Cell, minimum: int, done: set[tuple[tuple[str, ...], str]]) -> bool:
        """Hide one more area for the first way that can be enough. False: there is none."""
        for way in cell.ways:
            most = frozenset(self._most_hidden(way))
            if self._tree.open(way, most)[cell.area] < minimum:
                continue
            place = (way.figures, self._tree.above[cell.area])
            found = self._next(cell.area, way, most, minimum)
            if place in done:
                return True
            if found is None:
                continue
            done.add(place)
            for one in way.figures:
                if one != self._given:
                    self.hidden[one].setdefault(found, Hidden.COMPLEMENT)
            return True
        return False

    def _next(self, code: str, way: Way, most: Collection[str], minimum: int) -> str | None:
        """Return the next area to hide so that a way goes further in an area."""
        hidden = self._all_hidden(way)
        if code not in hidden:
            return code
        room = self._tree.alone(way, most)
        inside = sum(self._tree.alone(way, hidden)[code]) < minimum
        rather = {one for figure in way.figures for one in self._rather.get(figure, ())}
        more = self._tree.beside(code, hidden, rather, inside=inside)
        return next((one for one in more if one in most and any(room[one])), None)

"""Even out drawn areas: those that were shut in take pixels from neighbours that can spare them.

A pixel changes hands only when its giver stays the better served of the two, stays in one part and
keeps the pixel of its own point. So the worst served gains with every move, and it ends.
"""

from collections.abc import Callable, Sequence

ENOUGH = 0.75  # share of its km2 from which an area asks no more
ROUNDS = 40
NOBODY = -1


class Balance:
    """Owners of pixels (changed in place), the km2 of pixels, and the km2 wanted per site."""

    def __init__(
        self,
        owner: list[int],
        touching: Sequence[Sequence[int]],
        km2: Sequence[float],
        wanted: Sequence[float],
        homes: Sequence[int],
        distance: Callable[[int, int], float],
    ) -> None:
        self._owner, self._touching, self._km2, self._wanted = owner, touching, km2, wanted
        self._homes, self._distance = set(homes), distance
        self._members: list[set[int]] = [set() for _ in wanted]
        self._has = [0.0] * len(wanted)
        for pixel, site in enumerate(owner):
            if site != NOBODY:
                self._members[site].add(pixel)
                self._has[site] += km2[pixel]

    def run(self) -> None:
        """Move pixels, worst served first, until nobody gains or `ROUNDS` are over."""
        for _ in range(ROUNDS):
            asking = sorted((self._served(site), site) for site in range(len(self._wanted)))
            moves = [self._ask(site) for served, site in asking if served < ENOUGH]
            if not any(moves):
                return

    def _served(self, site: int) -> float:
        return self._has[site] / self._wanted[site]

    def _ask(self, site: int) -> bool:
        """Give `site` the nearest pixel that a neighbour can spare; False when none can."""
        offers = [
            (self._distance(site, pixel), pixel)
            for pixel in {near for own in self._members[site] for near in self._touching[own]}
            if self._can_move(pixel, site)
        ]
        if not offers:
            return False
        _, pixel = min(offers)
        self._move(pixel, site)
        return True

    def _can_move(self, pixel: int, site: int) -> bool:
        giver = self._owner[pixel]
        if giver in (NOBODY, site) or pixel in self._homes:
            return False
        left = (self._has[giver] - self._km2[pixel]) / self._wanted[giver]
        then = (self._has[site] + self._km2[pixel]) / self._wanted[site]
        return left >= then and self._stays_whole(pixel, giver)

    def _stays_whole(self, pixel: int, giver: int) -> bool:
        """Whether the giver's pixels around `pixel` hold together without it."""
        around = {near for near in self._touching[pixel] if self._owner[near] == giver}
        queue = [min(around)] if around else []
        seen = set(queue)
        for found in queue:
            fresh = [n for n in self._touching[found] if n in around and n not in seen]
            seen.update(fresh)
            queue.extend(fresh)
        return bool(around) and seen == around

    def _move(self, pixel: int, site: int) -> None:
        giver = self._owner[pixel]
        self._members[giver].remove(pixel)
        self._has[giver] -= self._km2[pixel]
        self._owner[pixel] = site
        self._members[site].add(pixel)
        self._has[site] += self._km2[pixel]

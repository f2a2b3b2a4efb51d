"""What other thresholds would change, from counts of links by weight. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from jps.identity.rules import WORTH_A_LOOK
from jps.matching import Thresholds
from jps.text import N_


class Side(StrEnum):
    """Where a member stands: linked and sure, for people to look at, or found nowhere."""

    SURE = "sure"
    REVIEW = "review"
    APART = "apart"


SIDE_NAMES: Mapping[Side, str] = MappingProxyType(
    {
        Side.SURE: N_("Padan tanpa ditinjau"),
        Side.REVIEW: N_("Perlu ditinjau"),
        Side.APART: N_("Tidak ditemukan"),
    }
)


@dataclass(frozen=True)
class Cell:
    """Members of one kind: `weight` is the lower end of a step of bits (None: no candidate).

    `chance` sums the probabilities of their best candidates. `decided`: people said so, and no
    threshold changes it.
    """

    linked: bool
    decided: bool
    review: bool
    weight: float | None
    members: int
    chance: float

    @property
    def side(self) -> Side:
        """Where these members stand now."""
        if self.review:
            return Side.REVIEW
        return Side.SURE if self.linked else Side.APART

    @property
    def right(self) -> float:
        """How many of the members are expected to be their candidate."""
        if self.decided:
            return float(self.members if self.linked else 0)
        return self.chance


@dataclass(frozen=True)
class Expected:
    """What the model itself expects of its links: shares (0-1), None where nobody is linked."""

    precision: float | None
    recall: float | None
    sure_precision: float | None


@dataclass(frozen=True)
class Preview:
    """Members by side and linked, before and after, and how many go from one side to another."""

    before: Mapping[Side, int]
    after: Mapping[Side, int]
    linked_before: int
    linked_after: int
    moves: Mapping[tuple[Side, Side], int]
    expected_before: Expected
    expected_after: Expected

    @property
    def moved(self) -> int:
        """How many members change side."""
        return sum(self.moves.values())


def is_linked(weight: float | None, *, linked: bool, now: Thresholds, wanted: Thresholds) -> bool:
    """Whether somebody would be linked under other thresholds.

    Whoever weighs enough now and is not linked has been outdone by somebody else, and stays so. Of
    those who would weigh enough, the few whose candidate is somebody else's are counted too.
    """
    if weight is None or weight < wanted.link:
        return False
    return linked or weight < now.link


def side_under(cell: Cell, now: Thresholds, wanted: Thresholds) -> tuple[Side, bool]:
    """Return where the members of a cell would stand, and whether they would be linked."""
    if cell.decided:
        return cell.side, cell.linked
    linked = is_linked(cell.weight, linked=cell.linked, now=now, wanted=wanted)
    weight = cell.weight
    if linked and weight is not None:
        tied = cell.linked and cell.review and weight >= now.sure
        return (Side.SURE if weight >= wanted.sure and not tied else Side.REVIEW), True
    near = weight is not None and weight >= WORTH_A_LOOK
    kept = cell.review and not cell.linked  # who uses the candidate's NIK is looked at anyway
    return (Side.REVIEW if near or kept else Side.APART), False


def preview(cells: Iterable[Cell], now: Thresholds, wanted: Thresholds) -> Preview:
    """Return what would change if `wanted` took the place of `now`."""
    cells = list(cells)
    before, after = dict.fromkeys(Side, 0), dict.fromkeys(Side, 0)
    moves: dict[tuple[Side, Side], int] = {}
    placed = []
    for cell in cells:
        side, linked = side_under(cell, now, wanted)
        placed.append((cell, side, linked))
        before[cell.side] += cell.members
        after[side] += cell.members
        if side is not cell.side:
            key = (cell.side, side)
            moves[key] = moves.get(key, 0) + cell.members
    return Preview(
        before=before,
        after=after,
        linked_before=sum(cell.members for cell in cells if cell.linked),
        linked_after=sum(cell.members for cell, _, linked in placed if linked),
        moves=moves,
        expected_before=_expected((cell, cell.side, cell.linked) for cell in cells),
        expected_after=_expected(placed),
    )


def expected(cells: Iterable[Cell]) -> Expected:
    """Return what the model expects of the links as they are."""
    return _expected((cell, cell.side, cell.linked) for cell in cells)


def _expected(placed: Iterable[tuple[Cell, Side, bool]]) -> Expected:
    placed = list(placed)
    linked = [cell for cell, _, is_in in placed if is_in]
    sure = [cell for cell, side, is_in in placed if is_in and side is Side.SURE]
    there = sum(cell.right for cell, _, _ in placed)
    right = sum(cell.right for cell in linked)
    return Expected(
        precision=_share(right, sum(cell.members for cell in linked)),
        recall=_share(right, there),
        sure_precision=_share(sum(cell.right for cell in sure), sum(cell.members for cell in sure)),
    )


def _share(part: float, whole: float) -> float | None:
    return min(part / whole, 1.0) if whole else None

"""Steps that change one figure alone lead only to what linear programming finds possible."""

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from jps.maps.aid import parts
from jps.maps.hiding import Hidden
from jps.maps.protect import Cell, Protection, Tree, Way
from jps.maps.room import (
    Kind,
    clash,
    room_of_clash,
    room_of_exchange,
    room_of_overlap,
    room_of_programme,
)
from tests.maps.attack import Attack, kinds

NAMES = ("blt", "pkh", "rice")
PAIRS = frozenset({frozenset(("blt", "pkh")), frozenset(("blt", "rice"))})
KINDS = [kind for kind in kinds(NAMES) if kind]
some = st.lists(st.integers(0, 6), min_size=len(KINDS), max_size=len(KINDS))


def _receives(name: str) -> Callable[[str], int]:
    return lambda kind: int(name in parts(kind))


def _attack(counts: dict[Kind, int], free: tuple[str, ...]) -> Attack:
    """Return what somebody knows who knows all figures of an area but some."""
    figures: dict[str, Callable[[str], int]] = {name: _receives(name) for name in NAMES}
    figures["reached"] = lambda _: 1
    figures["overlap"] = lambda kind: int(clash(frozenset(parts(kind)), PAIRS))
    attack = Attack(["75.01.01.2001"], figures, KINDS)
    for figure, counted in figures.items():
        if figure not in free:
            value = sum(n * counted("+".join(sorted(kind))) for kind, n in counts.items())
            attack.publish("75", figure, value)
    return attack


@settings(max_examples=30)
@given(some)
def test_steps_lead_only_to_what_is_possible(numbers: list[int]) -> None:
    counts = {frozenset(parts(kind)): n for kind, n in zip(KINDS, numbers, strict=True)}
    rooms: dict[tuple[str, ...], tuple[int, int]] = {
        ("overlap",): room_of_overlap(counts, PAIRS),
        ("blt", "rice"): room_of_exchange(counts, "blt", "rice", PAIRS),
    }
    for name in NAMES:
        rooms[name,] = room_of_programme(counts, name, PAIRS, 99)
        rooms[name, "overlap"] = room_of_clash(counts, name, PAIRS)
    for figures, (down, up) in rooms.items():
        low, high = _attack(counts, figures).bounds("75", figures[0])
        value = _value(counts, figures[0])
        assert low <= value - down + 1e-6
        assert value + up <= high + 1e-6


def _value(counts: dict[Kind, int], figure: str) -> int:
    if figure == "overlap":
        return sum(n for kind, n in counts.items() if clash(kind, PAIRS))
    return sum(n for kind, n in counts.items() if figure in kind)


SIZES = {"75": 60, "75.01": 40, "75.02": 20, "75.01.01": 10, "75.01.02": 30, "75.02.01": 20}
LEAVES = ("75.01.01", "75.01.02", "75.02.01")


def _protected(room: dict[str, tuple[int, int]]) -> dict[str, Hidden] | None:
    way = Way(("pkh",), room)
    found = Protection(Tree(SIZES), {"pkh": {}, "reach": {}}, given="reach", rather={})
    enough = found.protect([Cell("pkh", "75.01.01", (way,))], 5)
    return found.hidden["pkh"] if enough else None


def test_the_neighbour_covers_a_small_area() -> None:
    assert _protected(dict.fromkeys(LEAVES, (3, 9))) == {
        "75.01.01": Hidden.FEW,
        "75.01.02": Hidden.COMPLEMENT,
    }


def test_a_neighbour_that_cannot_change_covers_nothing() -> None:
    room = {"75.01.01": (3, 9), "75.01.02": (0, 0), "75.02.01": (4, 4)}
    hidden = _protected(room)
    assert hidden is not None
    assert hidden.keys() == {"75.01.01", "75.01", "75.02", "75.02.01"}


def test_where_nothing_can_change_it_is_told() -> None:
    assert _protected(dict.fromkeys(LEAVES, (0, 2))) is None

"""Which figures are hidden because few households stand behind them. Pure.

An area with fewer than the minimum is hidden, and all that lies in it. So that nobody gets it back
by subtracting its shown neighbours from the shown total, the smallest of them are hidden with it
until at least the minimum of households is missing from the total. Of the parts of a neighbour
hidden for that reason the smallest are hidden again, so that the shown ones do not add up to it.
"""

from collections.abc import Mapping
from enum import StrEnum

from jps.areas.rules import parent_of
from jps.text import N_


class Hidden(StrEnum):
    """Why the figures of an area are hidden."""

    FEW = "few"
    COMPLEMENT = "complement"
    INSIDE = "inside"


HIDDEN_NAMES: Mapping[Hidden, str] = {
    Hidden.FEW: N_("Disembunyikan: terlalu sedikit rumah tangga"),
    Hidden.COMPLEMENT: N_(
        "Disembunyikan agar angka wilayah kecil di sekitarnya tidak dapat dihitung"
    ),
    Hidden.INSIDE: N_("Disembunyikan: angka wilayah di atasnya disembunyikan"),
}

EVERYTHING = ""  # stands for all areas of the reader together


def hide(households: Mapping[str, int], *, minimum: int) -> dict[str, Hidden]:
    """Return the hidden areas and why.

    `households` counts them per area code at all levels that the reader may see as a whole; an
    area whose parent is not among them hangs under `EVERYTHING`, which is judged like an area.
    Areas without any household have nothing to hide.
    """
    families = _children(households)
    hidden: dict[str, Hidden] = {}
    whole = sum(households[code] for code in families.get(EVERYTHING, ()))
    if 0 < whole < minimum:
        hidden[EVERYTHING] = Hidden.FEW
    waiting = [EVERYTHING]
    while waiting:
        parent = waiting.pop()
        children = families.get(parent, [])
        counted = {code: households[code] for code in children if households[code]}
        why = hidden.get(parent)
        if why in (Hidden.FEW, Hidden.INSIDE):
            hidden |= dict.fromkeys(counted, Hidden.INSIDE)
        else:
            hidden |= _hide_among(counted, minimum, always=why is Hidden.COMPLEMENT)
        waiting += children
    return hidden


def _children(codes: Mapping[str, int]) -> dict[str, list[str]]:
    families: dict[str, list[str]] = {}
    for code in sorted(codes):
        parent = parent_of(code) or EVERYTHING
        families.setdefault(parent if parent in codes else EVERYTHING, []).append(code)
    return families


def _hide_among(households: Mapping[str, int], minimum: int, *, always: bool) -> dict[str, Hidden]:
    """Hide small areas and enough others that none or at least `minimum` is missing.

    With `always` at least `minimum` is missing even where no area is small.
    """
    hidden = {code: Hidden.FEW for code, number in households.items() if number < minimum}
    missing = sum(households[code] for code in hidden)
    shown = sorted((number, code) for code, number in households.items() if code not in hidden)
    for number, code in shown:
        if missing >= minimum or (missing == 0 and not always):
            break
        hidden[code] = Hidden.COMPLEMENT
        missing += number
    return hidden

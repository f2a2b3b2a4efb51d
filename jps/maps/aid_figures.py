"""Figures of aid and of people from the sums of an area, by key of their indicator. Pure."""

from collections.abc import Mapping

from jps.maps.figures import Tally


def aid_figures(tally: Tally, programme: str, *, known: bool) -> Mapping[str, float | None]:
    """Return what `programme` (empty: any) reaches.

    None where nobody is registered, and everywhere unless it is `known` who receives.
    """
    aid = tally.aid
    whole, reached = aid.reached(), aid.reached(programme)
    poor, poor_reached = tally.by_household.wp, aid.poor_reached(programme)
    there = known and tally.households > 0
    scored = there and tally.scored > 0
    return {
        "reached_share": poor_reached / poor if scored and poor else None,
        "poor_reached": poor_reached if scored else None,
        "poor_unreached": max(0.0, poor - poor_reached) if scored else None,
        "reached": reached if there else None,
        "overlap_share": aid.overlaps / whole if there and whole else None,
        "overlaps": aid.overlaps if there else None,
        "findings": aid.findings if known else None,
    }


def people_figures(tally: Tally) -> Mapping[str, float | None]:
    """Return how many have no NIK, and how families are ranked. None: nobody there, unknown."""
    people = tally.people
    members, low, high = people["members"], people["low"], people["high"]
    known = low + high + people["unranked"] > 0
    return {
        "low_share": low / (low + high) if low + high else None,
        "low_families": low if known else None,
        "unranked": people["unranked"] if known else None,
        "no_nik_share": people["no_nik"] / members if members else None,
        "no_nik": people["no_nik"] if members else None,
    }

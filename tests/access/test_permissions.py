"""Whoever may open figures in which nothing is hidden is given the rows behind them anyway."""

import pytest

from jps.access.rules import PERMISSIONS, ROWS, WITH_ROWS, Can, Role


@pytest.mark.parametrize("role", Role)
def test_sums_in_which_nothing_is_hidden_are_for_people_with_rows(role: Role) -> None:
    may = PERMISSIONS[role]
    assert not may & WITH_ROWS or may & ROWS


def test_the_administrator_sees_maps_and_no_rows() -> None:
    """For whom what is hidden on the map must be hidden everywhere."""
    may = PERMISSIONS[Role.ADMINISTRATOR]
    assert Can.SEE_MAPS in may
    assert not may & (ROWS | WITH_ROWS)

"""A snapshot that behaves unlike the last waits for a person; chance and growth hold nobody."""

import random
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy.orm import Session

from jps.db import AreaScope, scoped_to
from jps.errors import Conflict, InvalidData, NotAllowed
from jps.identity.drift import accept_snapshot, check_snapshot, current_check, is_waiting
from jps.identity.drift_rules import (
    Profile,
    chance_index,
    compare_profiles,
    stability_index,
)
from jps.jobs.rules import JobState
from jps.matching import FIELDS
from jps.registry.queries import needed_snapshot
from tests.conftest import NOW
from tests.offices import NewHousehold
from tests.registries import FAMILY, Import, RunJob, csv_bytes, strangers


def profile(members: int, weights: list[int], **shares: int) -> Profile:
    return Profile(members, weights, shares)


def test_the_index_as_published() -> None:
    """Equal distributions give 0; the example of 10 even steps against one half empty."""
    assert stability_index([100] * 8, [1_000] * 8) == pytest.approx(0.0, abs=1e-3)
    shifted = stability_index([500, 500], [800, 200])
    assert shifted == pytest.approx(0.3 * 0.47 + 0.3 * 0.9163, abs=0.005)
    assert stability_index([0, 10], [10, 0]) < 10


def test_chance_stays_below_its_limit() -> None:
    rng = random.Random(2)
    before, after = 800, 500
    for _ in range(200):
        counts = [[0] * 8, [0] * 8]
        for side, n in enumerate((before, after)):
            for _ in range(n):
                counts[side][min(7, int(rng.expovariate(0.5)))] += 1
        assert stability_index(*counts) < max(0.1, chance_index(before, after, 8))


def test_a_shift_is_told_by_kabupaten_and_everywhere() -> None:
    before = {
        "75.01": profile(1_000, [50, 0, 0, 0, 50, 100, 300, 500], nik=900),
        "75.02": profile(1_000, [50, 0, 0, 0, 50, 100, 300, 500], nik=900),
    }
    after = {
        "75.01": profile(1_000, [50, 0, 0, 0, 50, 100, 300, 500], nik=890),
        "75.02": profile(1_000, [400, 0, 0, 200, 100, 100, 100, 100], nik=300),
    }
    found = compare_profiles(before, after)
    assert {(one.area, one.what) for one in found} == {
        ("", "nik"),
        ("", "weights"),
        ("75.02", "nik"),
        ("75.02", "weights"),
    }
    assert all(one.grave for one in found if one.area)
    assert compare_profiles(before, before) == []


def test_few_members_and_many_new_ones_hold_nobody() -> None:
    few = {"75.01": profile(50, [0, 0, 0, 0, 0, 0, 0, 50], nik=50)}
    none = {"75.01": profile(50, [50, 0, 0, 0, 0, 0, 0, 0])}
    assert compare_profiles(few, none) == []
    small = {"75.01": profile(300, [0, 0, 0, 0, 0, 0, 0, 300], nik=300)}
    grown = {"75.01": profile(900, [600, 0, 0, 0, 0, 0, 0, 300], nik=300)}
    found = compare_profiles(small, grown)
    assert found
    assert not any(one.grave for one in found)


def table(members: int, found: int) -> tuple[pa.Table, pa.Table]:
    """Return what a matching of so many members found, of whom `found` are linked."""
    linked = [n < found for n in range(members)]
    columns: dict[str, Any] = {
        "person": [str(n) if yes else None for n, yes in enumerate(linked)],
        "candidate": [str(n) if yes else None for n, yes in enumerate(linked)],
        "weight": pa.array([20.0 if yes else None for yes in linked], pa.float64()),
    }
    columns |= {f"level_{one.name}": [int(yes) for yes in linked] for one in FIELDS}
    return pa.table(columns), pa.table({"village": ["75.01.01.2001"] * members})


def test_an_odd_snapshot_waits_until_somebody_accepts_it(
    household: NewHousehold,
    import_file: Import,
    match_all: RunJob,
    session: Session,
) -> None:
    household("ani")
    import_file(csv_bytes([*FAMILY, *strangers(50)]))
    first = needed_snapshot(session).id
    assert not is_waiting(check_snapshot(session, first, *table(500, 480), at=NOW))
    session.commit()
    import_file(csv_bytes(strangers(50)))
    session.rollback()
    second = needed_snapshot(session).id
    check = check_snapshot(session, second, *table(500, 100), at=NOW)
    assert is_waiting(check)
    assert {one["what"] for one in check.findings} >= {"weights", "linked", "nik"}
    session.commit()
    with pytest.raises(InvalidData):
        accept_snapshot(session, reason="", by="budi", at=NOW)
    with scoped_to(session, AreaScope(("75.02",))), pytest.raises(NotAllowed):
        accept_snapshot(session, reason="Benar", by="budi", at=NOW)
    accept_snapshot(session, reason="Sudah dicek ke Dukcapil", by="budi", at=NOW)
    session.commit()
    assert not is_waiting(current_check(session))
    with pytest.raises(Conflict):
        accept_snapshot(session, reason="Lagi", by="budi", at=NOW)
    assert not is_waiting(check_snapshot(session, second, *table(500, 0), at=NOW))
    session.rollback()
    assert match_all().state == JobState.DONE


def test_the_job_stops_before_links_are_replaced(
    household: NewHousehold,
    import_file: Import,
    match_all: RunJob,
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("jps.identity.drift_rules.FEWEST", 1)
    for n in range(20):
        household("ani", address=f"Jalan {n}")
    import_file(csv_bytes([*FAMILY, *strangers(50)]))
    assert match_all().state == JobState.DONE
    import_file(csv_bytes(strangers(60)))
    ended = match_all()
    assert ended.state == JobState.FAILED
    assert "Periksa dulu" in (ended.message or "")
    session.rollback()
    check = current_check(session)
    assert is_waiting(check)
    accept_snapshot(session, reason="Benar", by="budi", at=NOW)
    session.commit()
    assert match_all().state == JobState.DONE

"""Deciles: what cells mean, lists that bring them, what families and households have on a day."""

import csv
import uuid
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jps.assessment import decile_work
from jps.assessment.decile_rules import lowest, moves, read_decile, read_period, too_many
from jps.assessment.deciles import (
    compare,
    current_deciles,
    family_deciles,
    history,
    newest_deciles,
    open_list,
    periods,
    start_deciles,
)
from jps.assessment.models import Decile
from jps.db import EVERYWHERE, AreaScope, scoped_to
from jps.errors import InvalidData, InvalidFile
from jps.households.models import Family, Member
from jps.jobs.rules import JobState
from jps.jobs.runner import Step, Task
from tests.figures import AT, add_household

KK, OTHER_KK, SECOND_KK = "7501010101159001", "7501010101159002", "7501010101159003"
NIK, OTHER_NIK = "7501014101809001", "7501010101809002"
APRIL, JULY = date(2026, 4, 1), date(2026, 7, 1)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("1", 1), (10, 10), (3.0, 3), ("03", 3), ("Desil 4", 4), ("D5", 5), (" 6 ", 6), ("7,0", 7),
        ("belum diperingkat", None), ("Tidak Diperingkat", None), ("belum ada desil", None),
        ("-", None), ("BLM DIPERINGKAT", None), ("belum", None),
    ],
)  # fmt: skip
def test_what_a_cell_means(cell: object, expected: int | None) -> None:
    assert read_decile(cell) == expected


@pytest.mark.parametrize(
    "cell", ["", None, "0", "11", "1.5", "miskin", "-1", "1 2", "desil", "100"]
)
def test_what_is_no_decile(cell: object) -> None:
    with pytest.raises(ValueError, match="tulis 1 sampai 10"):
        read_decile(cell)


@pytest.mark.parametrize(
    ("text", "month"), [("2026-07", 7), ("2026-07-15", 7), ("2026-Q3", 7), ("2026-T1", 1)]
)
def test_periods(text: str, month: int) -> None:
    assert read_period(text) == date(2026, month, 1)


@pytest.mark.parametrize("text", ["", "2026", "2026-13", "2026-Q5", "0001-01", "juli 2026"])
def test_what_is_no_period(text: str) -> None:
    with pytest.raises(ValueError, match=r"^"):
        read_period(text)


SAID = st.dictionaries(st.integers(0, 30), st.none() | st.integers(1, 10), max_size=20)


@given(SAID, SAID)
def test_every_family_is_in_one_cell(
    before: dict[int, int | None], after: dict[int, int | None]
) -> None:
    found = moves(before, after)
    both = sum(found.cells.values())
    assert both + sum(found.only_before.values()) == len(before)
    assert both + sum(found.only_after.values()) == len(after)
    told = sum(found.count(one) for one in ("poorer", "better", "same", "ranked", "unranked"))
    assert told == both
    back = moves(after, before)
    assert found.count("poorer") == back.count("better")
    assert found.count("ranked") == back.count("unranked")


def test_a_household_has_the_decile_of_its_poorest_ranked_family() -> None:
    assert lowest([None, 4, 2]) == 2
    assert lowest([None]) is None


def test_a_list_cannot_count_more_than_live_there() -> None:
    assert not too_many(144_471, None, 423_981)
    assert too_many(144_471, 429_828, 423_981)
    assert too_many(300_000, None, 423_981)


class Office:
    """Two households: one with a second family, one whose card nobody showed."""

    def __init__(self, session: Session, home: Path) -> None:
        self.session, self.home = session, home
        one = add_household(session, "75.01.01.2001")
        two = add_household(session, "75.02.01.2001")
        self.one, self.two = one.id, two.id
        self.first = self._family(self.one, one.area_code, KK, NIK)
        self.second = self._family(self.one, one.area_code, SECOND_KK, "", position=1)
        self.third = self._family(self.two, two.area_code, "", OTHER_NIK)

    def _family(
        self, household: uuid.UUID, area: str, kk: str, nik: str, position: int = 0
    ) -> uuid.UUID:
        family = Family(
            household_id=household, area_code=area, position=position, kk=kk,
            valid_from=date(2020, 1, 1),
        )  # fmt: skip
        self.session.add(family)
        self.session.flush()
        member = Member(
            household_id=household, family_id=family.id, area_code=area, position=position,
            name="Contoh", nik=nik, nik_state="valid" if nik else "blank",
            kk=kk, valid_from=date(2020, 1, 1), answers={}, calculated={},
        )  # fmt: skip
        self.session.add(member)
        self.session.flush()
        return family.id

    def load(
        self,
        rows: Sequence[Sequence[object]],
        period: date = JULY,
        scope: AreaScope = EVERYWHERE,
        cut: int | None = None,
    ) -> tuple[dict[str, Any], list[list[str]]]:
        """Import a list; return what was counted and the rows of the problem file."""
        path = self.home / "list.csv"
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([("No. KK", "NIK", "Desil"), *rows])
        job = start_deciles(
            self.session, self.home, path,
            source="DTSEN", period=period, scope=scope, today=AT.date(), by="ani", at=AT,
        )  # fmt: skip
        steps: list[Step] = []
        for step in decile_work.decile_work(self._task(job.id, job.params, {})):
            steps.append(step)
            if cut is not None and len(steps) == cut:
                again = self._task(job.id, job.params, step.cursor)
                steps += list(decile_work.decile_work(again))
                break
        told = {key: steps[-1].cursor["tally"].get(key, 0) for key in decile_work.NAMES}
        name, problems = steps[-1].problem_file, []
        if name:
            with (self.home / name).open(encoding="utf-8-sig", newline="") as file:
                problems = list(csv.reader(file))[1:]
        job.state = JobState.DONE
        self.session.flush()
        return told, problems

    def _task(self, job: uuid.UUID, params: dict[str, Any], cursor: dict[str, Any]) -> Task:
        def clock() -> datetime:
            return AT

        return Task(self.session, job, params, cursor, "ani", self.home, clock)


@pytest.fixture
def office(session: Session, tmp_path: Path) -> Office:
    """An office with three families."""
    return Office(session, tmp_path)


def test_a_list_gives_deciles_to_the_families_that_we_know(office: Office) -> None:
    rows = [
        (KK, "", "3"),
        (KK, NIK, "3"),  # another member of the same family
        (SECOND_KK, "", "belum diperingkat"),
        ("", OTHER_NIK, "Desil 1"),
        (OTHER_KK, "", "2"),  # nobody of ours
        (KK, "", "5"),  # says something else
        (KK, OTHER_NIK, "5"),  # two families of ours
        (KK, "", ""),
        ("", "", "4"),
        ("7.5E+15", "", "4"),
        ("", "", ""),
    ]
    told, problems = office.load(rows)
    assert told | {"doubtful": 0} == {
        "rows": 10, "stored": 3, "unchanged": 0, "repeated": 1, "not_ranked": 1, "unknown": 1,
        "problems": 5, "doubtful": 0,
    }  # fmt: skip
    assert [(row[0], row[1]) for row in problems] == [
        ("9", "DESIL"), ("10", "NO_KK"), ("11", "NO_KK"), ("6", "NO_KK"), ("7", "DESIL"),
        ("8", "NIK"),
    ]  # fmt: skip
    assert KK not in str(problems)
    assert family_deciles(office.session, "DTSEN", JULY) == {
        office.first: 3,
        office.second: None,
        office.third: 1,
    }
    assert current_deciles(office.session, JULY) == {office.one: 3, office.two: 1}
    assert current_deciles(office.session, JULY, households=[office.two]) == {office.two: 1}
    assert current_deciles(office.session, APRIL) == {}


def test_loading_again_changes_nothing_and_a_correction_is_added(office: Office) -> None:
    rows = [(KK, "", "3"), (SECOND_KK, "", "-")]
    office.load(rows)
    told, _ = office.load(rows)
    assert (told["stored"], told["unchanged"]) == (0, 2)
    told, _ = office.load([(KK, "", "2"), (SECOND_KK, "", "-")])
    assert (told["stored"], told["unchanged"]) == (1, 1)
    assert [one.decile for one in history(office.session, office.one)] == [2, None, 3]
    assert current_deciles(office.session, JULY) == {office.one: 2}
    (period,) = periods(office.session)
    assert dict(period.counts) == {2: 1, None: 1}


def test_periods_stand_side_by_side(office: Office) -> None:
    office.load([(KK, "", "3"), (SECOND_KK, "", "-")], APRIL)
    office.load([(KK, "", "2"), ("", OTHER_NIK, "9")], JULY)
    assert current_deciles(office.session, date(2026, 6, 30)) == {office.one: 3}
    # A family that the newest list leaves out keeps what was last said of it.
    assert current_deciles(office.session, JULY) == {office.one: 2, office.two: 9}
    found = compare(office.session, "DTSEN", APRIL, JULY)
    assert (found.cells, found.only_before, found.only_after) == ({(3, 2): 1}, {0: 1}, {9: 1})
    assert compare(office.session, "DTSEN", APRIL, JULY, area="75.02").cells == {}


def test_only_families_of_the_loaders_areas_get_a_decile(office: Office) -> None:
    told, _ = office.load([(KK, "", "3"), ("", OTHER_NIK, "1")], scope=AreaScope(("75.02",)))
    assert (told["stored"], told["unknown"]) == (1, 1)
    assert set(family_deciles(office.session, "DTSEN", JULY)) == {office.third}


def test_deciles_are_those_of_the_readers_areas(office: Office) -> None:
    office.load([(KK, "", "3"), ("", OTHER_NIK, "1")])
    with scoped_to(office.session, AreaScope(("75.02",))):
        assert current_deciles(office.session, JULY) == {office.two: 1}
        newest = newest_deciles(JULY)
        assert office.session.scalars(select(newest.c.family)).all() == [office.third]
    assert current_deciles(office.session, JULY, source="Lain") == {}


def test_a_killed_import_goes_on(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decile_work, "CHUNK", 2)
    rows = [(KK, "", "3"), (OTHER_KK, "", "2"), (KK, "", ""), (SECOND_KK, "", "7")]
    told, problems = office.load(rows, cut=1)
    assert (told["rows"], told["stored"], told["unknown"], told["problems"]) == (4, 2, 1, 1)
    assert [row[0] for row in problems] == ["3", "4"]
    assert office.session.scalar(select(func.count()).select_from(Decile)) == 2


@pytest.mark.parametrize(
    "header", ["NIK,NAMA", "DESIL,NAMA", "NO_KK,NOMOR KK,DESIL", "apa saja", ""]
)
def test_a_file_that_is_no_list_of_deciles_is_refused(tmp_path: Path, header: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"{header}\n7501010101159001,1,1\n")
    with pytest.raises(InvalidFile):
        open_list(path)


def test_a_period_to_come_is_refused(office: Office) -> None:
    with pytest.raises(InvalidData) as raised:
        office.load([(KK, "", "3")], date(2030, 1, 1))
    assert "period" in raised.value.problems

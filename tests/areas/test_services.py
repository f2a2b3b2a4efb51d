"""Loading areas and population, on both databases, and asking for them."""

from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jps.areas.models import Area, AreaPopulation
from jps.areas.queries import (
    areas_at,
    children,
    counts,
    find_areas,
    get_area,
    names_at,
    path,
    population,
)
from jps.areas.rules import Level
from jps.areas.services import LoadReport, load_areas, load_population
from jps.audit.models import AuditEvent
from jps.config import DATA
from jps.errors import InvalidFile, NotFound
from tests.areas.conftest import GORONTALO
from tests.conftest import NOW


def test_loading_twice_changes_nothing(session: Session) -> None:
    once = load_areas(session, GORONTALO.read_bytes(), by="tests", at=NOW)
    again = load_areas(session, GORONTALO.read_bytes(), by="tests", at=NOW)
    assert (once, again) == (LoadReport(added=813), LoadReport(unchanged=813))
    assert counts(session) == dict(zip(Level, [1, 6, 77, 729], strict=True))
    assert session.scalar(select(func.count()).select_from(AreaPopulation)) == 7
    assert list(session.scalars(select(AuditEvent.action))).count("areas-loaded") == 2


def test_a_wrong_row_keeps_the_whole_file_out(session: Session) -> None:
    text = (
        "code,name,population,population_as_of,population_source\n75,A,1,2024-12-31,x\n75.01,,,,\n"
    )
    report = load_areas(session, text.encode(), by="tests", at=NOW)
    assert [(p.row, p.column) for p in report.problems] == [(3, "name")]
    assert session.scalar(select(func.count()).select_from(Area)) == 0
    assert session.scalar(select(func.count()).select_from(AreaPopulation)) == 0


def test_changes_are_taken_over(gorontalo: Session) -> None:
    text = "code,name,parent,lat,lon\n75.05,Gorontalo Utara Baru,75,0.86,123.0\n"
    report = load_areas(gorontalo, text.encode(), by="tests", at=NOW)
    assert (report.added, report.changed) == (0, 1)
    assert get_area(gorontalo, "75.05").name == "Gorontalo Utara Baru"


def test_another_province_loads_beside(gorontalo: Session) -> None:
    text = "code;name\n73;Contoh\n73.01;Satu\n73.01.01;Kecamatan Satu\n"
    assert load_areas(gorontalo, text.encode(), by="tests", at=NOW).added == 3
    assert [area.name for area in children(gorontalo, "73")] == ["Satu"]


def test_population_is_dated_and_its_newest_figure_found(gorontalo: Session) -> None:
    shipped = (DATA / "areas" / "gorontalo_population.csv").read_bytes()
    assert load_population(gorontalo, shipped, by="tests", at=NOW).changed == 7
    newer = b"code,as_of,population,source\n75.05,2025-12-31,133000,contoh\n"
    assert load_population(gorontalo, newer, by="tests", at=NOW).added == 1
    asked = ["75.05", "75.71", "75.01.01"]
    early = population(gorontalo, asked, on=date(2025, 6, 30))
    late = population(gorontalo, asked, on=date(2026, 6, 30))
    assert {code: figure.persons for code, figure in early.items()} == {
        "75.05": 131_991,
        "75.71": 204_360,
    }
    assert late["75.05"].persons == 133_000
    assert early["75.05"].male == 67_267
    one_source = population(gorontalo, asked, on=date(2026, 6, 30), source="dukcapil-2024s2")
    assert one_source["75.05"].persons == 131_991
    assert population(gorontalo, asked, on=date(2020, 1, 1)) == {}
    load_areas(gorontalo, GORONTALO.read_bytes(), by="tests", at=NOW)
    assert population(gorontalo, asked, on=date(2025, 6, 30))["75.05"].male == 67_267


def test_population_of_nobody_knows_where_is_refused(gorontalo: Session) -> None:
    text = b"code,as_of,population,source\n99.01,2025-12-31,1,contoh\n"
    report = load_population(gorontalo, text, by="tests", at=NOW)
    assert [str(problem) for problem in report.problems] == ["Wilayah 99.01 tidak ada."]
    with pytest.raises(InvalidFile):
        load_population(gorontalo, b"", by="tests", at=NOW)


def test_the_tree_is_walked_both_ways(gorontalo: Session) -> None:
    names = [area.name for area in path(gorontalo, "75.71.02.1013")]
    assert names[:3] == ["Gorontalo", "Kota Gorontalo", "Kota Selatan"]
    assert len(children(gorontalo, "75")) == 6
    assert len(areas_at(gorontalo, Level.DESA, inside=["75.71", "75.05"])) == 50 + 123
    assert areas_at(gorontalo, Level.DESA, inside=[]) == []
    assert len(names_at(gorontalo, Level.KECAMATAN)) == 77
    with pytest.raises(NotFound):
        path(gorontalo, "75.99")


def test_areas_are_found_by_name_spelling_and_code(gorontalo: Session) -> None:
    assert [a.code for a in find_areas(gorontalo, "heluma", level=Level.DESA)][:3] == [
        "75.01.14.2002",
        "75.03.03.2028",
        "75.05.03.2024",
    ]
    assert find_areas(gorontalo, "marisa iv")[0].name == "Puncak Jaya"
    assert find_areas(gorontalo, "75.71.02")[0].name == "Kota Selatan"
    assert {a.code[:5] for a in find_areas(gorontalo, "hulawa", inside=["75.03"])} == {"75.03"}
    assert len(find_areas(gorontalo, "a", limit=5)) == 5
    assert find_areas(gorontalo, "  ") == []

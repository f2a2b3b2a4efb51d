"""Files hold the figures of the page and nothing that it hides."""

import csv
import io
import json
from datetime import UTC, date, datetime

import geopandas
import pytest
import shapely

from jps.areas.rules import Level
from jps.assessment.rules import Line
from jps.errors import NotFound
from jps.maps.features import Outlines
from jps.maps.figures import Population, poverty_of, registration_of
from jps.maps.files import Format, write
from jps.maps.hiding import Hidden
from jps.maps.indicators import Topic
from jps.maps.payload import COLUMNS, payload
from jps.maps.views import AreaRow, Crumb, MapView, Model
from tests.maps.test_figures import TODAY, tally

POPULATION = Population(800, date(2024, 12, 31), "dukcapil")
FIGURES = tally((0.5, 6), (0.1, 2))
ROWS = (
    AreaRow(
        "75.01",
        "=Contoh",
        "kabupaten",
        poverty=poverty_of(FIGURES),
        registration=registration_of(FIGURES, POPULATION, on=TODAY),
        population=POPULATION,
    ),
    AreaRow(
        "75.02", "Kecil", "kabupaten", poverty_hidden=Hidden.FEW, registration_hidden=Hidden.FEW
    ),
    AreaRow("75.03", "Kosong", "kabupaten"),
)
VIEW = MapView(
    indicator="poverty_rate",
    topic=Topic.POVERTY,
    programme="",
    programmes={},
    level=Level.KABKOTA,
    inside="75",
    line=Line.NPL100,
    levels=(Level.KABKOTA, Level.KECAMATAN, Level.DESA),
    crumbs=(Crumb("75", "Gorontalo", True),),
    rows=ROWS,
    total=ROWS[0],
    parents={},
    interviews=(date(2026, 11, 1), TODAY),
    model=Model("PPI Indonesia 2022", "ppi-indonesia-2022"),
    counted_at=datetime(2026, 11, 23, 6, tzinfo=UTC),
    minimum=5,
    on=TODAY,
)
OUTLINES = Outlines(
    {row.code: shapely.box(place, 0, place + 1, 1) for place, row in enumerate(ROWS)},
    "Digambar untuk pengujian",
    "",
    True,
)


def test_csv_is_read_by_excel_and_by_programs() -> None:
    file = write(VIEW, Format.CSV, None)
    assert file.content.startswith(b"\xef\xbb\xbf")
    shown, hidden, empty = csv.DictReader(io.StringIO(file.content.decode("utf-8-sig")))
    assert shown["name"] == "'=Contoh"
    assert shown["code"] == "75.01"
    assert float(shown["poverty_rate"]) == pytest.approx(0.4)
    assert shown["model"] == "ppi-indonesia-2022"
    assert hidden["poverty_state"] == "hidden-few"
    assert (hidden["poverty_rate"], hidden["households"]) == ("", "")
    assert empty["poverty_state"] == "no-data"


def test_geojson_carries_outlines_and_their_source() -> None:
    document = json.loads(write(VIEW, Format.GEOJSON, OUTLINES).content)
    assert document["boundary_source"] == "Digambar untuk pengujian"
    assert document["boundary_kind"] == "schematic"
    hidden = document["features"][1]
    assert hidden["geometry"]["type"] == "Polygon"
    assert hidden["properties"]["poor_persons"] is None


def test_geopackage_opens(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("files") / "map.gpkg"
    path.write_bytes(write(VIEW, Format.GPKG, OUTLINES).content)
    frame = geopandas.read_file(path, layer="kabkota")
    assert list(frame["code"]) == ["75.01", "75.02", "75.03"]
    assert frame["poverty_rate"].isna().tolist() == [False, True, True]
    assert frame.crs is not None
    assert frame.crs.to_epsg() == 4326


@pytest.mark.parametrize("kind", [Format.GEOJSON, Format.GPKG])
def test_without_boundaries_there_is_no_map_file(kind: Format) -> None:
    with pytest.raises(NotFound, match="CSV"):
        write(VIEW, kind, None)


def test_the_page_gets_the_same_numbers_in_one_array_per_area() -> None:
    found = payload(VIEW)
    shown, hidden, empty = (
        dict(zip(COLUMNS[Topic.POVERTY], row, strict=True)) for row in found["rows"]
    )
    assert shown["poverty_rate"] == pytest.approx(0.4)
    assert shown["households"] == 2
    assert hidden["poverty_hidden"] == "few"
    assert hidden["poverty_rate"] is None
    assert empty["poverty_hidden"] is None
    assert found["crumbs"] == [["75", "Gorontalo", True]]
    json.dumps(found)


def test_everything_hidden_is_null_in_the_payload() -> None:
    _, hidden, _ = payload(VIEW)["rows"]
    numbers = [value for value in hidden[2:] if isinstance(value, int | float)]
    assert numbers == []

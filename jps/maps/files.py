"""Figures as files: CSV, GeoJSON, GeoPackage. What the page hides is hidden here too."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from jps.errors import NotFound
from jps.maps.features import Outlines, features
from jps.maps.hiding import Hidden
from jps.maps.indicators import INDICATORS, Topic
from jps.maps.payload import told_reason
from jps.maps.views import AreaRow, MapView
from jps.text import N_, csv_safe

if TYPE_CHECKING:
    import geopandas


class Format(StrEnum):
    """What a download can be."""

    CSV = "csv"
    GEOJSON = "geojson"
    GPKG = "gpkg"
    PARQUET = "parquet"


@dataclass(frozen=True)
class Download:
    """A file to hand out."""

    name: str
    mimetype: str
    content: bytes


_MIMETYPES: Mapping[Format, str] = {
    Format.CSV: "text/csv",
    Format.GEOJSON: "application/geo+json",
    Format.GPKG: "application/geopackage+sqlite3",
    Format.PARQUET: "application/vnd.apache.parquet",
}


def write(
    view: MapView, kind: Format, outlines: Outlines | None, *, only: Sequence[str] = ()
) -> Download:
    """Return `view` as a file, with the columns `only` or all.

    Raises `NotFound` when a map is asked for without boundaries.
    """
    found = records(view)
    if only:
        found = [{column: record[column] for column in only} for record in found]
    if kind is Format.CSV:
        content = _csv(found)
    elif outlines is None or not outlines.shapes:
        raise NotFound(N_("Belum ada batas wilayah untuk tingkat ini; unduh sebagai CSV."))
    elif kind is Format.GEOJSON:
        content = _geojson(found, outlines)
    elif kind is Format.GPKG:
        content = _geopackage(found, outlines)
    else:
        content = _geoparquet(found, outlines)
    place = (view.inside or "wilayah").replace(".", "")
    name = f"jps-{view.level}-{place}-{view.on:%Y%m%d}.{kind}"
    return Download(name, _MIMETYPES[kind], content)


def records(view: MapView) -> list[dict[str, Any]]:
    """Return the areas of `view` as flat records, without what is hidden."""
    return [_record(view, row) for row in view.rows]


def _record(view: MapView, row: AreaRow) -> dict[str, Any]:
    """Return one area as a flat record; shares are 0-1, None is unknown or hidden."""
    return {
        "code": row.code,
        "name": row.name,
        "level": str(view.level),
        "type": row.type,
        **_poverty(row),
        **_registration(row),
        **_more(view, row),
        "poverty_line": str(view.line),
        "model": view.model.version if view.model else None,
        "as_of": view.on.isoformat(),
    }


def _poverty(row: AreaRow) -> dict[str, Any]:
    found = row.poverty
    return {
        "poverty_state": _state(row.poverty_hidden, found),
        "households_scored": found and found.scored,
        "poverty_rate": found and _round(found.rate.rate),
        "poverty_rate_error": found and _round(found.rate.error),
        "poverty_rate_low": found and _round(found.rate.low),
        "poverty_rate_high": found and _round(found.rate.high),
        "household_poverty_rate": found and _round(found.household_rate.rate),
        "poor_persons": found and _round(found.persons, 1),
        "poor_households": found and _round(found.households, 1),
    }


def _registration(row: AreaRow) -> dict[str, Any]:
    found, population = row.registration, row.population
    return {
        "registration_state": _state(row.registration_hidden, found),
        "households": found and found.households,
        "persons": found and found.persons,
        "households_expected": found and _round(found.expected, 1),
        "coverage": found and _round(found.coverage),
        "age_days": found and found.age_days,
        "population": population and population.persons,
        "population_as_of": population and population.as_of.isoformat(),
        "population_source": population and population.source,
    }


def _more(view: MapView, row: AreaRow) -> dict[str, Any]:
    """Return the figures of another topic than poverty, each group with its state."""
    records: dict[str, Any] = {}
    for found in INDICATORS:
        if found.key in row.more:
            state = f"{found.group}_state"
            if state not in records:
                records[state] = _state(row.hidden[found.group], row.more[found.key])
            records[found.key] = _round(row.more[found.key])
            for limit in (f"{found.key}_low", f"{found.key}_high"):
                if limit in row.more:
                    records[limit] = _round(row.more[limit])
    if view.topic is Topic.AID:
        records["programme"] = view.programme or None
    if view.topic is Topic.CONSUMPTION:
        records["households_modelled"] = row.more["modelled"]
    return records


def _state(hidden: Hidden | None, found: object) -> str:
    if hidden is not None:
        return f"hidden-{told_reason(hidden)}"
    return "no-data" if found is None else "shown"


def _round(value: float | None, digits: int = 5) -> float | None:
    return None if value is None else round(value, digits)


def _csv(records: list[dict[str, Any]]) -> bytes:
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(records[0] if records else [])
    for record in records:
        rows.writerow(
            csv_safe(value) if isinstance(value, str) else value for value in record.values()
        )
    return text.getvalue().encode("utf-8-sig")  # the mark lets Excel read it as UTF-8


def _geojson(rows: list[dict[str, Any]], outlines: Outlines) -> bytes:
    collection = {
        "type": "FeatureCollection",
        **origin(outlines),
        "features": features(rows, outlines),
    }
    return json.dumps(collection, ensure_ascii=False, separators=(",", ":")).encode()


def _frame(rows: list[dict[str, Any]], outlines: Outlines) -> "geopandas.GeoDataFrame":
    import geopandas

    drawn = [row for row in rows if row["code"] in outlines.shapes]
    shapes = [outlines.shapes[row["code"]] for row in drawn]
    return geopandas.GeoDataFrame(drawn, geometry=shapes, crs="EPSG:4326")


def _geoparquet(rows: list[dict[str, Any]], outlines: Outlines) -> bytes:
    content = io.BytesIO()
    frame = _frame(rows, outlines)
    frame.attrs.update(origin(outlines))
    frame.to_parquet(content, index=False, compression="zstd")
    return content.getvalue()


def _geopackage(rows: list[dict[str, Any]], outlines: Outlines) -> bytes:
    frame = _frame(rows, outlines)
    content = io.BytesIO()
    frame.to_file(
        content,
        driver="GPKG",
        layer=str(frame["level"].iloc[0]),
        engine="pyogrio",
        dataset_metadata=origin(outlines),
    )
    return content.getvalue()


def origin(outlines: Outlines) -> dict[str, str]:
    """Return where outlines come from, as a file tells it."""
    return {
        "boundary_source": outlines.source,
        "boundary_licence": outlines.licence,
        "boundary_kind": "schematic" if outlines.schematic else "imported",
    }

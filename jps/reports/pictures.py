"""The drawings of an overview: intervals, reached and not, months, deciles, and the map."""

from collections.abc import Mapping

import shapely
from sqlalchemy.orm import Session

from jps.areas.queries import current_set, geometries
from jps.areas.rules import Level
from jps.maps.indicators import BY_KEY, PALETTES, limits_of
from jps.reports.charts import (
    Interval,
    Legend,
    Plot,
    Split,
    area_map,
    class_words,
    columns,
    intervals,
    months,
    splits,
)
from jps.reports.drawing import Drawing
from jps.reports.overview import Figure, Layer, Overview
from jps.reports.tables import Speech
from jps.text import N_

MOST_ROWS = 40  # of a chart; with more the table tells better
TRENDS = (
    N_("Rumah tangga terdata per bulan"),
    N_("Rumah tangga diverifikasi per bulan"),
    N_("Penyaluran terlaksana per bulan"),
)


def rate_chart(found: Overview, speech: Speech, width: float) -> Drawing | None:
    """Return the poverty rates of the areas right below, with their intervals."""
    names = found.top.names
    if len(names) > MOST_ROWS:
        return None
    rows = [
        Interval(names[code], one.value, one.low, one.high, _why(one, speech))
        for code, one in found.top.column("poverty_rate").items()
    ]
    label = speech.say(BY_KEY["poverty_rate"].name)
    return intervals(rows, width, label, lambda share: speech.percent(share, 1))


def reach_chart(found: Overview, speech: Speech, width: float) -> Drawing | None:
    """Return the expected poor households of the areas right below, reached and not."""
    names = found.top.names
    if len(names) > MOST_ROWS:
        return None
    reached, missed = found.top.column("poor_reached"), found.top.column("poor_unreached")
    rows = [
        Split(names[code], reached[code].value, missed[code].value, _why(reached[code], speech))
        for code in names
    ]
    words = speech.say(N_("terjangkau")), speech.say(N_("belum terjangkau"))
    label = speech.say(N_("Perkiraan rumah tangga miskin, terjangkau dan belum"))
    return splits(rows, width, label, words, lambda number: speech.number(number, 0))


def trend_charts(found: Overview, speech: Speech, width: float) -> list[Drawing]:
    """Return what happened month by month: registered, verified, delivered, where it is told."""
    return [
        months(
            found.months,
            width,
            speech.say(label),
            lambda number: speech.number(number, 0),
            place=place,
            empty=speech.say(N_("belum ada dalam 12 bulan terakhir")),
        )
        for place, label in enumerate(TRENDS)
        if found.told[place]
    ]


def decile_chart(found: Overview, speech: Speech, width: float) -> Drawing | None:
    """Return families by decile; none where a decile has too few to be told, or none is known."""
    counts = found.deciles or {}
    if not any(counts.values()):
        return None
    named = [(str(decile), count) for decile, count in counts.items()]
    label = speech.say(N_("Keluarga per desil"))
    return columns(named, width, label, lambda number: speech.number(number, 0))


def poverty_map(
    session: Session, layer: Layer, speech: Speech, width: float, most_height: float
) -> Drawing | None:
    """Return the poverty rates of a layer's areas as a map; None without boundaries."""
    boundaries = current_set(session, layer.level)
    if boundaries is None:
        return None
    shapes = geometries(session, boundaries)
    about, say = BY_KEY["poverty_rate"], speech.say
    limits = limits_of(about, layer.level)
    source = f"{say(N_('Batas wilayah'))}: {say(boundaries.source)}"
    schematic = say(N_("Batas skematis: digambar dari titik tengah dan luas resmi, bukan batas."))
    legend = Legend(
        say(about.name),
        class_words(limits, lambda share: speech.percent(share, 0)),
        say(N_("disembunyikan")),
        say(N_("belum ada data")),
        (source[:140], schematic) if boundaries.schematic else (source[:140],),
    )
    return area_map(
        _plots(layer, shapes),
        PALETTES[about.palette],
        limits,
        legend,
        width=width,
        most_height=most_height,
        label=f"{say(about.name)} {say(layer.level.label)}",
    )


def map_layer(found: Overview) -> Layer:
    """Return the layer that the map of a report shows: kecamatan where there are any."""
    return next((one for one in found.layers if one.level is Level.KECAMATAN), found.layers[-1])


def _plots(layer: Layer, shapes: Mapping[str, shapely.Geometry]) -> list[Plot]:
    return [
        Plot(layer.names[code], shapes[code], one.value, hidden=one.why is not None)
        for code, one in layer.column("poverty_rate").items()
        if code in shapes
    ]


def _why(figure: Figure, speech: Speech) -> str:
    return "–" if figure.why is None else speech.say(N_("disembunyikan"))

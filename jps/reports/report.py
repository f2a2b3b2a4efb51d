"""A report: all that is printed, made once from an overview, for the PDF and the workbook."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.areas.models import Area
from jps.areas.rules import Level
from jps.maps.indicators import BY_KEY
from jps.maps.queries import VillageSums
from jps.maps.services import Reader
from jps.reports.drawing import Drawing
from jps.reports.overview import Overview, overview
from jps.reports.pictures import (
    decile_chart,
    map_layer,
    poverty_map,
    rate_chart,
    reach_chart,
    trend_charts,
)
from jps.reports.tables import Speech, Table, all_tables
from jps.reports.words import KeyFigure, key_figures, money_line, notes, sources
from jps.text import N_

PAPER = 510.0  # points between the margins of A4
MAP_HEIGHT = 250.0


@dataclass(frozen=True)
class Report:
    """What a report of an area says, in the reader's language."""

    title: str
    sources: Sequence[str]
    key_figures: Sequence[KeyFigure]
    money: tuple[str, str]
    drawings: Sequence[tuple[str, Drawing]]
    tables: Sequence[Table]
    notes: Sequence[str]
    overview: Overview


def make_report(
    session: Session,
    inside: str,
    *,
    reader: Reader,
    sums: VillageSums,
    zone: tzinfo,
    speech: Speech,
) -> Report:
    """Return the report of an area down to desa. Raises NotFound outside the reader's areas."""
    found = overview(session, inside, reader=reader, sums=sums, zone=zone, deep=True)
    say = speech.say
    name = found.name or say(N_("Semua wilayah saya"))
    names = _districts(session)
    return Report(
        title=f"{say(N_('Laporan kemiskinan dan bantuan'))}: {name}",
        sources=sources(found, speech),
        key_figures=key_figures(found, speech),
        money=(f"{say(N_('Nilai disalurkan'))} {found.on.year}", money_line(found, speech)),
        drawings=pictures(session, found, speech),
        tables=all_tables(found, speech, names),
        notes=notes(speech),
        overview=found,
    )


def pictures(session: Session, found: Overview, speech: Speech) -> list[tuple[str, Drawing]]:
    """Return the map and the charts of a report, with their titles."""
    layer, say = map_layer(found), speech.say
    rate = say(BY_KEY["poverty_rate"].name)
    drawn = [
        (
            f"{rate}: {say(layer.level.label).lower()}",
            poverty_map(session, layer, speech, PAPER, MAP_HEIGHT),
        ),
        (f"{rate}, {say(N_('selang 95 %'))}", rate_chart(found, speech, PAPER)),
        (
            say(N_("Perkiraan rumah tangga miskin, terjangkau dan belum")),
            reach_chart(found, speech, PAPER),
        ),
        (say(N_("Keluarga per desil")), decile_chart(found, speech, PAPER)),
        *((one.label, one) for one in trend_charts(found, speech, PAPER)),
    ]
    return [(title, drawing) for title, drawing in drawn if drawing is not None]


def _districts(session: Session) -> dict[str, str]:
    query = select(Area.code, Area.name).where(Area.level == Level.KECAMATAN)
    return {row.code: row.name for row in session.execute(query)}

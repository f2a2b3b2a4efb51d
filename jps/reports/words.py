"""What a report says besides its figures: the key figures with sources, and its notes."""

from collections.abc import Sequence
from dataclasses import dataclass

from jps.maps.indicators import BY_KEY
from jps.reports.deliveries import TOGETHER
from jps.reports.overview import Figure, Overview
from jps.reports.tables import Cell, Speech, how_of, interval
from jps.text import N_

# The figures at the top, in order; each leads to the rows behind it.
KEY_FIGURES = (
    "poverty_rate", "poor_persons", "poor_households", "households", "coverage", "age_days",
    "reached", "reached_share", "poor_unreached", "overlaps", "findings", "no_nik_share",
    "low_families", "unranked",
)  # fmt: skip
NOTES = (
    N_(
        "Tingkat dan jumlah miskin adalah perkiraan dari kartu skor PPI atas rumah tangga yang "
        "dinilai, dengan selang kepercayaan 95 %; bukan angka resmi BPS."
    ),
    N_("Terjangkau berarti disebut SK bantuan yang berlaku pada tanggal laporan."),
    N_(
        "× berarti disembunyikan: terlalu sedikit rumah tangga, atau agar angka kecil di "
        "sekitarnya tidak dapat dihitung. – berarti belum ada data."
    ),
    N_("Grafik per bulan hanya untuk kabupaten/kota atau wilayah yang lebih luas."),
)


@dataclass(frozen=True)
class KeyFigure:
    """One figure with what it is, of what, how sure, and from where."""

    key: str
    name: str
    value: str
    unit: str
    sure: str
    source: str
    hidden: bool


def key_figures(found: Overview, speech: Speech) -> list[KeyFigure]:
    """Return the figures at the top of the dashboard and of a report."""
    return [_key_figure(found.top.total(key), key, speech) for key in KEY_FIGURES]


def _key_figure(figure: Figure, key: str, speech: Speech) -> KeyFigure:
    say, about = speech.say, BY_KEY[key]
    ends = interval(figure, speech) if figure.why is None else None
    return KeyFigure(
        key,
        say(about.name),
        say(N_("Disembunyikan"))
        if figure.why is not None
        else speech.cell(Cell(figure.value, how_of(key))),
        say(about.unit),
        f"{say(N_('selang 95 %'))} {ends} %" if ends else "",
        say(about.source),
        figure.why is not None,
    )


def money_line(found: Overview, speech: Speech) -> str:
    """Return what was given this year of what was planned."""
    if TOGETHER in found.hidden:
        return speech.say(N_("Disembunyikan"))
    amount = sum(row.progress.amount for row in found.programmes)
    given = sum(row.progress.given for row in found.programmes)
    if not amount:
        return speech.say(N_("belum ada rencana penyaluran"))
    figures = (speech.rupiah(given), speech.rupiah(amount), speech.percent(given / amount, 1))
    text = speech.say(N_("{given} dari {amount} ({share})"))
    return text.format(given=figures[0], amount=figures[1], share=figures[2])


def sources(found: Overview, speech: Speech) -> list[str]:
    """Return of what and when the figures are."""
    say, view = speech.say, found.top.poverty
    lines = [f"{say(N_('Keadaan'))} {speech.day(found.on)}"]
    if view.interviews:
        first, last = view.interviews
        lines.append(f"{say(N_('Wawancara'))} {speech.day(first)} – {speech.day(last)}")
    if view.model:
        lines.append(view.model.name)
    people = view.total.population
    if people:
        lines.append(
            f"{say(N_('Penduduk'))} {speech.number(people.persons, 0)} "
            f"({speech.source(people.source)}, "
            f"{speech.day(people.as_of)})"
        )
    return lines


def notes(speech: Speech) -> Sequence[str]:
    """Return how figures are to be read."""
    return [speech.say(text) for text in NOTES]

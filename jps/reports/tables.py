"""An overview as tables of plain cells: the page, the PDF and the workbook show the same ones."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from jps.areas.rules import Level
from jps.benefits.realisation import UNNAMED, payers, whole
from jps.maps.groups import OTHER_KINDS
from jps.maps.hiding import Hidden
from jps.maps.indicators import BY_KEY, Kind
from jps.programmes.rules import FINDING_NAMES
from jps.reports.deliveries import TOGETHER
from jps.reports.overview import Figure, Layer, Overview
from jps.text import N_

# The figures of a table of areas, in order. The interval stands behind the rate.
AREA_KEYS = (
    "households", "coverage", "poverty_rate", "poor_persons", "reached", "reached_share",
    "poor_unreached", "overlaps", "findings", "no_nik_share", "age_days",
)  # fmt: skip
HIDDEN_MARK = "×"
OTHER_KINDS_NAME = N_("Jenis lain, digabung karena sedikit")
WHOLE = N_("Seluruhnya")
INTERVAL = N_("Selang 95 %")
PROGRAMME = N_("Program")


class How(StrEnum):
    """How a cell is written."""

    TEXT = "text"
    COUNT = "count"
    DECIMAL = "decimal"
    SHARE = "share"
    MONEY = "money"


@dataclass(frozen=True)
class Cell:
    """What stands in a cell: words or a number; hidden where `why` says so."""

    value: float | str | None
    how: How = How.TEXT
    why: Hidden | None = None


@dataclass(frozen=True)
class Table:
    """A table with its title. The first column names the rows; the last row may be the total."""

    title: str
    heading: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    has_total: bool = False


@dataclass(frozen=True)
class Speech:
    """How a reader's language says texts, numbers, shares, rupiah, days and names of sources."""

    say: Callable[[str], str]
    number: Callable[[float | None, int], str]
    percent: Callable[[float | None, int], str]
    rupiah: Callable[[int | None], str]
    day: Callable[[date | None], str]
    source: Callable[[str], str]

    def cell(self, cell: Cell) -> str:
        """Return a cell as words."""
        if cell.why is not None:
            return HIDDEN_MARK
        if cell.value is None:
            return "–"
        if isinstance(cell.value, str):
            return cell.value
        match cell.how:
            case How.SHARE:
                return self.percent(cell.value, 1)
            case How.MONEY:
                return self.rupiah(round(cell.value))
            case How.DECIMAL:
                return self.number(cell.value, 1)
        return self.number(cell.value, 0)


def how_of(key: str) -> How:
    """Return how a figure of the map is written."""
    return How.SHARE if BY_KEY[key].kind is Kind.SHARE else How.COUNT


def cell_of(figure: Figure, key: str) -> Cell:
    """Return a figure of the map as a cell."""
    return Cell(figure.value, how_of(key), figure.why)


def area_table(layer: Layer, speech: Speech, names: Mapping[str, str]) -> Table:
    """Return the figures of the areas of a layer; `names` are those of the areas above them."""
    say = speech.say
    heading = [say(layer.level.label)]
    for key in AREA_KEYS:
        heading.append(say(BY_KEY[key].short))
        heading += [say(INTERVAL)] if key == "poverty_rate" else []
    columns = {key: layer.column(key) for key in AREA_KEYS}
    rows = [
        _area_row(
            f"{name}{_above(code, layer, names)}", {k: columns[k][code] for k in AREA_KEYS}, speech
        )
        for code, name in layer.names.items()
    ]
    rows.append(_area_row(say(WHOLE), {key: layer.total(key) for key in AREA_KEYS}, speech))
    title = f"{say(N_('Angka per'))} {say(layer.level.label).lower()}"
    return Table(title, tuple(heading), tuple(rows), has_total=True)


def _above(code: str, layer: Layer, names: Mapping[str, str]) -> str:
    """Return in which kecamatan a desa lies: names of desa repeat."""
    above = names.get(code.rpartition(".")[0], "") if layer.level is Level.DESA else ""
    return f" ({above})" if above else ""


def _area_row(name: str, figures: Mapping[str, Figure], speech: Speech) -> tuple[Cell, ...]:
    cells = [Cell(name)]
    for key in AREA_KEYS:
        figure = figures[key]
        cells.append(cell_of(figure, key))
        if key == "poverty_rate":
            cells.append(Cell(interval(figure, speech), why=figure.why))
    return tuple(cells)


def interval(figure: Figure, speech: Speech) -> str | None:
    """Return the ends of an interval, None without one."""
    if figure.low is None or figure.high is None:
        return None
    return f"{speech.number(figure.low * 100, 1)}–{speech.number(figure.high * 100, 1)}"


def reach_table(found: Overview, speech: Speech) -> Table:
    """Return the households that each programme reaches, per area right below."""
    say, names = speech.say, found.top.names
    heading = (say(PROGRAMME), *names.values(), say(WHOLE))
    rows = [
        (
            Cell(one.name),
            *(cell_of(one.areas[code], "reached") for code in names),
            cell_of(one.total, "reached"),
        )
        for one in found.reach
    ]
    every = [cell_of(found.top.column("reached")[code], "reached") for code in names]
    any_ = (
        Cell(say(N_("Program apa pun"))),
        *every,
        cell_of(found.top.total("reached"), "reached"),
    )
    title = say(N_("Rumah tangga yang dijangkau per program"))
    return Table(title, heading, (*rows, any_) if rows else (), has_total=True)


def finding_table(found: Overview, speech: Speech) -> Table:
    """Return the open findings by kind; kinds that are too few to be told are put together."""
    say, counts = speech.say, found.findings or {}
    names = [(str(kind), name) for kind, name in FINDING_NAMES.items()]
    rows = [
        (Cell(say(name)), Cell(counts[kind], How.COUNT))
        for kind, name in (*names, (OTHER_KINDS, OTHER_KINDS_NAME))
        if counts.get(kind)
    ]
    return Table(say(N_("Temuan terbuka")), (say(N_("Jenis")), say(N_("Jumlah"))), tuple(rows))


def realisation_table(found: Overview, speech: Speech) -> Table:
    """Return what was planned and given this year, per programme and payer."""
    say, rows = speech.say, found.programmes
    hidden = found.hidden
    who = payers([row for row in rows if row.key not in hidden] if TOGETHER in hidden else rows)
    heading = (
        say(PROGRAMME), say(N_("Direncanakan")), say(N_("Disalurkan")), say(N_("Gagal")),
        say(N_("Nilai direncanakan")), say(N_("Nilai disalurkan")), "%",
        *(payer if payer != UNNAMED else say(N_("Belum disebut")) for payer in who),
    )  # fmt: skip
    cells = []
    for row in (*rows, whole(rows)) if rows else ():
        made, why = row.progress, hidden.get(row.key)
        figures = (
            (made.planned, How.COUNT),
            (made.delivered, How.COUNT),
            (made.refused, How.COUNT),
            (made.amount, How.MONEY),
            (made.given, How.MONEY),
            (made.share_given, How.SHARE),
            *((row.shares.get(payer, 0), How.MONEY) for payer in who),
        )
        told = (Cell(None if why else value, how, why) for value, how in figures)
        cells.append((Cell(row.name or say(WHOLE)), *told))
    title = f"{say(N_('Realisasi penyaluran'))} {found.on.year}"
    return Table(title, heading, tuple(cells), has_total=True)


def all_tables(found: Overview, speech: Speech, names: Mapping[str, str]) -> Sequence[Table]:
    """Return every table of a report that has rows."""
    tables = (
        *(area_table(layer, speech, names) for layer in found.layers),
        reach_table(found, speech),
        finding_table(found, speech),
        realisation_table(found, speech),
    )
    return [table for table in tables if table.rows]

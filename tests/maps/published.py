"""Everything that any output tells, noted for an attack on all of it together."""

import csv
import html
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from tempfile import NamedTemporaryFile
from typing import Any

import geopandas
from python_calamine import CalamineWorkbook

from jps.maps.programmes import OVERLAP
from jps.programmes.rules import FINDING_NAMES
from tests.maps.attack import Attack

TOGETHER = "deliveries"  # of all programmes
RANKS = tuple(f"d{decile}" for decile in range(1, 11))
KINDS = {name: str(kind) for kind, name in FINDING_NAMES.items()}


class Published:
    """What was told, sorted into `attacks` by figure. `names` are areas by their names."""

    def __init__(
        self, attacks: Iterable[Attack], names: Mapping[str, str], programmes: Mapping[str, str]
    ) -> None:
        self.attacks = list(attacks)
        self._names = names
        self._programmes = programmes  # codes by name

    def note(self, area: str, figure: str, value: object) -> None:
        """Keep a figure; the same figure is the same number wherever it stands."""
        if value is None or str(value) in ("", "nan", "<NA>"):
            return
        attack = next(one for one in self.attacks if figure in one.figures)
        number = float(str(value))
        assert attack.known.get((area, figure), number) == number, (area, figure, value)
        attack.publish(area, figure, number)

    def records(self, records: Iterable[Mapping[str, Any]], programme: str = "") -> None:
        """Note flat records: of files, of features, of the map's values."""
        for row in records:
            area = row["code"]
            for column in ("households", "overlaps", "findings", "no_nik", "unranked"):
                self.note(area, OVERLAP if column == "overlaps" else column, row.get(column))
            self.note(area, "low", row.get("low_families"))
            self.note(area, programme or "reached", row.get("reached"))
            self.note(area, "scored", row.get("scored") or row.get("households_scored"))
            self.note(area, "modelled", row.get("modelled") or row.get("households_modelled"))
            for share, part, whole in (
                ("no_nik_share", "no_nik", "members"),
                ("low_share", "low_families", "ranked"),
            ):
                told, count = (float(row.get(key) or "nan") for key in (share, part))
                if told > 0 and count > 0:
                    self.note(area, whole, round(count / told))

    def values(self, view: Mapping[str, Any], programme: str) -> None:
        """Note the map's values."""
        rows = [dict(zip(view["columns"], row, strict=True)) for row in view["rows"]]
        total = dict(zip(view["columns"], view["total"], strict=True))
        self.records([*rows, total] if total["code"] else rows, programme)

    def was(self, view: Mapping[str, Any], figure: str) -> None:
        """Note a figure of the period with which the map's values are compared."""
        for area, value in view["was"].items():
            self.note(area, figure, value)

    def csv(self, text: str, programme: str = "") -> None:
        """Note a CSV file of the map."""
        self.records(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))), programme)

    def map_file(self, content: bytes, kind: str, programme: str) -> None:
        """Note a file with outlines."""
        with NamedTemporaryFile(suffix=f".{kind}") as file:
            file.write(content)
            file.flush()
            read = geopandas.read_parquet if kind == "parquet" else geopandas.read_file
            frame = read(file.name)
        rows = frame.drop(columns="geometry").to_dict("records")
        self.records(({str(key): row[key] for key in row} for row in rows), programme)

    def workbook(self, content: bytes, inside: str) -> None:
        """Note the report of an area as a workbook."""
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        for name in book.sheet_names[1:]:
            self.table(name[2:], book.get_sheet_by_name(name).to_python(), inside)

    def page(self, text: str, inside: str) -> None:
        """Note the dashboard of an area: its tables and charts."""
        for title, body in re.findall(r"<h2[^>]*>(.*?)</h2>(.*?)</section>", text, re.S):
            if title == "Keluarga per desil":
                texts = re.findall(r"<text[^>]*>([^<]*)</text>", body)
                for rank, value in zip(RANKS, texts[-len(RANKS) :], strict=True):
                    self.note(inside, rank, int(value))
            elif title == "Rumah tangga terdata per bulan":  # all in one month
                texts = re.findall(r"<text[^>]*>(\d+)</text>", body)
                self.note(inside, "households", max(map(int, texts)))
            rows = re.findall(r"<tr[^>]*>(.*?)</tr>", body, re.S)
            cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S) for row in rows]
            self.table(title, [[_number(cell) for cell in row] for row in cells], inside)

    def table(self, title: str, rows: Sequence[Sequence[Any]], inside: str) -> None:
        """Note a table of a report."""
        for row in rows[1:]:
            first = str(row[0])
            if title.startswith("Angka per"):
                area = inside if first == "Seluruhnya" else self._names[first.split(" (")[0]]
                places = ((1, "households"), (6, "reached"), (9, OVERLAP), (10, "findings"))
                for place, figure in places:
                    self._cell(area, figure, row[place])
            elif title.startswith("Rumah tangga yang"):
                heads = [str(head) for head in rows[0][1:]]
                figure = self._programmes.get(first, "reached")
                for head, value in zip(heads, row[1:], strict=True):
                    self._cell(self._names.get(head, inside), figure, value)
            elif title.startswith("Temuan terbuka") and first in KINDS:
                self._cell(inside, KINDS[first], row[1])
            elif title.startswith("Realisasi"):
                self._cell(inside, self._programmes.get(first, TOGETHER), row[1])

    def _cell(self, area: str, figure: str, value: object) -> None:
        if isinstance(value, int | float):
            self.note(area, figure, value)


def _number(text: str) -> object:
    text = html.unescape(text.strip())
    plain = text.replace(".", "")
    return int(plain) if plain.isdigit() else text

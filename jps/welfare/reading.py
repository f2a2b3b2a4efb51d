"""A scorecard file: JSON in, checked and frozen values out."""

import hashlib
import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from jps.errors import InvalidFile
from jps.text import N_

_ROWS = 101  # scores 0-100


@dataclass(frozen=True)
class Label:
    """A text in both languages."""

    id: str
    en: str

    def text(self, language: str) -> str:
        """Return the text in `language` ("id" or "en"); Indonesian for any other."""
        return self.en if language == "en" else self.id


@dataclass(frozen=True)
class Response:
    """One possible response, the codes that mean it, and its points per line."""

    codes: tuple[str, ...]
    label: Label
    points: Mapping[str, int]


@dataclass(frozen=True)
class Indicator:
    """One question of the scorecard."""

    key: str
    label: Label
    responses: tuple[Response, ...]


@dataclass(frozen=True)
class Benchmark:
    """A published rate per line (0-1) of a region; `unit` is person or household."""

    unit: str
    region: str
    rates: Mapping[str, float]


@dataclass(frozen=True)
class Table:
    """A scorecard as its file says it."""

    name: str
    version: str
    source: str
    trademark: str
    content_hash: str
    lines: Mapping[str, Label]
    indicators: tuple[Indicator, ...]
    lookup: Mapping[str, tuple[float, ...]]
    benchmarks: tuple[Benchmark, ...]


def read_table(path: Path) -> Table:
    """Read and check a scorecard file. Raises `InvalidFile` when anything is missing or odd."""
    try:
        content = path.read_bytes()
        document = json.loads(content)
        table = _table(document, hashlib.sha256(content).hexdigest())
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidFile(
            N_("Berkas kartu skor {file} tidak dapat dibaca."), file=path.name
        ) from error
    _check(table, path.name)
    return table


def _table(document: Mapping[str, Any], content_hash: str) -> Table:
    lines = {key: _label(value) for key, value in document["lines"].items()}
    return Table(
        name=str(document["name"]),
        version=str(document["version"]),
        source=str(document["source"]),
        trademark=str(document["trademark"]),
        content_hash=content_hash,
        lines=MappingProxyType(lines),
        indicators=tuple(_indicator(item, tuple(lines)) for item in document["indicators"]),
        lookup=MappingProxyType(
            {line: tuple(float(p) for p in document["lookup"][line]) for line in lines}
        ),
        benchmarks=tuple(
            Benchmark(row["unit"], row["region"], {line: float(row[line]) for line in lines})
            for row in document["benchmarks"]
        ),
    )


def _indicator(item: Mapping[str, Any], lines: tuple[str, ...]) -> Indicator:
    responses = tuple(
        Response(
            tuple(map(str, response["codes"])),
            _label(response),
            {line: int(response["points"][line]) for line in lines},
        )
        for response in item["responses"]
    )
    return Indicator(str(item["key"]), _label(item), responses)


def _label(item: Mapping[str, Any]) -> Label:
    return Label(str(item["id"]), str(item["en"]))


def _check(table: Table, file: str) -> None:
    for line, likelihoods in table.lookup.items():
        falling = all(a >= b for a, b in itertools.pairwise(likelihoods))
        if len(likelihoods) != _ROWS or not all(0 < p < 1 for p in likelihoods) or not falling:
            raise InvalidFile(
                N_("Tabel peluang garis {line} dalam {file} tidak benar."), line=line, file=file
            )
    for indicator in table.indicators:
        codes = [code for response in indicator.responses for code in response.codes]
        points = [n for response in indicator.responses for n in response.points.values()]
        if len(set(codes)) != len(codes) or not codes or min(points) < 0:
            raise InvalidFile(
                N_("Pertanyaan {key} dalam {file} tidak benar."), key=indicator.key, file=file
            )

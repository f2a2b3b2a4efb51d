"""Lines of a budget as a file: the same columns in and out, every row checked as a typed one."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.db import AreaScope
from jps.errors import InvalidData, InvalidFile
from jps.programmes.models import BudgetLine, Programme
from jps.programmes.services import LineFacts, save_line
from jps.programmes.sipd import normalise
from jps.tables.cells import plain
from jps.tables.files import Source
from jps.text import N_, one_line

MOST_LINES = 5_000  # of one file
NEW, CHANGED, SAME = "new", "changed", "same"
# Field -> heading of its column, as it is written and first of those that are read.
COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "code": N_("Kode SIPD"),
        "name": N_("Nama pos"),
        "year": N_("Tahun"),
        "area_code": N_("Kode wilayah"),
        "programme": N_("Kode program"),
        "owner": N_("OPD"),
        "ceiling": N_("Pagu (Rp)"),
        "realised": N_("Realisasi (Rp)"),
    }
)
_READ: Mapping[str, str] = MappingProxyType(
    {
        "code": "KODESIPD KODE KODEREKENING KODESUBKEGIATAN SIPDCODE",
        "name": "NAMAPOS NAMA URAIAN NAMASUBKEGIATAN SUBKEGIATAN NAMEOFTHELINE NAMEOFLINE NAME",
        "year": "TAHUN TAHUNANGGARAN YEAR",
        "area_code": "KODEWILAYAH WILAYAH AREACODE AREA",
        "programme": "KODEPROGRAM PROGRAM PROGRAMMECODE CODEOFTHEPROGRAMME PROGRAMME",
        "owner": "OPD SKPD PERANGKATDAERAH AGENCY DEPARTMENT",
        "ceiling": "PAGURP PAGU ANGGARAN CEILINGRP CEILING",
        "realised": "REALISASIRP REALISASI REALISEDRP REALISED SPENTRP SPENT",
    }
)
_NEEDED = ("code", "name", "year", "area_code")
_OTHER = re.compile(r"[^A-Z0-9]+")
_CENTS = re.compile(r",(0+|-)$")
_KNOWN = {header: name for name, headers in _READ.items() for header in headers.split()}
NO_COLUMNS = N_("Kolom {columns} tidak ada. Ganti judul kolomnya, lalu unggah lagi.")
TWO_COLUMNS = N_("Dua kolom berisi {column}. Hapus salah satu.")
TOO_LONG = N_("Berkas ini mempunyai lebih dari {limit} baris. Bagi menjadi beberapa.")
REPEATED = N_("Pos ini sudah ada pada baris {row} berkas ini.")
NO_PROGRAMME = N_("Tidak ada program dengan kode ini.")
BROKEN = N_("Baris ini rusak: tanda kutip tidak ditutup.")


@dataclass(frozen=True, slots=True)
class Taken:
    """A row of a file: what it does to the budget, or (`problems` by column) why it cannot."""

    row: int
    code: str
    name: str
    outcome: str = ""
    problems: Mapping[str, Sequence[str]] = field(default_factory=dict)
    params: Mapping[str, object] = field(default_factory=dict)


def find_columns(headers: Sequence[str]) -> dict[str, int]:
    """Return field -> place of its column. Raises InvalidFile where a needed one is missing."""
    found: dict[str, int] = {}
    for place, header in enumerate(headers):
        name = _KNOWN.get(_OTHER.sub("", header.upper()))
        if name is not None and name in found:
            raise InvalidFile(TWO_COLUMNS, column=COLUMNS[name])
        if name is not None:
            found[name] = place
    missing = [COLUMNS[name] for name in _NEEDED if name not in found]
    if missing:
        raise InvalidFile(NO_COLUMNS, columns=", ".join(missing))
    return found


def whole(text: str) -> int | None:
    """Return a whole number of a cell, None of an empty one; -1 stands for what is no number."""
    text = _CENTS.sub("", one_line(text).removeprefix("Rp").replace(".", "").strip())
    if not text:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else -1


def take_lines(
    session: Session, source: Source, *, scope: AreaScope, by: str, at: datetime
) -> list[Taken]:
    """Add or change the lines that a file names; flushes what is right.

    Nothing may be committed while a row has a problem; a trial is rolled back. A column that the
    file does not have leaves what a known line says. Raises InvalidFile for too many rows.
    """
    programmes = {
        told.lower(): one.id
        for one in session.scalars(select(Programme).order_by(Programme.id))
        for told in (one.name, one.code)
    }
    lines = {
        (one.code, one.year, one.area_code): one for one in session.scalars(select(BudgetLine))
    }
    taken: list[Taken] = []
    seen: dict[tuple[str | None, int, str], int] = {}
    for number, values in _rows(source):
        if len(taken) == MOST_LINES:
            raise InvalidFile(TOO_LONG, limit=MOST_LINES)
        if values is None:
            taken.append(Taken(number, "", "", problems={"": [BROKEN]}))
            continue
        key = (normalise(values["code"]), whole(values["year"]) or 0, values["area_code"])
        known = lines.get((key[0] or "", key[1], key[2]))
        row = Taken(number, key[0] or values["code"], values["name"])
        first = seen.setdefault(key, number)
        if first != number and key[0] is not None:
            taken.append(_with(row, {"code": [REPEATED]}, {"row": first}))
            continue
        told = values.get("programme", "")
        unknown = {"programme": [NO_PROGRAMME]} if told and told.lower() not in programmes else {}
        facts = _facts(values, known, programmes)
        outcome = NEW if known is None else SAME if _same(known, facts) else CHANGED
        try:
            line = known.id if known else None
            save_line(session, facts, scope=scope, by=by, at=at, line_id=line)
        except InvalidData as error:
            taken.append(_with(row, {**unknown, **error.problems}, {}))
        else:
            taken.append(
                _with(row, unknown, {}) if unknown else Taken(row.row, row.code, row.name, outcome)
            )
    return taken


def _with(row: Taken, problems: Mapping[str, Sequence[str]], params: Mapping[str, object]) -> Taken:
    return Taken(row.row, row.code, row.name, problems=problems, params=params)


def _rows(source: Source) -> Iterable[tuple[int, dict[str, str] | None]]:
    """Yield the number and the cells by field of each row that holds anything."""
    for number, cells in source.rows():
        if cells is None:
            yield number, None
            continue
        values = {
            name: one_line(plain(cells[place])) if place < len(cells) else ""
            for name, place in source.columns.items()
        }
        if any(values.values()):
            yield number, values


def _facts(
    values: Mapping[str, str], known: BudgetLine | None, programmes: Mapping[str, int]
) -> LineFacts:
    def money(name: str, before: int | None) -> int | None:
        return whole(values[name]) if name in values else before

    programme = known.programme_id if known else None
    if "programme" in values:
        programme = programmes.get(values["programme"].lower())
    return LineFacts(
        values["code"][:60],
        values["name"],
        whole(values["year"]) or 0,
        values["area_code"][:13],
        values["owner"][:120] if "owner" in values else known.owner if known else "",
        money("ceiling", known.ceiling if known else None),
        money("realised", known.realised if known else None),
        programme,
    )


def _same(known: BudgetLine, facts: LineFacts) -> bool:
    names = ("name", "owner", "ceiling", "realised", "programme_id")
    return all(getattr(known, name) == getattr(facts, name) for name in names)


def cells_of(lines: Iterable[BudgetLine], codes: Mapping[int, str]) -> list[tuple[str, ...]]:
    """Return lines as rows of `COLUMNS`; `codes` are those of programmes by id."""
    return [
        (
            one.code,
            one.name,
            str(one.year),
            one.area_code,
            codes.get(one.programme_id or 0, ""),
            one.owner,
            "" if one.ceiling is None else str(one.ceiling),
            "" if one.realised is None else str(one.realised),
        )
        for one in lines
    ]

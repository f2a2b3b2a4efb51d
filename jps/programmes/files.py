"""Programmes as files: one TOML each, and a CSV of the overlap rules. Pure but for reading them."""

import csv
import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

from jps.errors import InvalidFile
from jps.matching.tomltable import TomlTable
from jps.programmes.given import ProgrammeFacts, TermsFacts, terms_of
from jps.programmes.rules import Frequency, Overlap, ProgrammeKind, Unit
from jps.text import N_

OVERLAPS = "overlaps.csv"
CODES = "sipd_codes.csv"
_KINDS = {str(kind): kind for kind in ProgrammeKind}
_UNITS = {str(unit): unit for unit in Unit}
_FREQUENCIES = {str(frequency): frequency for frequency in Frequency}
_TERMS = tuple(field.name for field in fields(TermsFacts))
_ITEMS: Mapping[str, tuple[str, ...]] = {
    "components": ("code", "name", "amount"),
    "packages": ("area", "contents"),
    "shares": ("payer", "percent"),
}
_OPTIONAL: Mapping[str, tuple[str, ...]] = {
    "components": ("most", "verified"),
    "packages": ("value", "verified"),
    "shares": ("verified",),
}
_TYPES: Mapping[str, type[int]] = {
    "amount": int, "most": int, "value": int, "percent": int, "verified": bool,
}  # fmt: skip
NOT_TOML = N_("{file} bukan TOML yang benar: {reason}")
BAD_ENTRY = N_("{place}: isian {name} tidak dapat dibaca.")
BAD_ROW = N_("{file}, baris {row}: isi tidak dapat dibaca.")


@dataclass(frozen=True)
class DescribedProgramme:
    """A programme as a file describes it, the terms in the order of their days."""

    facts: ProgrammeFacts
    terms: tuple[TermsFacts, ...]


@dataclass(frozen=True)
class DescribedOverlap:
    """A rule about two programmes as a row of a file."""

    first: str
    second: str
    verdict: Overlap
    source: str
    verified: bool


def read_programmes(folder: Path) -> tuple[DescribedProgramme, ...]:
    """Return the programmes of a folder, by code. Raises InvalidFile, which says where."""
    return tuple(_programme(path) for path in sorted(folder.glob("*.toml")))


def read_overlaps(folder: Path) -> tuple[DescribedOverlap, ...]:
    """Return the overlap rules of a folder. Raises InvalidFile."""
    return tuple(
        DescribedOverlap(
            row["first"], row["second"], Overlap(row["verdict"]), row["source"],
            row["verified"] == "yes",
        )
        for row in _rows(folder / OVERLAPS, "first second verdict source verified")
    )  # fmt: skip


def read_codes(folder: Path) -> dict[str, str]:
    """Return the names of SIPD codes that come with JPS."""
    return {row["code"]: row["name"] for row in _rows(folder / CODES, "code name")}


def _rows(path: Path, columns: str) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), start=2):
            verdict = row.get("verdict", Overlap.ALLOWED)
            if not all(row.get(name) for name in columns.split()) or verdict not in set(Overlap):
                raise InvalidFile(BAD_ROW, file=path.name, row=number)
            yield row


def _programme(path: Path) -> DescribedProgramme:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidFile(NOT_TOML, file=path.name, reason=str(error)[:120]) from error
    table = TomlTable(path.name, data).only("name", "kind", "unit", "owner", "note", "terms")
    facts = ProgrammeFacts(
        path.stem,
        table.get("name", str, ""),
        table.one_of("kind", _KINDS),
        table.one_of("unit", _UNITS),
        table.get("owner", str, ""),
        table.get("note", str, ""),
    )
    terms = [_terms(TomlTable(path.name, one)) for one in table.get("terms", list, [])]
    return DescribedProgramme(facts, tuple(sorted(terms, key=lambda one: one.valid_from)))


def _terms(table: TomlTable) -> TermsFacts:
    table.only(*_TERMS)
    columns: dict[str, Any] = {
        "valid_from": _day(table, "valid_from"),
        "valid_to": _day(table, "valid_to") if "valid_to" in table.values else None,
        "legal_basis": table.get("legal_basis", str, ""),
        "source": table.get("source", str, ""),
        "verified": table.get("verified", bool, False),
        "frequency": table.one_of("frequency", _FREQUENCIES),
        "eligibility": _tree(table, "eligibility"),
        "exclusion": _tree(table, "exclusion"),
    }
    for name in ("amount", "deliveries", "most_components", "most_deciles"):
        columns[name] = table.get(name, int, 0) if name in table.values else None
    for name, needed in _ITEMS.items():
        columns[name] = [_item(table, name, needed, row) for row in table.get(name, list, [])]
    return terms_of(columns)


def _item(table: TomlTable, name: str, needed: Sequence[str], row: object) -> Mapping[str, Any]:
    """Return one of a list, which has what is needed, nothing unknown, and all of the right kind.

    A percentage is written as an integer or a decimal number.
    """
    if not isinstance(row, dict) or not set(needed) <= set(row):
        raise InvalidFile(BAD_ENTRY, place=table.place, name=name)
    item = TomlTable(f"{table.place}: {name}", row).only(*needed, *_OPTIONAL[name])
    for key, value in row.items():
        kind: type[Any] = _TYPES.get(key, str)
        if key != "percent" or not isinstance(value, float):
            item.get(key, kind, kind())
    return row


def _day(table: TomlTable, name: str) -> date:
    value = table.values.get(name)
    if type(value) is not date:
        raise InvalidFile(BAD_ENTRY, place=table.place, name=name)
    return value


def _tree(table: TomlTable, name: str) -> dict[str, Any] | None:
    text = table.get(name, str, "")
    try:
        found = json.loads(text) if text else None
    except (ValueError, RecursionError) as error:
        raise InvalidFile(BAD_ENTRY, place=table.place, name=name) from error
    if found is not None and not isinstance(found, dict):
        raise InvalidFile(BAD_ENTRY, place=table.place, name=name)
    return found

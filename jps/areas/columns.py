"""Which column of a file holds the codes and which the names, found by what is in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

from jps.areas.geofile import RawLayer
from jps.areas.names import comparable
from jps.areas.register import Register
from jps.areas.rules import CodeSystem, bps_level, dotted
from jps.errors import InvalidFile
from jps.text import N_

DISTINCT = 0.5  # share of rows with a code of their own; a desa file also carries kecamatan codes
SOME = 0.1  # share of known codes that is enough when no column of either system has more
NAMES = 0.3  # share of values that must be known names for a column to be the names
_NAME_LABELS = ("nama", "name", "namobj")  # of columns that are names whatever they hold
_OTHER = {CodeSystem.KEMENDAGRI: CodeSystem.BPS, CodeSystem.BPS: CodeSystem.KEMENDAGRI}


@dataclass(frozen=True)
class Columns:
    """The columns to read; `name` is None when the file has no names."""

    code: str
    name: str | None


def other_system(system: CodeSystem) -> CodeSystem:
    """Return the code system that `system` is mistaken for."""
    return _OTHER[system]


def choose_columns(
    layer: RawLayer,
    register: Register,
    *,
    system: CodeSystem,
    code_column: str | None = None,
    name_column: str | None = None,
) -> Columns:
    """Return the named columns, or those whose content are codes of `system` and known names.

    Raises InvalidFile when a named column is missing, or no column holds codes that are known; the
    message says whether they are codes of the other system or of another province.
    """
    code = _named(layer, code_column) if code_column else _find_codes(layer, register, system)
    name = _named(layer, name_column) if name_column else _find_names(layer, register)
    return Columns(code, name)


def _named(layer: RawLayer, asked: str) -> str:
    for column in layer.columns:
        if column.casefold() == asked.casefold():
            return column
    raise InvalidFile(
        N_("Kolom {column} tidak ada di berkas; yang ada: {columns}."),
        column=asked,
        columns=_list(layer),
    )


def _find_codes(layer: RawLayer, register: Register, system: CodeSystem) -> str:
    other = other_system(system)
    if found := _best(layer, register, system, DISTINCT):
        return found
    if mistaken := _best(layer, register, other, DISTINCT):
        raise InvalidFile(
            N_(
                "Kolom {column} berisi kode {other}, bukan {system} (contoh: {example}). "
                "Ulangi dengan --codes {option}."
            ),
            column=mistaken,
            other=other.label,
            system=system.label,
            example=_example(layer.columns[mistaken]),
            option=str(other),
        )
    return _best(layer, register, system, SOME) or _refuse(layer, system)


def _refuse(layer: RawLayer, system: CodeSystem) -> NoReturn:
    """Raise InvalidFile: codes of another province, or no codes at all."""
    for column, values in layer.columns.items():
        if _share([_looks_like(value, system) for value in set(values)]) > DISTINCT:
            raise InvalidFile(
                N_(
                    "Kode di kolom {column} tidak ada dalam daftar wilayah (contoh: {example}). "
                    "Bila ini berkas provinsi lain, muat dahulu daftar wilayahnya."
                ),
                column=column,
                example=_example(values),
            )
    raise InvalidFile(
        N_(
            "Tidak ada kolom berisi kode wilayah {system}. Kolom yang ada: {columns}. Sebutkan "
            "kolomnya dengan --code-column."
        ),
        system=system.label,
        columns=_list(layer),
    )


def _best(layer: RawLayer, register: Register, system: CodeSystem, share: float) -> str | None:
    """Return the column with most different known codes, None when none has that `share`."""
    scores: dict[str, int] = {}
    for column, values in layer.columns.items():
        known = {value for value in set(values) if register.is_code(value, system)}
        if len(known) > share * len(values):
            scores[column] = len(known)
    return max(scores, key=scores.__getitem__, default=None)


def _find_names(layer: RawLayer, register: Register) -> str | None:
    """Return the column in which most values are names of areas, else one labelled as such."""
    scores = {
        column: _share([comparable(value) in register.all_names for value in values if value])
        * len(set(values))
        / len(values)
        for column, values in layer.columns.items()
    }
    best = max(scores, key=scores.__getitem__, default=None)
    if best is not None and scores[best] >= NAMES:
        return best
    return next((column for column in layer.columns if column.casefold() in _NAME_LABELS), None)


def _looks_like(value: str, system: CodeSystem) -> bool:
    shape = dotted(value) if system is CodeSystem.KEMENDAGRI else bps_level(value)
    return shape is not None


def _share(answers: Sequence[bool]) -> float:
    return sum(answers) / len(answers) if answers else 0.0


def _example(values: Sequence[str]) -> str:
    return next((value for value in values if value), "")[:20]


def _list(layer: RawLayer) -> str:
    return ", ".join(layer.columns) or "-"

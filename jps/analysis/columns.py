"""Columns of frames as values: what each holds, and how a stored value becomes a cell."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from jps.analysis.rules import Pseudonyms
from jps.questionnaire import Question
from jps.text import N_, mask_nik

if TYPE_CHECKING:
    import pyarrow as pa


class Kind(StrEnum):
    """What a column holds."""

    KEY = "key"  # leads from frame to frame, and to nobody
    CODE = "code"
    CODES = "codes"  # several, with spaces between
    TEXT = "text"
    MASKED = "masked"  # a NIK or KK number with its middle hidden
    COUNT = "count"  # whole numbers, rupiah
    NUMBER = "number"
    DATE = "date"
    MOMENT = "moment"  # UTC
    FLAG = "flag"
    SHAPE = "shape"  # outline in degrees of WGS84, as WKB


KIND_NAMES: dict[Kind, str] = {
    Kind.KEY: N_("kunci"),
    Kind.CODE: N_("kode"),
    Kind.CODES: N_("beberapa kode"),
    Kind.TEXT: N_("teks"),
    Kind.MASKED: N_("nomor disamarkan"),
    Kind.COUNT: N_("bilangan bulat"),
    Kind.NUMBER: N_("bilangan"),
    Kind.DATE: N_("tanggal"),
    Kind.MOMENT: N_("waktu (UTC)"),
    Kind.FLAG: N_("ya atau tidak"),
    Kind.SHAPE: N_("batas wilayah"),
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a frame: `about` is a message to translate; `of` names what a key is of.

    `identifying` columns are given only to those who may see households and ask for them.
    """

    name: str
    kind: Kind
    about: str
    of: str = ""
    identifying: bool = False
    question: Question | None = None


def key(name: str, about: str, *, of: str = "") -> Column:
    """Return a column of keys, of records of the kind `of` (default: as the column is called)."""
    return Column(name, Kind.KEY, about, of or name)


def question_column(question: Question, *, identifying: bool) -> Column:
    """Return the column of a question of the questionnaire; its codes are the questionnaire's."""
    return Column(
        question.name,
        _question_kind(question),
        question.label(),
        identifying=identifying,
        question=question,
    )


_TYPES = {
    "integer": Kind.COUNT,
    "decimal": Kind.NUMBER,
    "date": Kind.DATE,
    "select_one": Kind.CODE,
    "select_multiple": Kind.CODES,
}
_NUMBERS = frozenset({"nik", "kk"})
_COUNTED = frozenset({"age", "household_size"})  # calculated, and numbers to calculate with


def _question_kind(question: Question) -> Kind:
    if question.name in _NUMBERS:
        return Kind.MASKED
    if question.is_calculated:
        return Kind.COUNT if question.name in _COUNTED else Kind.CODE
    return _TYPES.get(question.type, Kind.TEXT)


def arrow_type(kind: Kind) -> "pa.DataType":
    """Return the Arrow type of a kind of column."""
    import pyarrow as pa

    types: dict[Kind, pa.DataType] = {
        Kind.COUNT: pa.int64(),
        Kind.NUMBER: pa.float64(),
        Kind.DATE: pa.date32(),
        Kind.MOMENT: pa.timestamp("us", tz="UTC"),
        Kind.FLAG: pa.bool_(),
        Kind.SHAPE: pa.binary(),
    }
    return types.get(kind, pa.string())


def cell_maker(column: Column, keys: Pseudonyms) -> Callable[[Any], Any]:
    """Return what turns a stored value into a cell; nothing and the empty text become null."""
    if column.kind is Kind.KEY:
        return lambda value: None if value is None else keys.of(column.of, _plain(value))
    make = _MAKERS.get(column.kind, str)

    def cell(value: Any) -> Any:
        if value is None or value == "" or value == []:
            return None
        try:
            return make(value)
        except (TypeError, ValueError):  # of an older questionnaire
            return None

    return cell


def _plain(value: object) -> str:
    return value.hex if isinstance(value, uuid.UUID) else str(value)


def _codes(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def _date(value: object) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _same(value: object) -> object:
    return value


_MAKERS: dict[Kind, Callable[[Any], Any]] = {
    Kind.CODE: _codes,
    Kind.CODES: _codes,
    Kind.MASKED: mask_nik,
    Kind.COUNT: int,
    Kind.NUMBER: float,
    Kind.DATE: _date,
    Kind.MOMENT: _same,
    Kind.FLAG: bool,
    Kind.SHAPE: _same,
}

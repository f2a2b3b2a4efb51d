"""What somebody asks for as a file, and which columns they get. Plain values, pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from jps.errors import InvalidData
from jps.households.rules import IN_FORCE, State
from jps.layouts import AREA_NAMES, HOUSEHOLD_KEY, MEMBER_KEY, VERSION
from jps.layouts.layout import Scope
from jps.questionnaire import Form, Question
from jps.text import N_

MAX_REASON = 500  # characters


class Format(StrEnum):
    """Makes of file."""

    XLSX = "xlsx"
    CSV = "csv"
    PARQUET = "parquet"
    GEOPARQUET = "geoparquet"


class Rows(StrEnum):
    """What one row of a flat file is; a workbook has a sheet of each."""

    MEMBERS = "members"
    HOUSEHOLDS = "households"


FORMAT_NAMES: dict[Format, str] = {
    Format.XLSX: N_("Excel (XLSX), dua lembar"),
    Format.CSV: N_("CSV dengan titik koma"),
    Format.PARQUET: N_("Parquet, untuk analisis"),
    Format.GEOPARQUET: N_("GeoParquet, titik rumah tangga"),
}
SUFFIXES: dict[Format, str] = {
    Format.XLSX: ".xlsx",
    Format.CSV: ".csv",
    Format.PARQUET: ".parquet",
    Format.GEOPARQUET: ".geo.parquet",
}

# Answers that tell who somebody is or where they live; who may not see households gets none.
IDENTIFYING = frozenset(
    {
        "name", "nik", "kk", "mother_name", "birth_date", "birth_place", "address", "dusun", "rt",
        "rw", "gps", "kk_address", "respondent_name", "respondent_phone", "visit_notes",
        "photo_house", "photo_kk", "interview_start", "interview_end",
    }
)  # fmt: skip
NUMBERS = frozenset({"nik", "kk"})  # masked unless there is a reason
STATE = "state"
AREAS = AREA_NAMES[1:]  # names of kabupaten, kecamatan and desa, beside the code


@dataclass(frozen=True, slots=True)
class Order:
    """Which households, in which make of file, with how much about persons.

    `identified` keeps names, addresses and points; `full` shows whole NIK and KK numbers and needs
    a reason. `scope` are the areas of who asks (empty: the whole office).
    """

    format: Format
    rows: Rows = Rows.MEMBERS
    area: str = ""
    states: tuple[State, ...] = ()
    identified: bool = True
    full: bool = False
    reason: str = ""
    scope: tuple[str, ...] = ()

    @property
    def wanted_states(self) -> tuple[State, ...]:
        """The states asked for; all in which a household counts when none was chosen."""
        return tuple(state for state in self.states if state in IN_FORCE) or tuple(IN_FORCE)

    def as_json(self) -> dict[str, Any]:
        """Return the order as plain JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Order":
        """Return what `as_json` wrote."""
        return cls(
            format=Format(data["format"]),
            rows=Rows(data["rows"]),
            area=data["area"],
            states=tuple(State(state) for state in data["states"]),
            identified=data["identified"],
            full=data["full"],
            reason=data["reason"],
            scope=tuple(data["scope"]),
        )


def checked_order(order: Order, *, may_see: bool, may_reveal: bool) -> Order:
    """Return what may be handed out of an order; raises InvalidData for what is asked wrongly.

    Who may not see households gets them without names; whole numbers need the right and a reason.
    """
    problems: dict[str, list[str]] = {}
    reason, full = " ".join(order.reason.split()), order.full and order.identified
    if full and not may_reveal:
        problems["full"] = [N_("Anda tidak berwenang melihat NIK dan KK lengkap.")]
    elif full and not 0 < len(reason) <= MAX_REASON:
        problems["reason"] = [N_("Alasan wajib diisi, paling banyak 500 karakter.")]
    if order.format is Format.GEOPARQUET and not (may_see and order.identified):
        problems["format"] = [N_("Titik rumah hanya untuk yang boleh melihat rumah tangga.")]
    if problems:
        raise InvalidData(N_("Permintaan ini belum dapat dipenuhi."), problems)
    return Order(
        format=order.format,
        rows=Rows.HOUSEHOLDS if order.format is Format.GEOPARQUET else order.rows,
        area=order.area,
        states=order.states,
        identified=order.identified and may_see,
        full=full,
        reason=reason if full else "",
        scope=order.scope,
    )


@dataclass(frozen=True, slots=True)
class Field:
    """One column of an export; `question` None for keys, state and names of areas."""

    name: str
    scope: Scope
    question: Question | None = None

    @property
    def is_count(self) -> bool:
        """Is it a number to calculate with?"""
        return self.question is not None and self.question.type == "integer"


def fields_of(form: Form, order: Order, scope: Scope) -> tuple[Field, ...]:
    """Return the columns of the household or of its members, in the order of the form.

    Files for analysis (Parquet) carry the calculated answers too.
    """
    computed = order.format in {Format.PARQUET, Format.GEOPARQUET}
    keys = (HOUSEHOLD_KEY, VERSION, STATE, *AREAS) if scope == "household" else (MEMBER_KEY,)
    questions = (
        question
        for question in form
        if question.in_roster == (scope == "member")
        and question.name != "born"
        and (computed or not question.is_calculated)
        and (order.identified or question.name not in IDENTIFYING)
    )
    return (
        *(Field(name, scope) for name in keys),
        *(Field(question.name, scope, question) for question in questions),
    )

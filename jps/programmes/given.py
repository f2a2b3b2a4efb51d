"""What somebody states about a programme and its terms, and what is wrong with it. Pure."""

import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from jps.programmes.rules import Frequency, ProgrammeKind, Unit
from jps.programmes.terms import (
    PER_YEAR,
    WHOLE,
    Component,
    Package,
    Share,
    components_of,
    packages_of,
    shares_of,
)
from jps.text import N_

MOST_RUPIAH = 1_000_000_000_000
MOST_DELIVERIES = 60  # in a year
DECILES = range(1, 11)
_CODE = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,22}[a-z0-9])?$")

Problems = dict[str, list[str]]

BAD_CODE = N_("Kode: huruf kecil, angka, dan tanda hubung, paling banyak 24, misalnya blt-dd.")
NO_NAME = N_("Isi nama program, paling banyak 120 karakter.")
LONG_OWNER = N_("Nama OPD paling banyak 120 karakter.")
NO_SOURCE = N_("Isi sumber angka-angka ini: peraturan, surat, atau berita.")
END_FIRST = N_("Tanggal akhir harus sesudah tanggal mulai.")
BAD_YEAR = N_("Tahun harus antara 1990 dan 2100.")
BAD_AMOUNT = N_("Nilai harus berupa rupiah bulat, nol atau lebih.")
BAD_DELIVERIES = N_("Jumlah penyaluran setahun harus antara 1 dan 60.")
TOO_MANY = N_("Penyaluran setahun melebihi frekuensinya. Nilai diisi per penyaluran.")
BAD_DECILE = N_("Batas desil harus antara 1 dan 10.")
BAD_MOST = N_("Batas jumlah harus 1 atau lebih.")
COMPONENT_TWICE = N_("Kode komponen ditulis lebih dari sekali.")
BAD_COMPONENT = N_("Setiap komponen perlu kode, nama, dan nilai.")
AREA_TWICE = N_("Wilayah paket ditulis lebih dari sekali.")
NO_AREA = N_("Wilayah paket tidak dikenal.")
EMPTY_PACKAGE = N_("Isi paket belum ditulis.")
BAD_SHARE = N_("Setiap porsi perlu pembayar dan persen lebih dari 0.")
PAYER_TWICE = N_("Pembayar ditulis lebih dari sekali.")
NOT_WHOLE = N_("Porsi pembayar harus berjumlah tepat 100 persen.")


@dataclass(frozen=True)
class ProgrammeFacts:
    """What is stated about a programme as long as it lasts."""

    code: str
    name: str
    kind: ProgrammeKind
    unit: Unit
    owner: str = ""
    note: str = ""


@dataclass(frozen=True)
class TermsFacts:
    """What is stated to hold from a day; the fields are those of `ProgrammeTerms`."""

    valid_from: date
    valid_to: date | None = None
    legal_basis: str = ""
    source: str = ""
    verified: bool = False
    amount: int | None = None
    frequency: Frequency = Frequency.ONCE
    deliveries: int | None = None
    most_components: int | None = None
    most_deciles: int | None = None
    components: tuple[Component, ...] = ()
    packages: tuple[Package, ...] = ()
    shares: tuple[Share, ...] = ()
    eligibility: Mapping[str, Any] | None = None
    exclusion: Mapping[str, Any] | None = None

    def columns(self) -> dict[str, Any]:
        """Return the values of the table's columns."""
        plain = {
            name: getattr(self, name)
            for name in (
                "valid_from", "valid_to", "legal_basis", "source", "verified", "amount",
                "frequency", "deliveries", "most_components", "most_deciles",
                "eligibility", "exclusion",
            )
        }  # fmt: skip
        return {
            **plain,
            "components": [_filled(one) for one in self.components],
            "packages": [_filled(one) for one in self.packages],
            "shares": [_filled(one) for one in self.shares],
        }


def _filled(item: Component | Package | Share) -> dict[str, Any]:
    return {
        name: _percent(value) if isinstance(value, Fraction) else value
        for name, value in vars(item).items()
        if value is not None
    }


def _percent(value: Fraction) -> int | float:
    return int(value) if value.denominator == 1 else float(value)


def terms_of(columns: Mapping[str, Any]) -> TermsFacts:
    """Return terms as stated from the columns of the table or of a file."""
    nested = {
        "components": components_of(columns["components"]),
        "packages": packages_of(columns["packages"]),
        "shares": shares_of(columns["shares"]),
    }
    return TermsFacts(**{**columns, "frequency": Frequency(columns["frequency"]), **nested})


def programme_problems(facts: ProgrammeFacts) -> Problems:
    """Return what is wrong with a programme: field -> messages to translate."""
    found: Problems = {}
    if not _CODE.match(facts.code) or facts.code == "new":  # an address of its own
        found["code"] = [BAD_CODE]
    if not 0 < len(facts.name) <= 120:
        found["name"] = [NO_NAME]
    if len(facts.owner) > 120:
        found["owner"] = [LONG_OWNER]
    return found


def terms_problems(facts: TermsFacts, areas: Container[str]) -> Problems:
    """Return what is wrong with terms: field -> messages to translate. `areas` are those known."""
    found = {
        "valid_from": _year(facts.valid_from),
        "valid_to": _end(facts),
        "source": [] if facts.source else [NO_SOURCE],
        "amount": _amounts([facts.amount]),
        "deliveries": _deliveries(facts),
        "most_deciles": _within(facts.most_deciles, DECILES, BAD_DECILE),
        "most_components": _within(facts.most_components, range(1, 100), BAD_MOST),
        "components": _components(facts.components),
        "packages": _packages(facts.packages, areas),
        "shares": _shares(facts.shares),
    }
    return {field: messages for field, messages in found.items() if messages}


def _year(day: date) -> list[str]:
    return [] if 1990 <= day.year <= 2100 else [BAD_YEAR]


def _end(facts: TermsFacts) -> list[str]:
    if facts.valid_to is None:
        return []
    return [END_FIRST] if facts.valid_to <= facts.valid_from else _year(facts.valid_to)


def _within(value: int | None, known: range, message: str) -> list[str]:
    return [] if value is None or value in known else [message]


def _amounts(values: Iterable[int | None]) -> list[str]:
    bad = any(value is not None and not 0 <= value <= MOST_RUPIAH for value in values)
    return [BAD_AMOUNT] if bad else []


def _deliveries(facts: TermsFacts) -> list[str]:
    if facts.deliveries is None:
        return []
    if not 1 <= facts.deliveries <= MOST_DELIVERIES:
        return [BAD_DELIVERIES]
    free = facts.frequency is Frequency.ONCE
    return [] if free or facts.deliveries <= PER_YEAR[facts.frequency] else [TOO_MANY]


def _components(given: tuple[Component, ...]) -> list[str]:
    found = _amounts(one.amount for one in given)
    if any(not one.code or not one.name for one in given):
        found.append(BAD_COMPONENT)
    if len({one.code for one in given}) < len(given):
        found.append(COMPONENT_TWICE)
    if any(one.most is not None and one.most < 1 for one in given):
        found.append(BAD_MOST)
    return found


def _packages(given: tuple[Package, ...], areas: Container[str]) -> list[str]:
    found = _amounts(one.value for one in given)
    if any(one.area not in areas for one in given):
        found.append(NO_AREA)
    if len({one.area for one in given}) < len(given):
        found.append(AREA_TWICE)
    if any(not one.contents for one in given):
        found.append(EMPTY_PACKAGE)
    return found


def _shares(given: tuple[Share, ...]) -> list[str]:
    if not given:
        return []
    found = []
    if any(not one.payer or one.percent <= 0 for one in given):
        found.append(BAD_SHARE)
    if len({one.payer for one in given}) < len(given):
        found.append(PAYER_TWICE)
    if sum((one.percent for one in given), Fraction(0)) != WHOLE:
        found.append(NOT_WHOLE)
    return found

"""Words of deliveries and payments, and when what is due to whom. Pure."""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from jps.programmes.rules import BenefitState, Frequency
from jps.programmes.terms import PER_YEAR, delivery_amount, package_of, packages_of
from jps.text import N_

MOST_DELIVERIES = 60  # of one decree


class Proof(StrEnum):
    """What shows that something was delivered."""

    PHOTO = "photo"
    SIGNATURE = "signature"
    LIST = "list"  # of signatures, for many at once
    BANK = "bank"  # a row of the bank's or the post's file


class Why(StrEnum):
    """Why something was not delivered."""

    ABSENT = "absent"
    MOVED = "moved"
    DEAD = "dead"
    REFUSED = "refused"
    ACCOUNT = "account"
    DATA = "data"
    NO_STOCK = "no-stock"
    NOT_IN_FILE = "not-in-file"
    OTHER = "other"


class FileState(StrEnum):
    """Where a payment file stands."""

    CHECKING = "checking"
    CHECKED = "checked"  # somebody has to confirm it
    WRITING = "writing"
    WRITTEN = "written"
    UNDOING = "undoing"
    UNDONE = "undone"
    DISCARDED = "discarded"


class Outcome(StrEnum):
    """What a row of a payment file means for our plan."""

    MATCHED = "matched"
    DIFFERS = "differs"  # the right person, another amount
    UNKNOWN = "unknown"  # nobody in our plan
    TWICE = "twice"  # paid though nothing more is due
    REPEATED = "repeated"  # a reference that stands in the file before
    RECORDED = "recorded"  # a reference that was written before
    FAILED = "failed"  # the file itself says that nothing was paid
    UNREADABLE = "unreadable"
    MISSING = "missing"  # planned, and not in the file


BUSY = frozenset({FileState.CHECKING, FileState.WRITING, FileState.UNDOING})

BENEFIT_NAMES: Mapping[BenefitState, str] = MappingProxyType(
    {
        BenefitState.PLANNED: N_("Direncanakan"),
        BenefitState.DELIVERED: N_("Disalurkan"),
        BenefitState.NOT_DELIVERED: N_("Tidak tersalurkan"),
    }
)
PROOF_NAMES: Mapping[Proof, str] = MappingProxyType(
    {
        Proof.PHOTO: N_("Foto penyerahan"),
        Proof.SIGNATURE: N_("Tanda terima"),
        Proof.LIST: N_("Daftar tanda tangan"),
        Proof.BANK: N_("Berkas bank atau pos"),
    }
)
WHY_NAMES: Mapping[Why, str] = MappingProxyType(
    {
        Why.ABSENT: N_("Tidak hadir"),
        Why.MOVED: N_("Sudah pindah"),
        Why.DEAD: N_("Sudah meninggal"),
        Why.REFUSED: N_("Menolak"),
        Why.ACCOUNT: N_("Rekening bermasalah"),
        Why.DATA: N_("Data orang tidak cocok"),
        Why.NO_STOCK: N_("Barang atau dana belum ada"),
        Why.NOT_IN_FILE: N_("Tidak ada di berkas bank atau pos"),
        Why.OTHER: N_("Lainnya"),
    }
)
FILE_NAMES: Mapping[FileState, str] = MappingProxyType(
    {
        FileState.CHECKING: N_("Sedang diperiksa"),
        FileState.CHECKED: N_("Menunggu konfirmasi"),
        FileState.WRITING: N_("Sedang dicatat"),
        FileState.WRITTEN: N_("Tercatat"),
        FileState.UNDOING: N_("Sedang dibatalkan"),
        FileState.UNDONE: N_("Dibatalkan"),
        FileState.DISCARDED: N_("Dibuang"),
    }
)
OUTCOME_NAMES: Mapping[Outcome, str] = MappingProxyType(
    {
        Outcome.MATCHED: N_("Cocok"),
        Outcome.DIFFERS: N_("Jumlah berbeda"),
        Outcome.UNKNOWN: N_("Tidak ada di rencana"),
        Outcome.TWICE: N_("Dibayar dua kali"),
        Outcome.REPEATED: N_("Nomor referensi berulang"),
        Outcome.RECORDED: N_("Sudah pernah dicatat"),
        Outcome.FAILED: N_("Gagal menurut berkas"),
        Outcome.UNREADABLE: N_("Tidak dapat dibaca"),
        Outcome.MISSING: N_("Direncanakan, tidak dibayar"),
    }
)


@dataclass(frozen=True)
class Schedule:
    """When a decree's deliveries are due: `count` of them from `first`, each `months` later."""

    first: date
    months: int
    count: int

    def dates(self) -> list[date]:
        """Return the days, in order."""
        return [later(self.first, self.months * number) for number in range(self.count)]


@dataclass(frozen=True)
class Gift:
    """What one delivery gives: rupiah (None: unknown) and, of a package, what is in it."""

    amount: int | None
    contents: str = ""


@dataclass(frozen=True)
class Terms:
    """What of a programme's terms says how much one delivery gives."""

    amount: int | None
    frequency: Frequency
    deliveries: int | None
    components: Sequence[Mapping[str, Any]] = ()
    packages: Sequence[Mapping[str, Any]] = ()


def later(day: date, months: int) -> date:
    """Return the day so many months later; the last of a month that is too short."""
    place = day.year * 12 + day.month - 1 + months
    year, month = divmod(place, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def proposed(terms: Terms, period_from: date, period_to: date | None) -> Schedule:
    """Return the deliveries that terms give from a period; of an open one those of its year.

    With more deliveries in a year than the frequency has times, they come closer together; with
    fewer there are only so many: 300,000 a month, three months.
    """
    end = period_to or date(period_from.year, 12, 31)
    times = PER_YEAR[terms.frequency]
    in_year = terms.deliveries or times
    if terms.frequency is Frequency.ONCE:
        return Schedule(period_from, 1, min(in_year, MOST_DELIVERIES))
    months = 12 // min(12, max(in_year, times))
    last = (end.year - period_from.year) * 12 + end.month - period_from.month
    if later(period_from, last) > end:
        last -= 1
    fitting = last // months + 1
    years = last // 12 + 1
    return Schedule(period_from, months, max(1, min(fitting, in_year * years, MOST_DELIVERIES)))


def gift(terms: Terms, area_code: str, *, own: int | None = None, component: str = "") -> Gift:
    """Return what one delivery gives somebody in an area; `own` is what the decree itself says."""
    package = package_of(packages_of(terms.packages), area_code)
    amount = delivery_amount(terms, area_code, own=own, component=component)
    return Gift(amount, package.contents if package else "")

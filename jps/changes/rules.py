"""Kinds and states of change requests, and what each kind may ask for, as one table to read."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from jps.text import N_


class Kind(StrEnum):
    """What happened to a household."""

    BIRTH = "birth"
    DEATH = "death"
    MOVED_IN = "moved-in"
    MOVED_OUT = "moved-out"
    MOVE = "move"
    SPLIT = "split"
    JOIN = "join"
    HEAD = "head"
    KK = "kk"
    ADDRESS = "address"
    CORRECTION = "correction"


KIND_NAMES: dict[Kind, str] = {
    Kind.BIRTH: N_("Kelahiran"),
    Kind.DEATH: N_("Kematian"),
    Kind.MOVED_IN: N_("Pindah masuk"),
    Kind.MOVED_OUT: N_("Pindah keluar"),
    Kind.MOVE: N_("Pindah ke rumah tangga lain"),
    Kind.SPLIT: N_("Pecah menjadi dua rumah tangga"),
    Kind.JOIN: N_("Bergabung menjadi satu rumah tangga"),
    Kind.HEAD: N_("Ganti kepala keluarga"),
    Kind.KK: N_("Ganti nomor KK"),
    Kind.ADDRESS: N_("Pindah alamat"),
    Kind.CORRECTION: N_("Perbaikan isian"),
}
KIND_HINTS: dict[Kind, str] = {
    Kind.BIRTH: N_("Anak lahir dan tinggal di rumah tangga ini."),
    Kind.DEATH: N_("Anggota meninggal dunia."),
    Kind.MOVED_IN: N_("Orang yang belum tercatat di mana pun ikut tinggal di sini."),
    Kind.MOVED_OUT: N_("Anggota pindah ke luar wilayah pendataan."),
    Kind.MOVE: N_("Anggota sekarang makan dari dapur rumah tangga lain yang tercatat."),
    Kind.SPLIT: N_("Sebagian anggota sekarang punya dapur sendiri."),
    Kind.JOIN: N_("Dua dapur menjadi satu; penghuni yang lain pindah ke sini."),
    Kind.HEAD: N_("Orang lain menjadi kepala keluarga, biasanya dengan KK baru."),
    Kind.KK: N_("Nomor Kartu Keluarga diganti; orangnya tetap."),
    Kind.ADDRESS: N_("Seluruh rumah tangga pindah rumah."),
    Kind.CORRECTION: N_("Isian yang sejak awal salah atau belum lengkap."),
}


class RequestState(StrEnum):
    """Where a request stands."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    UNDONE = "undone"


REQUEST_STATE_NAMES: dict[RequestState, str] = {
    RequestState.PROPOSED: N_("Menunggu persetujuan"),
    RequestState.APPROVED: N_("Disetujui"),
    RequestState.REFUSED: N_("Ditolak"),
    RequestState.WITHDRAWN: N_("Ditarik kembali"),
    RequestState.UNDONE: N_("Dibatalkan"),
}

FAMILY = frozenset({"relation", "kk", "marital_status"})  # what follows for the others
ADDRESS = frozenset(
    {"area_code", "address", "dusun", "rt", "rw", "gps", "address_matches_kk", "kk_address"}
)
NOTHING: frozenset[str] = frozenset()
PRESENT = ("1", "5")  # codes of `presence`: lives here
NEW_MEMBER, DIED, MOVED, MOVED_ABROAD = "5", "2", "3", "4"  # codes of `presence`


@dataclass(frozen=True, slots=True)
class Shape:
    """What a request of a kind may hold; None for questions means any of them.

    `members` are people of the household whom it is about, `other` is a second household.
    """

    members: bool = False
    newcomers: bool = False
    other: bool = False
    fields: frozenset[str] | None = FAMILY
    answers: frozenset[str] | None = NOTHING
    presence: tuple[str, ...] = ()


SHAPES: dict[Kind, Shape] = {
    Kind.BIRTH: Shape(newcomers=True),
    Kind.DEATH: Shape(members=True),
    Kind.MOVED_IN: Shape(newcomers=True),
    Kind.MOVED_OUT: Shape(members=True, presence=(MOVED, MOVED_ABROAD)),
    Kind.MOVE: Shape(members=True, other=True),
    Kind.SPLIT: Shape(members=True, answers=None),
    Kind.JOIN: Shape(other=True),
    Kind.HEAD: Shape(),
    Kind.KK: Shape(fields=frozenset({"kk"})),
    Kind.ADDRESS: Shape(answers=ADDRESS, fields=NOTHING),
    Kind.CORRECTION: Shape(answers=None, fields=None),
}

# How a stay in a household ended.
DIED_THERE, LEFT, WENT = "died", "left", "went"
END_NAMES: dict[str, str] = {
    DIED_THERE: N_("meninggal"),
    LEFT: N_("pindah keluar"),
    WENT: N_("pindah ke rumah tangga lain"),
}

MAX_REASON = 500  # characters
MAX_NUMBER = 60  # characters of the number of a letter

IN_FUTURE = N_("Tanggal kejadian tidak boleh di masa depan.")
TOO_EARLY = N_("Pada tanggal itu orang atau rumah tangga ini belum tercatat di sini.")
RECORDED_SINCE = N_("Orang atau rumah tangga ini baru tercatat di sini sejak {day}.")


def date_problem(day: date, *, today: date, since: Iterable[date]) -> tuple[str, str] | None:
    """Return why something cannot have happened on `day` (a message and its day), or None.

    `since` are the days from which the people and households that it concerns are recorded: what
    came before belongs to another household, and would leave a person in two or in none.
    """
    if day > today:
        return IN_FUTURE, ""
    last = max(since, default=None)
    return (RECORDED_SINCE, last.isoformat()) if last is not None and day < last else None


def may_decide(by: str, *, proposed_by: str) -> bool:
    """Whether the person `by` may decide: two pairs of eyes, as with verification."""
    return by != proposed_by

"""What a village meeting decides, and when its record can be closed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from jps.text import N_

MAX_TEXT = 120  # characters of a place, a name, a number
MAX_REASON = 300  # characters


class Decision(StrEnum):
    """What the meeting decided about one household."""

    AGREED = "agreed"
    REJECTED = "rejected"


class Reason(StrEnum):
    """Why the meeting rejected a household."""

    BETTER_OFF = "better-off"
    MOVED = "moved"
    DIED = "died"
    DOUBLE = "double"
    WRONG = "wrong"
    REFUSED = "refused"
    OTHER = "other"


DECISION_NAMES: dict[Decision, str] = {
    Decision.AGREED: N_("Disepakati"),
    Decision.REJECTED: N_("Ditolak"),
}
REASON_NAMES: dict[Reason, str] = {
    Reason.BETTER_OFF: N_("Sudah mampu"),
    Reason.MOVED: N_("Pindah atau tidak tinggal di desa ini"),
    Reason.DIED: N_("Seluruh anggota meninggal"),
    Reason.DOUBLE: N_("Tercatat dua kali"),
    Reason.WRONG: N_("Data tidak sesuai keadaan"),
    Reason.REFUSED: N_("Keluarga tidak bersedia"),
    Reason.OTHER: N_("Alasan lain"),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What is written at the head of the minutes."""

    held_on: date | None = None
    place: str = ""
    chair: str = ""
    participants: int | None = None
    number: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided about a household; a rejection has a reason, `OTHER` in words."""

    decision: Decision
    reason: Reason | None = None
    text: str = ""


def facts_problems(facts: Facts) -> dict[str, list[str]]:
    """Return what is wrong with the head of the minutes: field -> messages to translate."""
    found: dict[str, list[str]] = {}
    if facts.held_on is None:
        found["held_on"] = [N_("Isi tanggal musyawarah.")]
    for name in ("place", "chair", "number"):
        if len(getattr(facts, name)) > MAX_TEXT:
            found[name] = [N_("Paling banyak 120 karakter.")]
    if facts.participants is not None and not 0 < facts.participants < 100_000:
        found["participants"] = [N_("Jumlah peserta harus lebih dari nol.")]
    return found


def verdict_problem(verdict: Verdict) -> str | None:
    """Return what a verdict lacks (a message to translate), or None."""
    if verdict.decision is Decision.AGREED:
        return None
    if verdict.reason is None:
        return N_("Pilih alasan penolakannya.")
    if len(verdict.text) > MAX_REASON:
        return N_("Alasan paling banyak 300 karakter.")
    if verdict.reason is Reason.OTHER and not verdict.text:
        return N_("Tuliskan alasan penolakannya.")
    return None


def closing_problems(
    facts: Facts, decisions: Mapping[Decision | None, int], *, has_minutes: bool, today: date
) -> list[str]:
    """Return what still stops a record from being closed (messages to translate)."""
    checks = (
        (facts.held_on is None or facts.held_on > today, N_("Musyawarah belum berlangsung.")),
        (not facts.place, N_("Tempat musyawarah belum diisi.")),
        (not facts.chair, N_("Nama pemimpin musyawarah belum diisi.")),
        (facts.participants is None, N_("Jumlah peserta belum diisi.")),
        (not facts.number, N_("Nomor berita acara belum diisi.")),
        (not has_minutes, N_("Berita acara belum diunggah.")),
        (not sum(decisions.values()), N_("Belum ada rumah tangga dalam daftar.")),
        (decisions.get(None, 0) > 0, N_("Masih ada rumah tangga yang belum diputuskan.")),
    )
    return [message for is_missing, message in checks if is_missing]

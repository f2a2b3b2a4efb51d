"""Stages of the work and the windows in which they may be done."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from jps.text import N_

SOON = timedelta(days=3)  # a window that closes within this time is shown as urgent


class Stage(StrEnum):
    """A part of the work that has an end."""

    COLLECTION = "collection"
    VERIFICATION = "verification"
    MEETING = "meeting"
    CONFIRMATION = "confirmation"


class Phase(StrEnum):
    """Where a window stands at a moment."""

    BEFORE = "before"
    OPEN = "open"
    SOON = "soon"
    CLOSED = "closed"


STAGE_NAMES: dict[Stage, str] = {
    Stage.COLLECTION: N_("Pendataan"),
    Stage.VERIFICATION: N_("Verifikasi dan perbaikan"),
    Stage.MEETING: N_("Musyawarah desa/kelurahan"),
    Stage.CONFIRMATION: N_("Verifikasi kabupaten"),
}
# Said when somebody comes too late; what was typed is kept in all cases.
TOO_LATE: dict[Stage, str] = {
    Stage.COLLECTION: N_(
        "Batas waktu pendataan di wilayah ini berakhir {closed}. Isian tersimpan sebagai draf dan "
        "belum terkirim. Minta perpanjangan kepada operator atau pengelola {who}, lalu kirim lagi."
    ),
    Stage.VERIFICATION: N_(
        "Batas waktu verifikasi dan perbaikan di wilayah ini berakhir {closed}. Tidak ada yang "
        "berubah. Minta perpanjangan kepada operator atau pengelola {who}."
    ),
    Stage.MEETING: N_(
        "Batas waktu musyawarah di wilayah ini berakhir {closed}. Tidak ada yang berubah. Minta "
        "perpanjangan kepada operator atau pengelola {who}."
    ),
    Stage.CONFIRMATION: N_(
        "Batas waktu verifikasi kabupaten berakhir {closed}. Tidak ada yang berubah. Operator atau "
        "pengelola {who} dapat memperpanjangnya."
    ),
}
TOO_EARLY = N_("Tahap ini baru dibuka {opens} di wilayah ini. Tidak ada yang berubah.")


@dataclass(frozen=True, slots=True)
class Window:
    """From when until when a stage may be done in an area and the areas in it.

    `opens_on` and `closes_on` are days of the office's calendar, the last one included; the
    instants are what counts.
    """

    stage: Stage
    area_code: str
    opens_on: date | None
    closes_on: date
    opens_at: datetime | None
    closes_at: datetime

    def phase(self, at: datetime) -> Phase:
        """Return where the window stands at `at`."""
        if self.opens_at is not None and at < self.opens_at:
            return Phase.BEFORE
        if at >= self.closes_at:
            return Phase.CLOSED
        return Phase.SOON if self.closes_at - at <= SOON else Phase.OPEN

    def is_open(self, at: datetime) -> bool:
        """Whether the stage may be done at `at`."""
        return self.phase(at) in {Phase.OPEN, Phase.SOON}

    def days_left(self, at: datetime) -> int:
        """Return the days until it closes, the begun one counted; negative since it closed."""
        return -((at - self.closes_at) // timedelta(days=1))


def window_for(windows: Iterable[Window], stage: Stage, area_code: str) -> Window | None:
    """Return the window of `stage` that holds in an area: that of the smallest area around it.

    None: there is no deadline, and the stage is open.
    """
    around = (
        window
        for window in windows
        if window.stage is stage and f"{area_code}.".startswith(f"{window.area_code}.")
    )
    return max(around, key=lambda window: len(window.area_code), default=None)


def window_problems(
    opens_on: date | None, closes_on: date | None, *, reason: str, replaces: bool
) -> dict[str, list[str]]:
    """Return what is wrong with a new window: field -> messages to translate."""
    found: dict[str, list[str]] = {}
    if closes_on is None:
        found["closes_on"] = [N_("Isi tanggal terakhirnya.")]
    elif opens_on is not None and opens_on > closes_on:
        found["closes_on"] = [N_("Tanggal terakhir tidak boleh sebelum tanggal mulai.")]
    if replaces and not reason:
        found["reason"] = [N_("Tuliskan mengapa batas waktu ini diubah.")]
    elif len(reason) > 300:
        found["reason"] = [N_("Alasan paling banyak 300 karakter.")]
    return found

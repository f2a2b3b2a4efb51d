"""Where a list stands, what the trial says of a household, and how large a list may be."""

from enum import StrEnum

from jps.text import N_

MAX_ROWS = 2_000_000
MAX_COLUMNS = 500
MAX_UNPACKED = 1 << 30  # bytes of an unpacked workbook
MAX_CELL = 10_000  # characters


class ListKind(StrEnum):
    """What the rows of a list are about."""

    HOUSEHOLDS = "households"
    RECIPIENTS = "recipients"  # of a decree; see `jps.decrees`


class BatchState(StrEnum):
    """Where a list stands between its upload and the end."""

    STAGING = "staging"  # its rows are being put aside as given
    STAGED = "staged"  # waits for its columns to be mapped
    CHECKING = "checking"
    CHECKED = "checked"  # waits for somebody to accept it
    ACCEPTING = "accepting"
    ACCEPTED = "accepted"
    UNDOING = "undoing"
    UNDONE = "undone"
    DISCARDED = "discarded"  # never stored; rows and file are gone


BATCH_NAMES: dict[BatchState, str] = {
    BatchState.STAGING: N_("Membaca berkas"),
    BatchState.STAGED: N_("Menunggu pemetaan kolom"),
    BatchState.CHECKING: N_("Memeriksa"),
    BatchState.CHECKED: N_("Menunggu persetujuan"),
    BatchState.ACCEPTING: N_("Menyimpan"),
    BatchState.ACCEPTED: N_("Tersimpan"),
    BatchState.UNDOING: N_("Membatalkan"),
    BatchState.UNDONE: N_("Dibatalkan"),
    BatchState.DISCARDED: N_("Dibuang"),
}
BUSY = frozenset(
    {BatchState.STAGING, BatchState.CHECKING, BatchState.ACCEPTING, BatchState.UNDOING}
)
MAPPABLE = frozenset({BatchState.STAGED, BatchState.CHECKED})
ACCEPTABLE = frozenset({BatchState.CHECKED, BatchState.ACCEPTED})
# Nothing of it was stored, so it can be thrown away.
DISCARDABLE = frozenset(
    {BatchState.STAGING, BatchState.STAGED, BatchState.CHECKING, BatchState.CHECKED}
)


class Fate(StrEnum):
    """What a list says of one household, beside what we have of it."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    CONFLICT = "conflict"  # changed by people since this list last brought it
    REFUSED = "refused"


FATE_NAMES: dict[Fate, str] = {
    Fate.NEW: N_("Baru"),
    Fate.CHANGED: N_("Berubah"),
    Fate.SAME: N_("Sama"),
    Fate.CONFLICT: N_("Bertentangan"),
    Fate.REFUSED: N_("Ditolak"),
}


class Outcome(StrEnum):
    """What became of one household of a list."""

    CREATED = "created"
    UPDATED = "updated"
    SAME = "same"
    CONFLICT = "conflict"  # kept beside what we have, for the operator to merge
    REFUSED = "refused"
    LATE = "late"  # after the deadline: still to be stored, once there is time again
    UNDONE = "undone"
    KEPT = "kept"  # not undone: somebody has worked on it since


OUTCOME_NAMES: dict[Outcome, str] = {
    Outcome.CREATED: N_("Rumah tangga baru disimpan"),
    Outcome.UPDATED: N_("Rumah tangga diperbarui"),
    Outcome.SAME: N_("Tidak berubah"),
    Outcome.CONFLICT: N_("Disimpan sebagai perbedaan untuk diperiksa"),
    Outcome.REFUSED: N_("Ditolak saat disimpan"),
    Outcome.LATE: N_("Belum disimpan: batas waktu sudah berakhir"),
    Outcome.UNDONE: N_("Dikembalikan seperti semula"),
    Outcome.KEPT: N_("Tidak dikembalikan: sudah dikerjakan orang"),
}


class Part(StrEnum):
    """How much of a list is accepted."""

    ALL = "all"  # whatever is not refused
    CLEAN = "clean"  # without any warning and without a possible double


STORED = (Fate.NEW, Fate.CHANGED, Fate.CONFLICT)  # what accepting acts on

"""Words of the population registry: what a person's record can be, what a snapshot can be."""

from enum import StrEnum

from jps.text import N_


class RegistryStatus(StrEnum):
    """What the registry says of a person's record."""

    ACTIVE = "active"
    DEAD = "dead"
    MOVED = "moved"
    INACTIVE = "inactive"
    DUPLICATE = "duplicate"


class SnapshotState(StrEnum):
    """Where a snapshot stands. Exactly one, or none, is current."""

    LOADING = "loading"
    CURRENT = "current"
    REPLACED = "replaced"
    REFUSED = "refused"


STATUS_NAMES: dict[RegistryStatus, str] = {
    RegistryStatus.ACTIVE: N_("Aktif"),
    RegistryStatus.DEAD: N_("Meninggal"),
    RegistryStatus.MOVED: N_("Pindah"),
    RegistryStatus.INACTIVE: N_("Nonaktif"),
    RegistryStatus.DUPLICATE: N_("Ganda"),
}

SNAPSHOT_NAMES: dict[SnapshotState, str] = {
    SnapshotState.LOADING: N_("Sedang dimuat"),
    SnapshotState.CURRENT: N_("Berlaku"),
    SnapshotState.REPLACED: N_("Digantikan"),
    SnapshotState.REFUSED: N_("Ditolak"),
}

MAX_REFUSED = 0.5  # share of rows; a file that loses more was read wrongly


def is_acceptable(rows: int, refused: int) -> bool:
    """Whether a file of `rows` rows, `refused` of them unusable, may become current."""
    return rows > refused and refused <= MAX_REFUSED * rows

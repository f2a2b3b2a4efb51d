"""Why a matching of all members does what it does, and when a model has to be learnt anew."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from jps.text import N_

# Share of members or of registry persons that came, changed or left since a model was learnt from
# them, above which it is learnt anew.
TRAIN_SHARE = 0.2


class Why(StrEnum):
    """Why so many members were searched."""

    FIRST = "first"
    ASKED = "asked"
    TRAINED = "trained"
    MODEL = "model"
    RULES = "rules"
    REGISTRY = "registry"
    MEMBERS = "members"
    NOTHING = "nothing"


WHY_NAMES: Mapping[Why, str] = MappingProxyType(
    {
        Why.FIRST: N_("Pemadanan pertama: semua anggota dicari."),
        Why.ASKED: N_("Diminta memadankan semuanya dari awal."),
        Why.TRAINED: N_("Model dilatih ulang: semua anggota dicari."),
        Why.MODEL: N_("Model lain diberlakukan: semua anggota dicari."),
        Why.RULES: N_("Hasil pencarian terdahulu tidak berlaku lagi: semua anggota dicari."),
        Why.REGISTRY: N_("Data kependudukan berubah: yang terkena dicari lagi."),
        Why.MEMBERS: N_("Hanya anggota yang baru atau berubah dicari."),
        Why.NOTHING: N_("Tidak ada yang berubah sejak pemadanan terakhir."),
    }
)


@dataclass(frozen=True)
class Drift:
    """How far the lists are from those that a model was learnt from.

    `members` and `persons` were there then; `members_now` and `persons_now` are now; `*_changed`
    came, changed or left in the runs between.
    """

    members: int
    persons: int
    members_now: int
    persons_now: int
    members_changed: int
    persons_changed: int


def needs_training(drift: Drift) -> bool:
    """Whether more than TRAIN_SHARE of a list is other than when the model was learnt."""
    return any(
        max(abs(now - then), changed) > TRAIN_SHARE * then
        for then, now, changed in (
            (drift.members, drift.members_now, drift.members_changed),
            (drift.persons, drift.persons_now, drift.persons_changed),
        )
    )

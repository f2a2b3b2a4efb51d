"""What can be done to many households at once, who may, and what takes it back."""

from dataclasses import dataclass
from enum import StrEnum

from jps.access.rules import Can
from jps.households.rules import Action
from jps.text import N_

MOST = 20_000  # households of one batch
AT_ONCE = 100  # households done within the request; more become a job


class Act(StrEnum):
    """What is done to each household of a batch."""

    VERIFY = "verify"
    RETURN = "return"
    ARCHIVE = "archive"
    PROPOSE = "propose"
    CONFIRM = "confirm"
    FINALISE = "finalise"
    WITHDRAW = "withdraw"
    RESTORE = "restore"
    STRIKE = "strike"


class Outcome(StrEnum):
    """What became of one household of a batch."""

    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of batch: its name, who may, which step it takes (None: the meeting's list), what it
    asks for, and what undoes it. `moves` says that figures and links follow."""

    name: str
    can: Can
    action: Action | None = None
    needs_reason: bool = False
    needs_letter: bool = False
    undone_by: Act | None = None
    moves: bool = False
    offered: bool = True


KINDS: dict[Act, Kind] = {
    Act.VERIFY: Kind(
        N_("Verifikasi"), Can.VERIFY_HOUSEHOLDS, Action.VERIFY, undone_by=Act.WITHDRAW
    ),
    Act.RETURN: Kind(
        N_("Kembalikan"),
        Can.VERIFY_HOUSEHOLDS,
        Action.RETURN,
        needs_reason=True,
        undone_by=Act.WITHDRAW,
    ),
    Act.PROPOSE: Kind(N_("Bawa ke musyawarah"), Can.HOLD_MEETINGS, undone_by=Act.STRIKE),
    Act.CONFIRM: Kind(
        N_("Verifikasi kabupaten"), Can.CONFIRM_HOUSEHOLDS, Action.CONFIRM, undone_by=Act.WITHDRAW
    ),
    Act.FINALISE: Kind(
        N_("Sahkan"),
        Can.FINALISE_HOUSEHOLDS,
        Action.FINALISE,
        needs_letter=True,
        undone_by=Act.WITHDRAW,
    ),
    Act.ARCHIVE: Kind(
        N_("Arsipkan"),
        Can.ARCHIVE_HOUSEHOLDS,
        Action.ARCHIVE,
        needs_reason=True,
        undone_by=Act.RESTORE,
        moves=True,
    ),
    Act.WITHDRAW: Kind(N_("Urungkan langkah"), Can.SEE_HOUSEHOLDS, Action.WITHDRAW, offered=False),
    Act.RESTORE: Kind(
        N_("Pulihkan dari arsip"), Can.ARCHIVE_HOUSEHOLDS, Action.RESTORE, moves=True, offered=False
    ),
    Act.STRIKE: Kind(N_("Keluarkan dari daftar musyawarah"), Can.HOLD_MEETINGS, offered=False),
}
OUTCOME_NAMES: dict[Outcome, str] = {
    Outcome.WAITING: N_("Menunggu"),
    Outcome.DONE: N_("Selesai"),
    Outcome.REFUSED: N_("Ditolak"),
}

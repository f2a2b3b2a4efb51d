"""Words and clocks of what is followed up: steps on findings, strikes, visits, appeals. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType

from jps.programmes.rules import AppealKind, FindingKind, FindingState
from jps.text import N_

MAX_NOTE = 1_000  # characters
DAYS_TO_OBJECT = 30  # after a notice of striking
DAYS_TO_DECIDE: Mapping[AppealKind, int] = MappingProxyType(
    {AppealKind.PROPOSE: 30, AppealKind.CONTEST: 14, AppealKind.OBJECT: 14}
)
SOON = 3  # days before the last one from which a clock is shown as urgent


class Action(StrEnum):
    """What somebody does about a finding."""

    ASSIGN = "assign"
    CHECK = "check"  # send somebody to look
    VISIT = "visit"  # what was found there
    CONFIRM = "confirm"
    DISMISS = "dismiss"
    REOPEN = "reopen"
    UNDO = "undo"


class StrikeReason(StrEnum):
    """Why a recipient is taken off a decree."""

    DEAD = "dead"
    MOVED = "moved"
    DOUBLE = "double"
    OVERLAP = "overlap"
    ABLE = "able"
    EXCLUDED = "excluded"
    NOT_FOUND = "not-found"
    IDENTITY = "identity"
    REFUSED = "refused"
    GRADUATED = "graduated"
    PLACE_RETURNED = "place-returned"  # whom they came in for stands again


class VisitResult(StrEnum):
    """How a visit ended (Regsosek 2022), and what was found out at the door."""

    COMPLETE = "1"
    INCOMPLETE = "2"
    NO_RESPONDENT = "3"
    REFUSED = "4"
    GONE = "5"


class Presence(StrEnum):
    """Where the person is (Regsosek 2022)."""

    HERE = "1"
    DIED = "2"
    MOVED = "3"
    ABROAD = "4"
    NEW = "5"
    NOT_FOUND = "6"


class AppealReason(StrEnum):
    """What an appeal rests on."""

    POOR = "poor"  # proposals
    LOST_INCOME = "lost-income"
    NOT_RECORDED = "not-recorded"
    ABLE = "able"  # contests
    DEAD = "dead"
    MOVED = "moved"
    DOUBLE = "double"
    WRONG_PERSON = "wrong-person"
    STILL_HERE = "still-here"  # objections
    DATA_WRONG = "data-wrong"
    STILL_POOR = "still-poor"


REASONS_OF: Mapping[AppealKind, tuple[AppealReason, ...]] = MappingProxyType(
    {
        AppealKind.PROPOSE: (
            AppealReason.POOR,
            AppealReason.LOST_INCOME,
            AppealReason.NOT_RECORDED,
        ),
        AppealKind.CONTEST: (
            AppealReason.ABLE,
            AppealReason.DEAD,
            AppealReason.MOVED,
            AppealReason.DOUBLE,
            AppealReason.WRONG_PERSON,
        ),
        AppealKind.OBJECT: (
            AppealReason.STILL_POOR,
            AppealReason.STILL_HERE,
            AppealReason.DATA_WRONG,
        ),
    }
)
# What a contest that was right says about the recipient.
STRIKES: Mapping[AppealReason, StrikeReason] = MappingProxyType(
    {
        AppealReason.ABLE: StrikeReason.ABLE,
        AppealReason.DEAD: StrikeReason.DEAD,
        AppealReason.MOVED: StrikeReason.MOVED,
        AppealReason.DOUBLE: StrikeReason.DOUBLE,
        AppealReason.WRONG_PERSON: StrikeReason.IDENTITY,
    }
)
# What a finding most often leads to; the person who strikes may choose another.
LEADS_TO: Mapping[FindingKind, StrikeReason] = MappingProxyType(
    {
        FindingKind.OVERLAP: StrikeReason.OVERLAP,
        FindingKind.TWICE: StrikeReason.DOUBLE,
        FindingKind.DEAD: StrikeReason.DEAD,
        FindingKind.MOVED: StrikeReason.MOVED,
        FindingKind.NIK_PROBLEM: StrikeReason.IDENTITY,
        FindingKind.NOT_REGISTERED: StrikeReason.NOT_FOUND,
        FindingKind.NOT_ELIGIBLE: StrikeReason.ABLE,
        FindingKind.EXCLUDED: StrikeReason.EXCLUDED,
        FindingKind.NEVER_DELIVERED: StrikeReason.NOT_FOUND,
    }
)
STRIKE_REASON_NAMES: Mapping[StrikeReason, str] = MappingProxyType(
    {
        StrikeReason.DEAD: N_("Penerima meninggal"),
        StrikeReason.MOVED: N_("Penerima pindah"),
        StrikeReason.DOUBLE: N_("Tercatat dua kali pada SK yang sama"),
        StrikeReason.OVERLAP: N_("Menerima bantuan lain yang tidak boleh bersamaan"),
        StrikeReason.ABLE: N_("Tidak memenuhi syarat atau sudah mampu"),
        StrikeReason.EXCLUDED: N_("Dikecualikan menurut sumber lain"),
        StrikeReason.NOT_FOUND: N_("Penerima tidak ditemukan setelah dua kunjungan"),
        StrikeReason.IDENTITY: N_("Identitas penerima keliru"),
        StrikeReason.REFUSED: N_("Penerima tidak bersedia"),
        StrikeReason.GRADUATED: N_("Keluar atas kemauan sendiri (graduasi)"),
        StrikeReason.PLACE_RETURNED: N_("Tempat kembali kepada penerima yang digantikan"),
    }
)
VISIT_NAMES: Mapping[VisitResult, str] = MappingProxyType(
    {
        VisitResult.COMPLETE: N_("Bertemu dan selesai"),
        VisitResult.INCOMPLETE: N_("Bertemu, belum selesai"),
        VisitResult.NO_RESPONDENT: N_("Tidak ada yang dapat ditemui"),
        VisitResult.REFUSED: N_("Menolak"),
        VisitResult.GONE: N_("Pindah atau bangunan sudah tidak ada"),
    }
)
PRESENCE_NAMES: Mapping[Presence, str] = MappingProxyType(
    {
        Presence.HERE: N_("Tinggal bersama keluarga"),
        Presence.DIED: N_("Meninggal"),
        Presence.MOVED: N_("Pindah ke daerah lain di Indonesia"),
        Presence.ABROAD: N_("Pindah ke luar negeri"),
        Presence.NEW: N_("Anggota baru"),
        Presence.NOT_FOUND: N_("Tidak ditemukan"),
    }
)
APPEAL_KIND_NAMES: Mapping[AppealKind, str] = MappingProxyType(
    {
        AppealKind.PROPOSE: N_("Usul"),
        AppealKind.CONTEST: N_("Sanggah"),
        AppealKind.OBJECT: N_("Keberatan"),
    }
)
APPEAL_REASON_NAMES: Mapping[AppealReason, str] = MappingProxyType(
    {
        AppealReason.POOR: N_("Keluarga miskin dan belum menerima"),
        AppealReason.LOST_INCOME: N_("Kehilangan pekerjaan atau terkena bencana"),
        AppealReason.NOT_RECORDED: N_("Belum pernah didata"),
        AppealReason.ABLE: N_("Penerima sudah mampu"),
        AppealReason.DEAD: N_("Penerima sudah meninggal"),
        AppealReason.MOVED: N_("Penerima sudah pindah"),
        AppealReason.DOUBLE: N_("Penerima tercatat dua kali"),
        AppealReason.WRONG_PERSON: N_("Penerima bukan orang yang dimaksud"),
        AppealReason.STILL_POOR: N_("Masih memenuhi syarat"),
        AppealReason.STILL_HERE: N_("Masih hidup dan tinggal di sini"),
        AppealReason.DATA_WRONG: N_("Data yang dipakai keliru"),
    }
)
ACTION_NAMES: Mapping[Action, str] = MappingProxyType(
    {
        Action.ASSIGN: N_("Ditugaskan"),
        Action.CHECK: N_("Dikirim untuk dicek di lapangan"),
        Action.VISIT: N_("Dikunjungi"),
        Action.CONFIRM: N_("Dinyatakan terbukti"),
        Action.DISMISS: N_("Dinyatakan tidak terbukti"),
        Action.REOPEN: N_("Dibuka lagi"),
        Action.UNDO: N_("Langkah diurungkan"),
    }
)
_WORKING = frozenset({FindingState.OPEN, FindingState.CHECKING})
_CLOSED = frozenset({FindingState.CONFIRMED, FindingState.DISMISSED})
# From which states a step is possible, and where it leads (None: it stays).
STEPS: Mapping[Action, tuple[frozenset[FindingState], FindingState | None]] = MappingProxyType(
    {
        Action.ASSIGN: (_WORKING, None),
        Action.CHECK: (frozenset({FindingState.OPEN}), FindingState.CHECKING),
        Action.VISIT: (_WORKING, FindingState.CHECKING),
        Action.CONFIRM: (_WORKING, FindingState.CONFIRMED),
        Action.DISMISS: (_WORKING, FindingState.DISMISSED),
        Action.REOPEN: (_CLOSED, FindingState.OPEN),
    }
)
NEEDS_NOTE = frozenset({Action.CONFIRM, Action.DISMISS, Action.REOPEN})


@dataclass(frozen=True, slots=True)
class Visit:
    """What was found at one visit; `presence` is empty where nobody could tell."""

    result: VisitResult
    presence: Presence | None
    on: date
    point: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """A step that was done: its number, what it was, and the step that it takes back."""

    id: int
    action: Action
    undoes: int | None = None


def next_state(action: Action, state: FindingState) -> FindingState | None:
    """Return where a step leads from a state, None where it is not possible."""
    begins, ends = STEPS[action]
    if state not in begins:
        return None
    return state if ends is None else ends


def to_undo(steps: Sequence[Done]) -> Done | None:
    """Return the last step that still holds, given all of a finding, oldest first."""
    gone = {step.undoes for step in steps if step.undoes is not None}
    held = [step for step in steps if step.undoes is None and step.id not in gone]
    return held[-1] if held else None


def is_looked_for_in_vain(visits: Iterable[Visit]) -> bool:
    """Whether somebody was not found on two different days: people work by day."""
    days = {
        visit.on
        for visit in visits
        if visit.result is VisitResult.NO_RESPONDENT or visit.presence is Presence.NOT_FOUND
    }
    return len(days) >= 2


def missing_visits(reason: StrikeReason, visits: Iterable[Visit]) -> str | None:
    """Return what must be done before this reason can be given (a message), or None."""
    if reason is StrikeReason.NOT_FOUND and not is_looked_for_in_vain(visits):
        return N_(
            "Tidak ditemukan hanya dapat menjadi alasan setelah dua kunjungan pada hari yang"
            " berbeda. Catat kunjungannya dahulu."
        )
    return None


def due_day(kind: AppealKind, received: date) -> date:
    """Return the last day to decide an appeal."""
    return received + timedelta(days=DAYS_TO_DECIDE[kind])


def days_left(due: date, today: date) -> int:
    """Return the days until a last day, that day not counted; negative when it has passed."""
    return (due - today).days

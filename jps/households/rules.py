"""States of a household, who may move it from one to the next, and where its records come from."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from jps.deadlines.rules import Stage
from jps.text import N_


class State(StrEnum):
    """Where a household stands between the first word typed and the office's word."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    VERIFIED = "verified"
    AGREED = "agreed"
    REJECTED = "rejected"
    CONFIRMED = "confirmed"
    FINAL = "final"
    ARCHIVED = "archived"


STATE_NAMES: dict[State, str] = {
    State.DRAFT: N_("Draf"),
    State.SUBMITTED: N_("Terkirim"),
    State.RETURNED: N_("Dikembalikan"),
    State.VERIFIED: N_("Terverifikasi"),
    State.AGREED: N_("Disepakati musyawarah"),
    State.REJECTED: N_("Ditolak musyawarah"),
    State.CONFIRMED: N_("Diverifikasi kabupaten"),
    State.FINAL: N_("Final"),
    State.ARCHIVED: N_("Diarsipkan"),
}


class Source(StrEnum):
    """By which way something came in."""

    FORM = "form"
    API = "api"
    PHONE = "phone"
    ODK = "odk"
    IMPORT = "import"
    SAMPLE = "sample"
    CHANGE = "change"


class Merged(StrEnum):
    """What kind of record counts as another one."""

    HOUSEHOLD = "household"
    MEMBER = "member"


class Action(StrEnum):
    """What can be done to a household as a whole."""

    SUBMIT = "submit"
    VERIFY = "verify"
    AGREE = "agree"
    REJECT = "reject"
    REOPEN = "reopen"
    CONFIRM = "confirm"
    FINALISE = "finalise"
    WITHDRAW = "withdraw"
    RETURN = "return"
    ARCHIVE = "archive"
    RESTORE = "restore"


@dataclass(frozen=True, slots=True)
class Transition:
    """From which states an action leads where, whether it needs a reason or the number of a letter,
    and what the audit calls it. `refusal` is said when the household stands elsewhere."""

    sources: frozenset[State]
    target: State
    event: str
    refusal: str
    needs_reason: bool = False
    needs_letter: bool = False


EDITABLE = frozenset({State.DRAFT, State.SUBMITTED, State.RETURNED})
# Verified by the operator, wherever it went from there.
PAST_OPERATOR = frozenset(
    {State.VERIFIED, State.AGREED, State.REJECTED, State.CONFIRMED, State.FINAL}
)
# Collected and not taken out: what lists, figures and matching count. A household that the meeting
# rejected is still there: the meeting decides who is proposed, not who exists.
IN_FORCE = (
    State.SUBMITTED,
    State.RETURNED,
    State.VERIFIED,
    State.AGREED,
    State.REJECTED,
    State.CONFIRMED,
    State.FINAL,
)
# Decided by the village: from here on only the kabupaten moves a household.
OF_KABUPATEN = frozenset({State.AGREED, State.REJECTED, State.CONFIRMED, State.FINAL})

TRANSITIONS: dict[Action, Transition] = {
    Action.SUBMIT: Transition(
        EDITABLE,
        State.SUBMITTED,
        "household-submitted",
        N_("Data yang sudah diverifikasi atau diarsipkan tidak dapat diubah. Kembalikan dahulu."),
    ),
    Action.VERIFY: Transition(
        frozenset({State.SUBMITTED}),
        State.VERIFIED,
        "household-verified",
        N_("Hanya data yang terkirim yang dapat diverifikasi."),
    ),
    Action.AGREE: Transition(
        frozenset({State.VERIFIED}),
        State.AGREED,
        "household-agreed",
        N_("Hanya data yang terverifikasi yang dapat diputuskan musyawarah."),
        needs_letter=True,
    ),
    Action.REJECT: Transition(
        frozenset({State.VERIFIED}),
        State.REJECTED,
        "household-rejected",
        N_("Hanya data yang terverifikasi yang dapat diputuskan musyawarah."),
        needs_reason=True,
        needs_letter=True,
    ),
    Action.REOPEN: Transition(
        frozenset({State.AGREED, State.REJECTED}),
        State.VERIFIED,
        "household-decision-reopened",
        N_("Hanya putusan musyawarah yang belum ditindaklanjuti yang dapat dibuka lagi."),
        needs_reason=True,
    ),
    Action.CONFIRM: Transition(
        frozenset({State.AGREED}),
        State.CONFIRMED,
        "household-confirmed",
        N_("Hanya data yang disepakati musyawarah yang dapat diverifikasi kabupaten."),
    ),
    Action.FINALISE: Transition(
        frozenset({State.CONFIRMED}),
        State.FINAL,
        "household-finalised",
        N_("Hanya data yang sudah diverifikasi kabupaten yang dapat disahkan."),
        needs_letter=True,
    ),
    # Where it leads depends on where it stands: see `WITHDRAWN`.
    Action.WITHDRAW: Transition(
        frozenset({State.VERIFIED, State.RETURNED, State.CONFIRMED, State.FINAL}),
        State.SUBMITTED,
        "household-step-withdrawn",
        N_("Langkah terakhir pada data ini tidak dapat diurungkan."),
    ),
    Action.RETURN: Transition(
        PAST_OPERATOR | {State.SUBMITTED},
        State.RETURNED,
        "household-returned",
        N_("Hanya data yang terkirim atau terverifikasi yang dapat dikembalikan."),
        needs_reason=True,
    ),
    Action.ARCHIVE: Transition(
        frozenset({*IN_FORCE, State.DRAFT}),
        State.ARCHIVED,
        "household-archived",
        N_("Data ini sudah diarsipkan."),
        needs_reason=True,
    ),
    # A draft that was archived becomes a draft again: see `target_of`.
    Action.RESTORE: Transition(
        frozenset({State.ARCHIVED}),
        State.SUBMITTED,
        "household-restored",
        N_("Hanya data yang diarsipkan yang dapat dipulihkan."),
    ),
}
# Which deadline a step must keep; to return, to archive and to bring back is always possible.
STAGES: dict[Action, Stage] = {
    Action.VERIFY: Stage.VERIFICATION,
    Action.AGREE: Stage.MEETING,
    Action.REJECT: Stage.MEETING,
    Action.CONFIRM: Stage.CONFIRMATION,
    Action.FINALISE: Stage.CONFIRMATION,
}
# Where a household stands again when who took the last step takes it back.
WITHDRAWN: dict[State, State] = {
    State.VERIFIED: State.SUBMITTED,
    State.RETURNED: State.SUBMITTED,
    State.CONFIRMED: State.AGREED,
    State.FINAL: State.CONFIRMED,
}
# What undoes an action that was done to many; what is not named here cannot be undone as a whole.
UNDONE_BY: dict[Action, Action] = {
    Action.VERIFY: Action.WITHDRAW,
    Action.RETURN: Action.WITHDRAW,
    Action.CONFIRM: Action.WITHDRAW,
    Action.FINALISE: Action.WITHDRAW,
    Action.ARCHIVE: Action.RESTORE,
}
# Whose hands an action must not be in again: it needs another person than these actions had.
OTHER_HANDS: dict[Action, tuple[Action, ...]] = {
    Action.VERIFY: (Action.SUBMIT,),
    Action.CONFIRM: (Action.SUBMIT, Action.VERIFY, Action.AGREE),
    Action.FINALISE: (Action.SUBMIT, Action.VERIFY, Action.CONFIRM),
}
OWN_HANDS: dict[Action, str] = {
    Action.SUBMIT: N_(
        "Anda yang mengisi atau terakhir mengubah data ini; orang lain yang harus memeriksanya."
    ),
    Action.VERIFY: N_("Anda yang memverifikasi data ini; orang lain yang harus melanjutkannya."),
    Action.AGREE: N_("Anda yang mencatat putusan musyawarahnya; orang lain yang harus memeriksa."),
    Action.CONFIRM: N_("Anda yang memverifikasinya di kabupaten; orang lain yang mengesahkannya."),
}
ONLY_KABUPATEN = N_("Sesudah musyawarah, hanya petugas kabupaten yang dapat mengubah data ini.")
NOBODY_LIVES_THERE = N_(
    "Tidak ada lagi yang tinggal di rumah tangga ini. Batalkan permohonan perubahannya."
)
UNSENT = N_("Masih ada perubahan yang belum dikirim pada data ini.")
NOT_YOUR_STEP = N_("Hanya orang yang mengambil langkah terakhir yang dapat mengurungkannya.")

Hands = Mapping[Action, Collection[str]]


def is_past_operator(state: State) -> bool:
    """Whether an operator verified it and it is with the meeting or the kabupaten, or final."""
    return state in PAST_OPERATOR


def is_locked(state: State) -> bool:
    """Whether its answers cannot be changed: it must be returned or restored first."""
    return state not in EDITABLE


def is_settled(state: State) -> bool:
    """Whether a household is past the operator: only a change request changes it."""
    return state in PAST_OPERATOR


def is_possible(action: Action, state: State) -> bool:
    """Whether `action` can be done to a household in `state`."""
    return state in TRANSITIONS[action].sources


def stage_of_sending(state: State) -> Stage:
    """Return the deadline that sending must keep: corrections go on while others still verify."""
    return Stage.COLLECTION if state is State.DRAFT else Stage.VERIFICATION


def needs_kabupaten(action: Action, state: State) -> bool:
    """Whether `action` in `state` is for people whose area is the whole kabupaten or more."""
    return state in OF_KABUPATEN or action in {Action.CONFIRM, Action.FINALISE, Action.REOPEN}


def target_of(action: Action, *, ever_sent: bool, state: State | None = None) -> State:
    """Return the state after `action` in `state`; what never passed the gate is restored as a
    draft."""
    if action is Action.RESTORE and not ever_sent:
        return State.DRAFT
    if action is Action.WITHDRAW and state in WITHDRAWN:
        return WITHDRAWN[state]
    return TRANSITIONS[action].target


def hands_in(steps: Iterable[tuple[Action, str]], *, senders: Iterable[str]) -> Hands:
    """Return who took which action since the household was last sent.

    `steps` are its actions with who took them, the latest first; `senders` entered or changed it.
    """
    found: dict[Action, set[str]] = {Action.SUBMIT: set(senders)}
    for action, by in steps:
        if action is Action.SUBMIT:
            break
        found.setdefault(action, set()).add(by)
    return found


def duty_problem(action: Action, by: str, hands: Hands) -> str | None:
    """Return why the person `by` must leave `action` to somebody else (a message), or None.

    `hands` says who took which earlier action since the household was last sent.
    """
    return next(
        (
            OWN_HANDS[earlier]
            for earlier in OTHER_HANDS.get(action, ())
            if by in hands.get(earlier, ())
        ),
        None,
    )


def verification_problem(
    by: str, *, entered_by: str, edited_by: str | None, has_draft: bool
) -> str | None:
    """Return why the person `by` cannot verify (a message to translate), or None.

    Two pairs of eyes: neither who entered a household nor who changed it last confirms it.
    """
    hands = {Action.SUBMIT: {entered_by, edited_by or entered_by}}
    return duty_problem(Action.VERIFY, by, hands) or (UNSENT if has_draft else None)

"""Roles and permissions, as one table to read."""

from collections.abc import Iterable, Sequence
from enum import StrEnum

from jps.text import N_


class Role(StrEnum):
    """What a person is to the office."""

    ENUMERATOR = "enumerator"
    OPERATOR = "operator"
    MANAGER = "manager"
    ANALYST = "analyst"
    ADMINISTRATOR = "administrator"


class Can(StrEnum):
    """One thing that a person may be allowed to do."""

    ENTER_HOUSEHOLDS = "enter-households"
    SEE_HOUSEHOLDS = "see-households"
    VERIFY_HOUSEHOLDS = "verify-households"
    ARCHIVE_HOUSEHOLDS = "archive-households"
    HOLD_MEETINGS = "hold-meetings"
    CONFIRM_HOUSEHOLDS = "confirm-households"
    FINALISE_HOUSEHOLDS = "finalise-households"
    PROPOSE_CHANGES = "propose-changes"
    APPROVE_CHANGES = "approve-changes"
    SET_DEADLINES = "set-deadlines"
    SEE_PROGRESS = "see-progress"
    REVEAL_NIK = "reveal-nik"
    SEE_LINKS = "see-links"
    DECIDE_LINKS = "decide-links"
    MERGE_RECORDS = "merge-records"
    IMPORT_LISTS = "import-lists"
    IMPORT_REGISTRY = "import-registry"
    RUN_MATCHING = "run-matching"
    SEE_QUALITY = "see-quality"
    SEE_TARGETING = "see-targeting"
    DRAW_LISTS = "draw-lists"
    APPROVE_LISTS = "approve-lists"
    SEE_PROGRAMMES = "see-programmes"  # programmes, decrees and their figures
    MANAGE_PROGRAMMES = "manage-programmes"
    LOAD_DECREES = "load-decrees"
    DECIDE_FINDINGS = "decide-findings"  # strike, replace, close a finding
    RECORD_BENEFITS = "record-benefits"
    RECEIVE_APPEALS = "receive-appeals"
    DECIDE_APPEALS = "decide-appeals"
    ISSUE_LETTERS = "issue-letters"
    LOAD_DECILES = "load-deciles"
    TRAIN_MODELS = "train-models"
    USE_ANALYSIS = "use-analysis"  # frames for notebooks
    SEE_FIELDWORK = "see-fieldwork"
    DRAW_BACKCHECKS = "draw-backchecks"
    ASK_AGAIN = "ask-again"
    SEE_MAPS = "see-maps"
    EXPORT_FIGURES = "export-figures"
    CONNECT_DEVICES = "connect-devices"
    SEE_SUBMISSIONS = "see-submissions"
    EXPORT_HOUSEHOLDS = "export-households"
    SEE_CODEBOOK = "see-codebook"
    SEE_JOBS = "see-jobs"
    MANAGE_USERS = "manage-users"
    SEE_AUDIT = "see-audit"


_ENUMERATOR = {
    Can.ENTER_HOUSEHOLDS,
    Can.SEE_HOUSEHOLDS,
    Can.SEE_CODEBOOK,
    Can.SEE_MAPS,
    Can.CONNECT_DEVICES,
    Can.SEE_SUBMISSIONS,
    Can.PROPOSE_CHANGES,
    Can.ASK_AGAIN,
}
_OPERATOR = _ENUMERATOR | {
    Can.VERIFY_HOUSEHOLDS,
    Can.ARCHIVE_HOUSEHOLDS,
    Can.HOLD_MEETINGS,
    Can.CONFIRM_HOUSEHOLDS,
    Can.FINALISE_HOUSEHOLDS,
    Can.APPROVE_CHANGES,
    Can.SET_DEADLINES,
    Can.SEE_PROGRESS,
    Can.REVEAL_NIK,
    Can.SEE_LINKS,
    Can.DECIDE_LINKS,
    Can.MERGE_RECORDS,
    Can.IMPORT_LISTS,
    Can.SEE_QUALITY,
    Can.SEE_FIELDWORK,
    Can.DRAW_BACKCHECKS,
    Can.EXPORT_FIGURES,
    Can.EXPORT_HOUSEHOLDS,
    Can.SEE_JOBS,
    Can.SEE_PROGRAMMES,
    Can.LOAD_DECREES,
    Can.RECORD_BENEFITS,
    Can.RECEIVE_APPEALS,
    Can.ISSUE_LETTERS,
    Can.LOAD_DECILES,
}
_MANAGER = {
    Can.FINALISE_HOUSEHOLDS,
    Can.SET_DEADLINES,
    Can.SEE_PROGRESS,
    Can.SEE_HOUSEHOLDS,
    Can.SEE_TARGETING,
    Can.DRAW_LISTS,
    Can.APPROVE_LISTS,
    Can.SEE_PROGRAMMES,
    Can.MANAGE_PROGRAMMES,
    Can.LOAD_DECREES,
    Can.DECIDE_FINDINGS,
    Can.RECORD_BENEFITS,
    Can.RECEIVE_APPEALS,
    Can.DECIDE_APPEALS,
    Can.ISSUE_LETTERS,
    Can.LOAD_DECILES,
    Can.TRAIN_MODELS,
    Can.USE_ANALYSIS,
    Can.SEE_CODEBOOK,
    Can.SEE_MAPS,
    Can.EXPORT_FIGURES,
    Can.EXPORT_HOUSEHOLDS,
    Can.SEE_LINKS,
    Can.SEE_JOBS,
    Can.SEE_QUALITY,
    Can.SEE_FIELDWORK,
    Can.DRAW_BACKCHECKS,
    Can.RUN_MATCHING,
}
# An analyst's export holds no names, numbers, addresses and points (`jps.exports.orders`).
_ANALYST = {
    Can.SEE_JOBS,
    Can.SEE_TARGETING,
    Can.SEE_PROGRAMMES,
    Can.TRAIN_MODELS,
    Can.USE_ANALYSIS,
    Can.SEE_CODEBOOK,
    Can.SEE_MAPS,
    Can.EXPORT_FIGURES,
    Can.EXPORT_HOUSEHOLDS,
    Can.SEE_QUALITY,
}
_ADMINISTRATOR = {
    Can.SEE_CODEBOOK,
    Can.SEE_MAPS,
    Can.SEE_JOBS,
    Can.IMPORT_REGISTRY,
    Can.SEE_QUALITY,
    Can.RUN_MATCHING,
    Can.MANAGE_USERS,
    Can.SEE_AUDIT,
    Can.CONNECT_DEVICES,
    Can.SEE_SUBMISSIONS,
}

# The administrator runs the system and sees no household: who gives rights does not use them.
PERMISSIONS: dict[Role, frozenset[Can]] = {
    Role.ENUMERATOR: frozenset(_ENUMERATOR),
    Role.OPERATOR: frozenset(_OPERATOR),
    Role.MANAGER: frozenset(_MANAGER),
    Role.ANALYST: frozenset(_ANALYST),
    Role.ADMINISTRATOR: frozenset(_ADMINISTRATOR),
}

ROLE_NAMES: dict[Role, str] = {
    Role.ENUMERATOR: N_("Pendata"),
    Role.OPERATOR: N_("Operator"),
    Role.MANAGER: N_("Pengelola program"),
    Role.ANALYST: N_("Analis"),
    Role.ADMINISTRATOR: N_("Administrator"),
}


# Who has one of these is given rows of households, with names or under keys; the figures of the
# pages of `WITH_ROWS` are sums of such rows and hide nothing. Figures for others are hidden where
# few households stand behind them (docs/adr/0023-hidden-figures-stay-hidden.md).
ROWS = frozenset({Can.SEE_HOUSEHOLDS, Can.EXPORT_HOUSEHOLDS, Can.USE_ANALYSIS})
WITH_ROWS = frozenset(
    {
        Can.SEE_PROGRAMMES,
        Can.SEE_TARGETING,
        Can.SEE_PROGRESS,
        Can.SEE_FIELDWORK,
        Can.DECIDE_FINDINGS,
        Can.RECORD_BENEFITS,
        Can.EXPORT_FIGURES,
        Can.TRAIN_MODELS,
    }
)

# Steps of the kabupaten: the role alone does not give them, an area of that size must go with it.
NEEDS_KABUPATEN = frozenset({Can.CONFIRM_HOUSEHOLDS, Can.FINALISE_HOUSEHOLDS, Can.SET_DEADLINES})
_KABUPATEN = 5  # characters of a kabupaten's code; larger areas have shorter codes


def is_allowed(role: Role, permission: Can, *, areas: Iterable[str]) -> bool:
    """Whether people of `role` with these areas (codes) may do `permission`."""
    if permission in NEEDS_KABUPATEN and not any(len(code) <= _KABUPATEN for code in areas):
        return False
    return permission in PERMISSIONS[role]


def username_problem(username: str) -> str | None:
    """Return what is wrong with a sign-in name (a message to translate), or None."""
    if not 3 <= len(username) <= 64:
        return N_("Nama pengguna harus 3 sampai 64 karakter.")
    if not all(letter.isascii() and (letter.isalnum() or letter in ".-_@") for letter in username):
        return N_("Nama pengguna hanya boleh memuat huruf, angka, titik, garis, dan @.")
    return None


def password_problem(password: str, username: str) -> str | None:
    """Return what is wrong with a new password (a message to translate), or None.

    Length counts, not kinds of characters (NIST SP 800-63B).
    """
    if len(password) < 10:
        return N_("Kata sandi harus paling sedikit 10 karakter.")
    if len(password) > 128:
        return N_("Kata sandi harus paling banyak 128 karakter.")
    if username and username.lower() in password.lower():
        return N_("Kata sandi tidak boleh memuat nama pengguna.")
    return None


def account_problems(username: str, full_name: str, areas: Sequence[str]) -> dict[str, list[str]]:
    """Return what is wrong with the facts of an account: field -> messages to translate."""
    found = {
        "username": username_problem(username),
        "full_name": full_name_problem(full_name),
        "areas": None if areas else N_("Pilih paling sedikit satu wilayah."),
    }
    return {field: [problem] for field, problem in found.items() if problem is not None}


def full_name_problem(full_name: str) -> str | None:
    """Return what is wrong with a person's name (a message to translate), or None."""
    if not full_name:
        return N_("Nama lengkap wajib diisi.")
    return N_("Nama lengkap paling banyak 120 karakter.") if len(full_name) > 120 else None


def narrowed(areas: Iterable[str], within: Iterable[str]) -> tuple[str, ...]:
    """Return what two sets of areas, children included, have in common."""
    ours, theirs = set(areas), set(within)
    inside = {code for code in ours if _lies_in(code, theirs)}
    return tuple(sorted(inside | {code for code in theirs if _lies_in(code, ours)}))


def _lies_in(code: str, areas: set[str]) -> bool:
    return any(code == area or code.startswith(area + ".") for area in areas)

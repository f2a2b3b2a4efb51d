"""The main menu: one table, filtered by what the reader may do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import current_app, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from jps.access.rules import ROLE_NAMES, Can, Role
from jps.cases.appeal_queries import count_waiting
from jps.db import db
from jps.households.queries import count_conflicts
from jps.http import actor
from jps.text import N_

# Permission, endpoint, icon (Bootstrap Icons), text; in the order of the menu.
ENTRIES: tuple[tuple[Can, str, str, str], ...] = (
    (Can.ENTER_HOUSEHOLDS, "work.index", "clipboard-check", N_("Tugas saya")),
    (Can.SEE_PROGRAMMES, "dashboard.index", "speedometer", N_("Ringkasan")),
    (Can.SEE_MAPS, "maps.index", "map", N_("Peta")),
    (Can.SEE_TARGETING, "targeting.index", "bullseye", N_("Sasaran")),
    (Can.SEE_PROGRAMMES, "programmes.index", "gift", N_("Program")),
    (Can.SEE_PROGRAMMES, "deciles.index", "sort-numeric-down", N_("Desil")),
    (Can.SEE_PROGRAMMES, "decrees.index", "file-earmark-check", N_("SK / Daftar penerima")),
    (Can.SEE_PROGRAMMES, "findings.index", "exclamation-diamond", N_("Temuan")),
    (Can.SEE_PROGRAMMES, "benefits.index", "box-seam", N_("Penyaluran")),
    (Can.SEE_PROGRAMMES, "memberships.index", "shield-plus", N_("Jaminan dan tanda")),
    (Can.RECEIVE_APPEALS, "appeals.index", "hand-index", N_("Usul & sanggah")),
    (Can.ISSUE_LETTERS, "letters.index", "envelope-paper", N_("Surat")),
    (Can.SEE_HOUSEHOLDS, "households.index", "house", N_("Rumah tangga")),
    (Can.VERIFY_HOUSEHOLDS, "conflicts.index", "layout-split", N_("Dua versi")),
    (Can.SEE_SUBMISSIONS, "submissions.index", "phone", N_("ODK Collect")),
    (Can.PROPOSE_CHANGES, "changes.index", "arrow-left-right", N_("Perubahan")),
    (Can.IMPORT_LISTS, "lists.index", "file-earmark-arrow-up", N_("Daftar")),
    (Can.HOLD_MEETINGS, "meetings.index", "people-fill", N_("Musyawarah")),
    (Can.SEE_PROGRESS, "progress.index", "bar-chart", N_("Kemajuan")),
    (Can.SEE_LINKS, "identity.queue", "person-check", N_("Pemadanan")),
    (Can.SEE_FIELDWORK, "monitor.index", "binoculars", N_("Pendataan")),
    (Can.ASK_AGAIN, "backcheck.mine", "arrow-repeat", N_("Tanya ulang")),
    (Can.SEE_QUALITY, "quality.index", "speedometer2", N_("Mutu")),
    (Can.IMPORT_REGISTRY, "registry.index", "database", N_("Kependudukan")),
    (Can.USE_ANALYSIS, "data.index", "table", N_("Analisis")),
    (Can.SEE_CODEBOOK, "codebook.index", "book", N_("Kuesioner")),
    (Can.SEE_JOBS, "jobs.index", "hourglass-split", N_("Pekerjaan")),
    (Can.MANAGE_USERS, "users.index", "people", N_("Pengguna")),
    (Can.SEE_AUDIT, "audit.index", "shield-check", N_("Audit")),
)

# Entries that stand together under one word; what is in none stands by itself. A section of which
# the reader may open one entry alone is that entry.
SECTIONS: tuple[tuple[str, str, frozenset[str]], ...] = (
    (
        N_("Lapangan"),
        "geo-alt",
        frozenset(
            {
                "work.index",
                "changes.index",
                "conflicts.index",
                "submissions.index",
                "progress.index",
                "meetings.index",
                "monitor.index",
                "backcheck.mine",
            }
        ),
    ),
    (
        N_("Program"),
        "gift",
        frozenset(
            {
                "programmes.index",
                "deciles.index",
                "decrees.index",
                "findings.index",
                "benefits.index",
                "memberships.index",
                "appeals.index",
                "letters.index",
            }
        ),
    ),
    (
        N_("Data"),
        "database",
        frozenset(
            {"households.index", "lists.index", "registry.index", "data.index", "codebook.index"}
        ),
    ),
    (N_("Pemadanan"), "person-check", frozenset({"identity.queue", "quality.index"})),
    (N_("Sistem"), "gear", frozenset({"jobs.index", "users.index", "audit.index"})),
)

# Pages below an entry, by blueprint or endpoint; those of an entry's own blueprint are below it
# without being named.
BELOW: Mapping[str, frozenset[str]] = {
    "work.index": frozenset({"entry", "review"}),
    "maps.index": frozenset({"map_layers", "map_families"}),
    "targeting.index": frozenset(
        {
            *{"score_models", "target_arithmetic", "target_compare"},
            *{"target_files", "target_lists", "target_quotas", "target_rules"},
        }
    ),
    "programmes.index": frozenset({"programme_forms", "overlaps", "budget"}),
    "decrees.index": frozenset({"decree_columns", "decree_files", "recipients"}),
    "findings.index": frozenset({"finding", "strikes"}),
    "benefits.index": frozenset({"delivering", "payments", "realisation"}),
    "appeals.index": frozenset({"appeal_desk"}),
    "households.index": frozenset({"batches", "photos", "timeline", "returning", "exports"}),
    "submissions.index": frozenset({"devices"}),
    "changes.index": frozenset({"change_forms"}),
    "lists.index": frozenset({"list_mapping", "list_problems"}),
    "progress.index": frozenset({"deadlines"}),
    "identity.queue": frozenset({"identity", "doubles", "groups", "merges", "ledger"}),
    "monitor.index": frozenset({"backcheck.index", "backcheck.show", "backcheck.compare"}),
    "backcheck.mine": frozenset({"backcheck.ask"}),
    "quality.index": frozenset({"sample", "models"}),
}
# Pages below no entry: one's own account, signing in, what anybody may see.
BESIDE = frozenset({"home", "tokens", "session", "public", "letter_check", "phone", "health"})

# How much waits behind an entry; asked on every page, so each is one small query.
COUNTS: Mapping[str, Callable[[Session], int]] = {
    "conflicts.index": count_conflicts,
    "appeals.index": count_waiting,
}


@dataclass(frozen=True)
class MenuItem:
    """One entry as shown."""

    text: str
    url: str
    icon: str
    here: bool
    waiting: int = 0  # things that wait for the reader's word


@dataclass(frozen=True)
class MenuSection:
    """Entries under one word; without a word there is one entry, which stands by itself."""

    text: str
    icon: str
    items: tuple[MenuItem, ...]

    @property
    def here(self) -> bool:
        """Whether the page is one of them."""
        return any(item.here for item in self.items)

    @property
    def waiting(self) -> int:
        """How much waits behind all of them."""
        return sum(item.waiting for item in self.items)


def menu() -> list[MenuSection]:
    """Return the entries that the reader may open, those that stand together at the first one."""
    open_to_me = [
        entry
        for entry in ENTRIES
        if actor().can(entry[0]) and entry[1] in current_app.view_functions
    ]
    shown: list[MenuSection] = []
    for text, icon, endpoints in _sections([entry[1] for entry in open_to_me]):
        items = tuple(_item(entry) for entry in open_to_me if entry[1] in endpoints)
        shown.append(MenuSection(gettext(text) if text else "", icon, items))
    return shown


def _sections(endpoints: list[str]) -> list[tuple[str, str, frozenset[str]]]:
    """Return the sections of these endpoints, each once, in the order of its first entry."""
    found: dict[frozenset[str], tuple[str, str, frozenset[str]]] = {}
    for endpoint in endpoints:
        mine = next((one for one in SECTIONS if endpoint in one[2]), None)
        together = frozenset(endpoints) & mine[2] if mine else frozenset({endpoint})
        text, icon = (mine[0], mine[1]) if mine and len(together) > 1 else ("", "")
        found.setdefault(together, (text, icon, together))
    return list(found.values())


def _item(entry: tuple[Can, str, str, str]) -> MenuItem:
    _, endpoint, icon, text = entry
    return MenuItem(
        text=gettext(text),
        url=url_for(endpoint),
        icon=icon,
        here=entry_of(request.endpoint or "") == endpoint,
        waiting=COUNTS[endpoint](db.session()) if endpoint in COUNTS else 0,
    )


def entry_of(endpoint: str) -> str | None:
    """Return the entry of the menu that a page is below; None where it is below none."""
    entries = [entry[1] for entry in ENTRIES]
    if endpoint in entries:
        return endpoint
    blueprint = endpoint.split(".")[0]
    for name in (endpoint, blueprint):
        found = next((entry for entry, below in BELOW.items() if name in below), None)
        if found is not None:
            return found
    return next((entry for entry in entries if entry.split(".")[0] == blueprint), None)


def role_name(role: str) -> str:
    """Return the role's name, to translate."""
    return ROLE_NAMES[Role(role)]

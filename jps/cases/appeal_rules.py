"""Who may decide an appeal, and what a decision changed, in words. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from jps.programmes.rules import AppealKind, AppealState
from jps.text import N_

OPEN = (AppealState.RECEIVED, AppealState.CHECKING)
STATE_NAMES: Mapping[AppealState, str] = {
    AppealState.RECEIVED: N_("Diterima"),
    AppealState.CHECKING: N_("Sudah dicek di lapangan"),
    AppealState.ACCEPTED: N_("Dikabulkan"),
    AppealState.REJECTED: N_("Ditolak"),
    AppealState.WITHDRAWN: N_("Ditarik"),
}
PREFIXES: Mapping[AppealKind, str] = {
    AppealKind.PROPOSE: "USUL",
    AppealKind.CONTEST: "SANGGAH",
    AppealKind.OBJECT: "KEBERATAN",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that changed: a template to translate and what fills it in."""

    text: str
    params: Mapping[str, Any]

    def indonesian(self) -> str:
        """Return the line as letters say it."""
        return self.text.format(**self.params)


def appeal_number(kind: AppealKind, year: int, serial: int) -> str:
    """Return the number that an appellant is told."""
    return f"{PREFIXES[kind]}-{year}-{serial:05d}"


def duty_problem(
    by: str, *, state: AppealState, checkers: Collection[str], struck_by: str | None
) -> str | None:
    """Return why somebody may not decide an appeal (a message), or None.

    Who looked on the ground does not decide, and nobody judges a strike of their own.
    """
    if state not in OPEN:
        return N_("Permohonan ini sudah diputuskan atau ditarik.")
    if not checkers:
        return N_("Belum ada hasil cek lapangan. Catat kunjungannya dahulu.")
    if by in checkers:
        return N_("Anda yang mengecek di lapangan. Orang lain yang memutuskan.")
    if struck_by is not None and by == struck_by:
        return N_("Anda yang mencoret penerima ini. Orang lain yang memutuskan keberatannya.")
    return None


def share(value: float | None) -> str:
    """Return a probability as people read it: `42 %`; `belum dinilai` for None."""
    return "belum dinilai" if value is None else f"{round(value * 100)} %"


def outcome_lines(outcome: Mapping[str, Any] | None) -> list[Line]:
    """Return what a decision changed, from what was kept of it."""
    if not outcome:
        return []
    found: list[Line] = []
    if outcome.get("listed_again"):
        found.append(Line(N_("Penerima tercantum lagi pada SK seperti semula."), {}))
    if outcome.get("replacement"):
        text = N_(
            "Penerima pengganti masih tercantum dan tidak berbuat salah. SK menjadi satu di atas "
            "kuota sampai pengelola memutuskan."
        )
        found.append(Line(text, {}))
    if outcome.get("struck"):
        found.append(Line(N_("Penerima dicoret; keluarganya mendapat surat pemberitahuan."), {}))
    if outcome.get("findings"):
        text = N_("Temuan yang terkait ikut diputuskan: {n}.")
        found.append(Line(text, {"n": outcome["findings"]}))
    if "score_after" in outcome:
        params = {
            "before": share(outcome.get("score_before")),
            "after": share(outcome["score_after"]),
        }
        text = N_("Rumah tangga dinilai ulang: peluang miskin {before} menjadi {after}.")
        found.append(Line(text, params))
    found += _place(outcome)
    return found


def _place(outcome: Mapping[str, Any]) -> list[Line]:
    """Return what is said about the place on a list."""
    if outcome.get("list_missing"):
        return [
            Line(N_("Belum ada daftar sasaran yang disetujui untuk program dan wilayah ini."), {})
        ]
    if "list" not in outcome:
        return []
    if outcome.get("standing") == "selected":
        return [Line(N_("Sudah terpilih pada daftar {list}."), {"list": outcome["list"]})]
    if "place" not in outcome:
        text = N_("Tidak masuk daftar {list}, yang dibuat dari data lama. Buat daftar baru.")
        return [Line(text, {"list": outcome["list"]})]
    params = {
        "list": outcome["list"],
        "before": outcome.get("rank") or "–",
        "now": outcome["place"],
    }
    lines = [Line(N_("Urutan tunggu pada daftar {list}: {before} menjadi {now}."), params)]
    if outcome.get("list_lapsed"):
        text = N_("Daftar itu beku; urutan baru berlaku pada daftar yang dibuat berikutnya.")
        lines.append(Line(text, {}))
    return lines

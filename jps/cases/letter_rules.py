"""Letters as values: numbers, what a check says, and the words that are printed. Pure.

A letter is an official paper and always Indonesian. Its words are kept with it (`blocks`), so that
it is printed again as it was even after these words change.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import TypeAlias

from babel.dates import format_date

from jps.programmes.rules import LetterKind
from jps.text import N_

POOR_FROM = 0.5  # probability of being poor from which a household is poor by score
MOST_MONTHS = 12  # validity of a certificate of poverty
USUAL_MONTHS = 6
LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # of check codes: none looks like another
CODE_LENGTH = 16

# What a letter is made of: ["p", text], ["h", text] or ["t", [[name, value], ...]].
Block: TypeAlias = list[str | list[list[str]]]

KIND_NAMES: Mapping[LetterKind, str] = MappingProxyType(
    {
        LetterKind.NOTICE: N_("Pemberitahuan pencoretan"),
        LetterKind.SKTM: N_("Surat keterangan tidak mampu (SKTM)"),
        LetterKind.DECISION: N_("Pemberitahuan putusan"),
    }
)
_SHORT = {LetterKind.NOTICE: "PCR", LetterKind.SKTM: "SKTM", LetterKind.DECISION: "PTS"}
_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")


class Validity(StrEnum):
    """What the check page says of a letter."""

    GENUINE = "genuine"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Signatory:
    """Who signs, as what, and where that office can be asked."""

    name: str
    title: str
    office: str
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Struck:
    """What a notice of striking says."""

    family: str  # whose family is addressed
    address: str
    village: str
    recipient: str
    nik: str  # masked
    programme: str
    decree: str
    decree_on: date
    reason: str
    note: str
    source: str
    source_on: date
    from_on: date
    appeal_by: date


@dataclass(frozen=True, slots=True)
class Poor:
    """What a certificate of poverty says."""

    name: str
    nik: str
    birth: str
    sex: str
    head: str
    kk: str
    address: str
    village: str
    members: int
    basis: str
    purpose: str
    valid_to: date


@dataclass(frozen=True, slots=True)
class Decided:
    """What a notice of a decision on an appeal says."""

    number: str
    kind: str
    received_on: date
    about: str
    accepted: bool
    decision: str
    changes: Sequence[str]
    village: str


def long_day(day: date) -> str:
    """Return `23 November 2026`."""
    return format_date(day, "d MMMM yyyy", locale="id")


def letter_number(kind: LetterKind, serial: int, area_code: str, day: date) -> str:
    """Return a letter's number: its place in the year of a village."""
    return f"{serial:03d}/{_SHORT[kind]}/{area_code}/{_ROMAN[day.month - 1]}/{day.year}"


def initials(name: str) -> str:
    """Return `H. C.` for a name: all that strangers may see."""
    return " ".join(f"{word[0].upper()}." for word in name.split() if word[0].isalpha())


def validity(valid_to: date | None, *, revoked: bool, today: date) -> Validity:
    """Return what a letter is worth on a day."""
    if revoked:
        return Validity.REVOKED
    return Validity.EXPIRED if valid_to is not None and valid_to < today else Validity.GENUINE


def clean_code(text: str) -> str:
    """Return a check code as it is stored, however it was typed."""
    return "".join(letter for letter in text.lower() if letter in LETTERS)


def shown_code(code: str) -> str:
    """Return a check code in groups of four, as people read it out."""
    return "-".join(code[place : place + 4] for place in range(0, len(code), 4))


def notice_blocks(told: Struck, by: Signatory) -> list[Block]:
    """Return the words of a notice of striking."""
    name = f"{told.recipient} (NIK {told.nik})" if told.nik else told.recipient
    where = f" atau hubungi {by.contact}" if by.contact else ""
    return [
        ["p", f"Kepada Yth. keluarga {told.family}\n{told.address}\n{told.village}"],
        [
            "p",
            "Dengan surat ini kami memberitahukan bahwa penerima di bawah ini tidak lagi tercantum"
            " pada daftar penerima bantuan.",
        ],
        [
            "t",
            [
                ["Penerima", name],
                ["Program", told.programme],
                ["Surat keputusan", f"{told.decree}, {long_day(told.decree_on)}"],
                ["Alasan", told.reason],
                *([["Penjelasan", told.note]] if told.note else []),
                ["Sumber", f"{told.source}, {long_day(told.source_on)}"],
                ["Berlaku mulai", long_day(told.from_on)],
            ],
        ],
        ["h", "Bila Anda tidak setuju"],
        [
            "p",
            f"Anda berhak mengajukan keberatan sampai {long_day(told.appeal_by)}. Datanglah ke"
            f" {by.office}{where}. Bawalah surat ini, KTP atau KK, dan bukti bila ada. Keberatan"
            " tidak dipungut biaya. Anda menerima nomor dan tanggal paling lambat putusannya.",
        ],
        [
            "p",
            "Keberatan diperiksa di lapangan dan diputuskan oleh orang lain daripada yang mencoret."
            " Bila keberatan diterima, penerima dicantumkan kembali.",
        ],
    ]


def sktm_blocks(told: Poor) -> list[Block]:
    """Return the words of a certificate of poverty."""
    return [
        ["p", "Yang bertanda tangan di bawah ini menerangkan bahwa:"],
        [
            "t",
            [
                ["Nama", told.name],
                ["NIK", told.nik],
                ["Lahir", told.birth],
                ["Jenis kelamin", told.sex],
                ["Kepala keluarga", told.head],
                ["Nomor KK", told.kk],
                ["Alamat", f"{told.address}, {told.village}"],
                ["Anggota rumah tangga", str(told.members)],
            ],
        ],
        ["p", "adalah warga dari rumah tangga yang tidak mampu."],
        ["t", [["Dasar", told.basis], ["Keperluan", told.purpose]]],
        ["p", f"Surat ini berlaku sampai {long_day(told.valid_to)}."],
    ]


def decision_blocks(told: Decided, by: Signatory) -> list[Block]:
    """Return the words of a notice of a decision."""
    word = "DIKABULKAN" if told.accepted else "DITOLAK"
    changes: list[Block] = [
        ["p", f"{place}. {text}"] for place, text in enumerate(told.changes, start=1)
    ]
    heading: list[Block] = [["h", "Yang berubah karena putusan ini"]] if changes else []
    return [
        [
            "t",
            [
                ["Nomor", told.number],
                ["Jenis", told.kind],
                ["Diterima", long_day(told.received_on)],
                ["Tentang", told.about],
                ["Wilayah", told.village],
            ],
        ],
        ["p", f"telah diperiksa dan diputuskan: {word}."],
        ["t", [["Pertimbangan", told.decision]]],
        *heading,
        *changes,
        ["p", f"Pertanyaan tentang putusan ini dapat disampaikan ke {by.office}."],
    ]

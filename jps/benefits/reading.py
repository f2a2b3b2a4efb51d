"""Files of payments as rows: which column is what, and cells as accounts, amounts and days. Pure.

A number of an account that a spreadsheet rounded (`6.01234E+14`) is nobody's number: it is left
out and said, and the row is looked for by NIK or name.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from types import MappingProxyType
from typing import TypeVar

from jps.errors import InvalidFile
from jps.layouts.dates import read_birth_date
from jps.tables.cells import plain
from jps.tables.files import Row, Source
from jps.text import N_, one_line

Value = TypeVar("Value")

NOT_PAID = "not-paid"  # what the file itself says of a row
# Field -> headers seen for it, letters and digits in capitals.
HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "account": "NOREKENING NOMORREKENING NOREK REKENING NOMORREK REKENINGTUJUAN NOKKS NOKARTU "
        "NOMORKARTU NOMORKKS ACCOUNT ACCOUNTNO ACCOUNTNUMBER CREDITACCOUNT NOREKENINGTUJUAN",
        "nik": "NIK NONIK NOMORNIK NIKKTP NOKTP NIKPENERIMA NOMORINDUKKEPENDUDUKAN",
        "name": "NAMA NAMAPENERIMA NAMALENGKAP NAMAPEMILIKREKENING NAMAREKENING NAMAKPM NAMAKPMM "
        "NAMAPENGURUS NAME BENEFICIARY BENEFICIARYNAME",
        "amount": "JUMLAH NOMINAL NILAI NOMINALBANTUAN JUMLAHBANTUAN JUMLAHBAYAR NILAIBANTUAN "
        "NOMINALRP JUMLAHRP AMOUNT KREDIT CREDIT DIBAYAR BESARBANTUAN",
        "paid_on": "TANGGAL TGL TANGGALBAYAR TGLBAYAR TANGGALSALUR TGLSALUR TANGGALTRANSAKSI "
        "TGLTRANSAKSI TANGGALCAIR TGLCAIR DATE PAYMENTDATE TRANSACTIONDATE",
        "reference": "REFERENSI NOREFERENSI NOMORREFERENSI NOREF REF REFERENCE NOTRANSAKSI "
        "NOMORTRANSAKSI IDTRANSAKSI TRANSACTIONID NORESI NOMORRESI NORESIPOS KODETRANSAKSI",
        "status": "STATUS STATUSBAYAR STATUSPEMBAYARAN STATUSTRANSAKSI STATUSTRANSFER STATUSSALUR "
        "STATUSPENYALURAN STATUSCAIR STATUSPENCAIRAN PAYMENTSTATUS TRANSACTIONSTATUS",
    }
)
FIELD_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "account": N_("Nomor rekening"),
        "nik": N_("NIK"),
        "name": N_("Nama"),
        "amount": N_("Jumlah"),
        "paid_on": N_("Tanggal"),
        "reference": N_("Nomor referensi"),
        "status": N_("Status"),
    }
)
PROBLEM_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "account-lost": N_(
            "Nomor rekening tersimpan sebagai angka dan sebagian angkanya hilang (6,01E+14). "
            "Minta berkas dengan kolom rekening berformat Teks."
        ),
        "nik-lost": N_("NIK tersimpan sebagai angka, jadi angka terakhirnya hilang."),
        "amount-lost": N_(
            "Jumlah dibulatkan oleh Excel (1,78E+05). Ubah kolomnya ke format angka."
        ),
        "amount-missing": N_("Jumlah kosong atau bukan angka."),
        "amount-negative": N_("Jumlah nol atau negatif: bukan penyaluran."),
        "date-missing": N_("Tanggal kosong atau tidak dapat dibaca."),
        "date-future": N_("Tanggal sesudah hari ini."),
        "date-outside": N_("Tanggal di luar masa SK."),
        NOT_PAID: N_("Menurut berkas, pembayaran ini gagal atau dikembalikan."),
        "nobody-named": N_("Baris tanpa rekening, NIK, dan nama yang dapat dipakai."),
        "row-broken": N_("Baris ini rusak: tanda kutip tidak ditutup."),
        "name-shared": N_(
            "Nama ini dimiliki lebih dari satu penerima; sertakan NIK atau rekening."
        ),
        "two-people": N_("Rekening milik seorang penerima, NIK milik penerima lain."),
        "struck": N_("Penerima ini sudah dicoret dari SK."),
        "not-planned": N_("Ada di SK, tetapi tidak ada penyaluran yang direncanakan baginya."),
        "by-name": N_("Dikenali dari nama saja."),
        "bundle": N_("Satu pembayaran untuk beberapa penyaluran."),
        "by-hand": N_("Sudah dicatat di lapangan; berkas ini menguatkannya."),
    }
)
_OTHER = re.compile(r"[^A-Z0-9]+")
_KNOWN = {
    header: field
    for field, headers in HEADERS.items()
    for header in (*headers.split(), _OTHER.sub("", field.upper()))
}
_ROUNDED = re.compile(r"-?[0-9]+(?:[.,][0-9]+)?[eE][+]?[0-9]+")
_NOT_PAID = re.compile(
    r"\b(?:GAGAL|RETUR|RETURN|RETURNED|DITOLAK|TOLAK|BATAL|DIBATALKAN|TIDAK|BELUM|FAIL|FAILED|"
    r"REJECTED)\b"
)
_MONEY = re.compile(r"(?:RP\.?|IDR)?\s*(-?)([0-9][0-9., ]*)(?:,-|\.-)?", re.IGNORECASE)
_WHOLE = 10**15  # a number cell of more digits has lost some
_EPOCH = date(1899, 12, 30)  # day 0 of Excel's calendar
_SERIALS = (36_526, 73_050)  # Excel's numbers of the years 2000 to 2099
LATEST = date(2100, 1, 1)
MAX_ROWS = 1_000_000
LENGTHS: Mapping[str, int] = MappingProxyType(
    {"account": 40, "nik": 40, "name": 160, "reference": 80}
)


@dataclass(frozen=True, slots=True)
class Paid:
    """One row of a payment file; texts are empty and values None where it does not say."""

    row: int
    account: str = ""
    nik: str = ""
    name: str = ""
    amount: int | None = None
    paid_on: date | None = None
    reference: str = ""
    problems: tuple[str, ...] = ()


class _Lost(ValueError):
    """A cell holds no value; its message is a code of `PROBLEM_NAMES`."""


def find_columns(headers: Sequence[str]) -> dict[str, int]:
    """Return field -> place of its column.

    Raises InvalidFile when the amount, or everything that names a person, is missing.
    """
    found: dict[str, int] = {}
    for place, header in enumerate(headers):
        field = _KNOWN.get(_OTHER.sub("", header.upper()))
        if field is None:
            continue
        if field in found:
            raise InvalidFile(
                N_("Dua kolom berisi {field}: {first} dan {second}. Hapus salah satu."),
                field=FIELD_NAMES[field],
                first=headers[found[field]][:60],
                second=header[:60],
            )
        found[field] = place
    who = found.keys() & {"account", "nik", "name"}
    if "amount" not in found or not who:
        missing = [] if "amount" in found else [FIELD_NAMES["amount"]]
        missing += [] if who else [N_("Nomor rekening, NIK, atau Nama")]
        raise InvalidFile(
            N_(
                "Kolom {columns} tidak ada. Kolom pada berkas: {headers}. Ganti judul kolomnya, "
                "lalu unggah lagi."
            ),
            columns=", ".join(missing),
            headers=", ".join(header[:30] for header in headers if header)[:400] or "-",
        )
    return found


def read_payments(source: Source, *, paid_on: date | None) -> Iterator[Paid]:
    """Yield the rows of a file that hold anything; `paid_on` is the day of rows without one."""
    for row in source.rows():
        if row.cells is None:
            yield Paid(row.number, problems=("row-broken",))
        elif any(cell not in ("", None) for cell in row.cells):
            yield _paid(row, source.columns, paid_on)


def _paid(row: Row, columns: Mapping[str, int], paid_on: date | None) -> Paid:
    cells = row.cells or ()
    problems: list[str] = []

    def read(field: str, how: Callable[[object], Value], default: Value) -> Value:
        place = columns.get(field)
        try:
            return how(cells[place] if place is not None and place < len(cells) else None)
        except _Lost as lost:
            problems.append(str(lost))
            return default

    found = Paid(
        row.number,
        account=read("account", account, "")[: LENGTHS["account"]],
        nik=read("nik", nik, "")[: LENGTHS["nik"]],
        name=one_line(plain(cells[columns["name"]]))[: LENGTHS["name"]]
        if columns.get("name", len(cells)) < len(cells)
        else "",
        amount=read("amount", money, None),
        paid_on=read("paid_on", day, None) if "paid_on" in columns else paid_on,
        reference=read("reference", plain, "")[: LENGTHS["reference"]],
    )
    if found.paid_on is None and "date-missing" not in problems:
        found = replace(found, paid_on=paid_on)
        problems += [] if paid_on else ["date-missing"]
    if not (found.account or found.nik or found.name):
        problems.append("nobody-named")
    if _NOT_PAID.search(read("status", plain, "").upper()):
        problems.append(NOT_PAID)
    return replace(found, reference=found.reference or _made(found), problems=tuple(problems))


def _made(paid: Paid) -> str:
    """Return a reference for a row without one: the same for the same payment in any file."""
    parts = (paid.account, paid.nik, paid.name.casefold(), str(paid.amount), str(paid.paid_on))
    return "~" + sha256("|".join(parts).encode()).hexdigest()[:24]


def account(value: object) -> str:
    """Return the letters and digits of an account, without zeros in front: Excel drops them."""
    return _number(value, "account-lost").lstrip("0")


def nik(value: object) -> str:
    """Return the digits of a NIK; what a number cell rounded is lost."""
    return _number(value, "nik-lost")


def _number(value: object, lost: str) -> str:
    if isinstance(value, float | int) and not isinstance(value, bool) and abs(value) >= _WHOLE:
        raise _Lost(lost)
    text = plain(value)
    if _ROUNDED.fullmatch(text):
        raise _Lost(lost)
    return _OTHER.sub("", text.upper())


def money(value: object) -> int:
    """Return whole rupiah: `300000`, `Rp 300.000,00`, `300,000.00`."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        if value != value or value in (float("inf"), float("-inf")):
            raise _Lost("amount-missing")
        found = round(value)
    else:
        found = _money(plain(value))
    if found <= 0 or found >= _WHOLE:
        raise _Lost("amount-negative" if found <= 0 else "amount-missing")
    return found


def _money(text: str) -> int:
    if _ROUNDED.fullmatch(text):
        raise _Lost("amount-lost")
    match = _MONEY.fullmatch(text)
    if match is None:
        raise _Lost("amount-missing")
    digits = match[2].replace(" ", "").rstrip(".,")
    last = max(digits.rfind("."), digits.rfind(","))
    if last >= 0 and len(digits) - last - 1 <= 2:
        digits = digits[:last]  # cents
    bare = digits.replace(".", "").replace(",", "")
    if not bare:
        raise _Lost("amount-missing")
    return -int(bare) if match[1] else int(bare)


def day(value: object) -> date | None:
    """Return the day of a cell, None when it is empty."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = plain(value)
    if not text or text == "-":
        return None
    if text.isascii() and text.isdigit() and _SERIALS[0] <= int(text) <= _SERIALS[1]:
        return _EPOCH + timedelta(days=int(text))
    found = read_birth_date(text, latest=LATEST)
    if not found or len(found) != 10:
        raise _Lost("date-missing")
    return date.fromisoformat(found)

"""Which column of a file is which field: known headers, or a mapping that the office writes."""

import csv
import io
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from jps.errors import InvalidFile
from jps.registry.rules import RegistryStatus
from jps.text import N_

# Field -> headers seen for it, in the form of `header_key`. The field's own name works too.
SYNONYMS: Mapping[str, str] = MappingProxyType(
    {
        "nik": "NIK NOIDENTITAS NOKTP NOMORINDUKKEPENDUDUKAN NOMORNIK NONIK IDNUMBER",
        "kk": "KK NOKK NOMORKK NOKARTUKELUARGA NOMORKARTUKELUARGA FAMILYCARD KKNUMBER",
        "name": "NAMA NAMALGKP NAMALENGKAP NAMALENGKAPSESUAIKTP NAMAPENDUDUK NAME FULLNAME",
        "sex": "JENISKLMIN JENISKELAMIN JK KELAMIN LP SEX GENDER",
        "birth_date": "TGLLHR TANGGALLAHIR TGLLAHIR TTLTANGGAL BIRTHDATE DATEOFBIRTH DOB",
        "birth_place": "TMPTLHR TEMPATLAHIR TMPLAHIR TEMPLAHIR BIRTHPLACE PLACEOFBIRTH",
        "mother": "NAMALGKPIBU NAMAIBU NAMAIBUKANDUNG IBUKANDUNG MOTHERNAME MOTHER NAMAIBUKDG",
        "area": "KODEWILAYAH KODEDESA KODEKEMDAGRI KODEKEMENDAGRI KDWILAYAH AREACODE AREA VILLAGE "
        "KODEDESAKELURAHAN VILLAGECODE IDDESA",
        "address": "ALAMAT ADDRESS ALAMATLENGKAP",
        "rt": "RT NORT",
        "rw": "RW NORW",
        "hamlet": "DUSUN LINGKUNGAN NAMADUSUN DUSUNLINGKUNGAN",
        "status": "STATUS STATUSNIK STATUSPENDUDUK STATUSAKTIF KETSTATUS",
        "province_number": "NOPROP KODEPROP NOPROV KDPROP KODEPROVINSI",
        "regency_number": "NOKAB KODEKAB KDKAB NOKABKOTA KODEKABUPATEN",
        "district_number": "NOKEC KODEKEC KDKEC KODEKECAMATAN",
        "village_number": "NOKEL KODEKEL KDKEL NODESA KODEKELURAHAN",
        "province": "PROVINSI NAMAPROP NAMAPROVINSI PROPINSI PROVINCE",
        "regency": "KABUPATEN KABKOTA NAMAKAB KABUPATENKOTA NAMAKABUPATEN NAMAKABKOTA REGENCY",
        "district": "KECAMATAN NAMAKEC NAMAKECAMATAN DISTRICT",
        "village_name": "DESA KELURAHAN DESAKELURAHAN NAMAKEL NAMADESA NAMAKELURAHAN KELDESA "
        "NAMADESAKELURAHAN VILLAGENAME",
    }
)
FIELDS = frozenset(SYNONYMS)
REQUIRED = ("nik", "name")
# Headers as people know them, for messages.
SHOWN = MappingProxyType({"nik": "NIK", "name": "NAMA_LGKP"})

_OTHER = re.compile(r"[^A-Z0-9]+")
_KNOWN = {
    header: name
    for name, headers in SYNONYMS.items()
    for header in (*headers.split(), _OTHER.sub("", name.upper()))
}


@dataclass(frozen=True)
class FileMapping:
    """What an office says about its files: header -> field, status word -> status, date order."""

    columns: Mapping[str, str] = field(default_factory=dict)
    status: Mapping[str, RegistryStatus] = field(default_factory=dict)
    month_first: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the mapping as plain JSON; `from_json` reads it back."""
        status = {word: str(value) for word, value in sorted(self.status.items())}
        columns = dict(sorted(self.columns.items()))
        return {"columns": columns, "status": status, "month_first": self.month_first}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "FileMapping":
        """Return what `as_json` wrote."""
        status = {word: RegistryStatus(value) for word, value in data.get("status", {}).items()}
        return cls(dict(data.get("columns", {})), status, bool(data.get("month_first", False)))


def header_key(text: str) -> str:
    """Return a header as it is compared: letters and digits in capitals (`No. KK` -> `NOKK`)."""
    return _OTHER.sub("", text.upper())


def find_columns(headers: Sequence[str], mapping: FileMapping) -> dict[str, int]:
    """Return field -> position of its column. The mapping wins over the known headers.

    Raises InvalidFile when a needed column is missing, when two columns claim one field, or when
    the mapping names a column that the file does not have.
    """
    found = _mapped(headers, mapping)
    taken = set(found.values())
    for place, header in enumerate(headers):
        name = _KNOWN.get(header_key(header))
        if name is None or place in taken:
            continue
        if name not in found:
            found[name] = place
        elif name not in mapping.columns.values():
            raise InvalidFile(
                N_("Dua kolom berisi {field}: {first} dan {second}. Hapus salah satu."),
                field=name,
                first=headers[found[name]][:60],
                second=header[:60],
            )
    if missing := [SHOWN[name] for name in REQUIRED if name not in found]:
        raise InvalidFile(
            N_(
                "Kolom {columns} tidak ada. Kolom pada berkas: {headers}. "
                "Ganti judul kolomnya, atau sertakan berkas pemetaan kolom."
            ),
            columns=", ".join(missing),
            headers=", ".join(header[:30] for header in headers if header)[:400] or "-",
        )
    return found


def _mapped(headers: Sequence[str], mapping: FileMapping) -> dict[str, int]:
    places = {header_key(header): place for place, header in enumerate(headers)}
    found: dict[str, int] = {}
    for header, name in mapping.columns.items():
        if header_key(header) not in places:
            raise InvalidFile(
                N_("Kolom {column} disebut di berkas pemetaan, tetapi tidak ada di berkas data."),
                column=header[:60],
            )
        found[name] = places[header_key(header)]
    return found


def read_mapping(name: str, content: bytes) -> FileMapping:
    """Read a mapping: TOML (tables `columns` and `status`, `date_order`), or CSV `column,field`.

    Raises InvalidFile with the line or entry that is wrong.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidFile(N_("Berkas pemetaan harus berupa teks UTF-8.")) from error
    data = _from_csv(text) if name.lower().endswith(".csv") else _from_toml(text)
    order = str(data.get("date_order", "dmy")).lower()
    if order not in {"dmy", "mdy"}:
        raise InvalidFile(N_("date_order harus dmy (hari dahulu) atau mdy (bulan dahulu)."))
    return FileMapping(
        columns={header: _field(name) for header, name in _table(data, "columns").items()},
        status={header_key(word): _status(value) for word, value in _table(data, "status").items()},
        month_first=order == "mdy",
    )


def _from_toml(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidFile(
            N_("Berkas pemetaan bukan TOML yang benar: {reason}"), reason=str(error)[:120]
        ) from error


def _from_csv(text: str) -> dict[str, Any]:
    delimiter = ";" if text.partition("\n")[0].count(";") else ","
    rows = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if any(row)]
    if not rows or [header_key(cell) for cell in rows[0][:2]] != ["COLUMN", "FIELD"]:
        raise InvalidFile(N_("Berkas pemetaan CSV harus mempunyai kolom column dan field."))
    return {"columns": {row[0]: row[1] for row in rows[1:] if len(row) > 1}}


def _table(data: Mapping[str, Any], name: str) -> dict[str, str]:
    table = data.get(name, {})
    if not isinstance(table, dict):
        raise InvalidFile(N_("Bagian {name} pada berkas pemetaan harus berupa tabel."), name=name)
    return {str(key): str(value) for key, value in table.items()}


def _field(name: str) -> str:
    if name not in FIELDS:
        raise InvalidFile(
            N_("Isian {name} pada berkas pemetaan tidak dikenal. Yang dikenal: {known}."),
            name=name[:40],
            known=", ".join(sorted(FIELDS)),
        )
    return name


def _status(value: str) -> RegistryStatus:
    try:
        return RegistryStatus(value)
    except ValueError:
        raise InvalidFile(
            N_("Status {value} pada berkas pemetaan tidak dikenal. Yang dikenal: {known}."),
            value=value[:40],
            known=", ".join(RegistryStatus),
        ) from None

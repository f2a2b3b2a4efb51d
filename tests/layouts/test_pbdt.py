"""PBDT 2015 rows: the household in codes of Regsosek 2022, with what cannot be told said."""

from tests.layouts.shared import read

HEADERS = (
    "ID BDT", "Kode Wilayah", "Alamat", "Nama", "NIK", "Jenis Kelamin",
    "Hubungan dengan Kepala Rumah Tangga", "Tanggal Lahir", "Kepemilikan Kartu Identitas",
    "Jenis Cacat", "Partisipasi Sekolah", "Lapangan Usaha", "Jenis Atap", "Sumber Penerangan",
    "Daya Terpasang", "Bahan Bakar Memasak", "Fasilitas BAB", "Jenis Kloset", "Lemari Es",
    "Sepeda Motor", "Kapal", "Perahu Motor", "Jumlah Kamar Tidur", "Sapi",
)  # fmt: skip
ROW: list[object] = [
    "B-1", "7501011003", "Jl. Contoh 1", "HASAN CONTOH", "7501010505809001", "1", "1",
    "05-05-1980", "5", "3", "2", "4", "6", "1", "1", "2", "1", "4", "3", 4.0, "2", "4", "2", "1",
]  # fmt: skip


def test_a_household_comes_in_codes_of_regsosek() -> None:
    (one,) = read(HEADERS, ROW, layout="pbdt")
    assert one.document == {
        "legal_basis": "public_task",
        "area_code": "75.01.01.1003",
        "address": "Jl. Contoh 1",
        "roof_material": "3",
        "lighting": "1",
        "power": "1",
        "toilet": "5",
        "asset_refrigerator": "1",
        "asset_motorcycle": "2",
        "asset_motor_boat": "2",
        "livestock_cattle": "1",
        "members": [
            {
                "name": "HASAN CONTOH", "nik": "7501010505809001", "birth_precision": "full",
                "birth_date": "1980-05-05", "sex": "1", "relation": "1",
                "id_documents": ["1", "4"], "school_participation": "3", "work_sector": "4",
            }
        ],
    }  # fmt: skip
    assert [(kept.name, kept.value) for kept in one.kept] == [("bedrooms", "2")]


def test_what_cannot_be_told_is_said_with_what_to_ask() -> None:
    (one,) = read(HEADERS, ROW)
    told = {problem.column: problem for problem in one.problems}
    assert set(told) == {"Jenis Cacat", "Bahan Bakar Memasak", "Jenis Kloset"}
    assert told["Bahan Bakar Memasak"].suggestion == "3"
    assert told["Bahan Bakar Memasak"].level == "warning"
    assert told["Jenis Cacat"].suggestion == "1"
    assert told["Jenis Kloset"].level == "suggestion"
    for problem in told.values():
        assert problem.translations["en"]


def test_a_code_that_the_form_of_2015_had_not_is_refused() -> None:
    """24 is a sector of Regsosek 2022 and none of PBDT 2015."""
    row = [*ROW]
    row[HEADERS.index("Lapangan Usaha")] = "24"
    (one,) = read(HEADERS, row)
    refused = next(problem for problem in one.problems if problem.column == "Lapangan Usaha")
    assert refused.level == "error"
    assert "work_sector" not in one.document["members"][0]


def test_words_are_read_in_any_system() -> None:
    row = [*ROW]
    row[HEADERS.index("Jenis Atap")] = "Seng"
    row[HEADERS.index("Jenis Kelamin")] = "Laki-laki"
    (one,) = read(HEADERS, row)
    assert one.document["roof_material"] == "3"
    assert one.document["members"][0]["sex"] == "1"

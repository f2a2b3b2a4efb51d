"""Lists of ministries: headers however they are spelt, rows of one family together, honest gaps."""

from dataclasses import replace

import pytest

from jps.layouts import recognise, suggest
from tests.layouts.shared import GATE, KNOWN, layout, read

SIKS = (
    "No", "ID DTKS", "PROVINSI", "Kabupaten / Kota", "Kecamatan", "Kelurahan/Desa", "ALAMAT",
    "Dusun", "RT", "RW", "No. KK", "NIK", "NAMA", "Tgl. Lahir", "Tempat lahir", "Jenis Kelamin",
    "Pekerjaan", "Nama Ibu Kandung", "Hub. Keluarga", "Ket. Padan", "Bansos BPNT", "Bansos PKH",
    "Bansos BPNT-PPKM", "PBI JKN",
)  # fmt: skip
P3KE = (
    "No", "ID Keluarga P3KE", "Provinsi", "Kab/Kota", "Kecamatan", "Desa", "Kode Kemdagri",
    "Desil Kesejahteraan", "Alamat", "ID Individu", "Nama", "NIK", "Padan Dukcapil",
    "Jenis Kelamin", "Hubungan", "Tanggal Lahir", "Status Kawin", "Pekerjaan", "Pendidikan",
    "Usia dibawah 7 tahun", "Usia 7-12", "Usia 13-15", "Usia 16-18", "Usia 19-21", "Usia 22-59",
    "Usia 60 tahun keatas", "Penerima BPNT", "Penerima BPUM", "Penerima BST", "Penerima PKH",
    "Penerima SEMBAKO", "Resiko Stunting",
)  # fmt: skip
BPNT = (
    "No", "No. KKS", "No. Rekening", "Status Kepesertaan", "Nama Pengurus", "ID BDT KPM",
    "ID Pengurus", "No KK", "NIK", "Tempat Lahir", "Tanggal Lahir", "Nama Gadis Ibu Kandung",
    "No. Peserta PKH", "Status PKH", "Nama Kepala Keluarga", "Jumlah Anggota", "Alamat",
    "Kode Wilayah",
)  # fmt: skip
KK = "7501012301159001"


def siks(**cells: object) -> list[object]:
    """Return a row of a SIKS-NG download."""
    row = dict.fromkeys(SIKS, "")
    row |= {
        "No": "1", "ID DTKS": "D-1", "PROVINSI": "GORONTALO", "Kabupaten / Kota": "KAB. GORONTALO",
        "Kecamatan": "LIMBOTO", "Kelurahan/Desa": "HUNGGALUWA", "ALAMAT": "Jl. Contoh 1",
        "RT": "1", "RW": "2", "No. KK": KK, "NIK": "7501010505809001", "NAMA": "HASAN CONTOH",
        "Tgl. Lahir": "05/05/1980", "Tempat lahir": "LIMBOTO", "Jenis Kelamin": "LAKI-LAKI",
        "Pekerjaan": "PETANI", "Nama Ibu Kandung": "RAMLA", "Hub. Keluarga": "KEPALA KELUARGA",
        "Ket. Padan": "PADAN", "Bansos BPNT": "YA", "Bansos PKH": "TIDAK", "PBI JKN": "YA",
    }  # fmt: skip
    return [cells.get(name, row[name]) for name in SIKS]


def p3ke(**cells: object) -> list[object]:
    """Return a row of a P3KE export."""
    row = dict.fromkeys(P3KE, "")
    row |= {
        "No": "1", "ID Keluarga P3KE": "7501-K1", "Kode Kemdagri": "7501011003", "Desa": "X",
        "Desil Kesejahteraan": "1", "Alamat": "Jl. Contoh 1", "ID Individu": "7501-P1",
        "Nama": "HASAN CONTOH", "NIK": "7501010505809001", "Padan Dukcapil": "YA",
        "Jenis Kelamin": "1", "Hubungan": "Kepala Keluarga", "Tanggal Lahir": "1980-05-05",
        "Status Kawin": "Kawin", "Pekerjaan": "Petani", "Pendidikan": "SD/Sederajat",
        "Usia 22-59": "Ya", "Penerima BPNT": "Tidak", "Penerima PKH": "Tidak",
        "Penerima SEMBAKO": "Ya", "Resiko Stunting": "Tidak",
    }  # fmt: skip
    return [cells.get(name, row[name]) for name in P3KE]


@pytest.mark.parametrize(("headers", "key"), [(SIKS, "siks-ng"), (P3KE, "p3ke"), (BPNT, "bpnt")])
def test_a_list_is_known_by_its_headers(headers: tuple[str, ...], key: str) -> None:
    odd = [f"  {header.upper()}. " for header in headers]
    for given in (headers, odd, [header.lower().replace(" ", "_") for header in headers]):
        found = recognise(given, KNOWN)
        assert found.layout.key == key
        assert found.missing == ()
        assert [header for _, header in found.mapping.not_mapped()] == [given[0]]


def test_a_header_with_a_slip_is_proposed_for_confirmation() -> None:
    headers = [header.replace("Kandung", "Kandng") for header in SIKS]
    found = recognise(headers, KNOWN)
    assert found.guessed == (("", "Nama Ibu Kandng", "mother_name"),)


def test_a_family_comes_together_with_its_head_first() -> None:
    wife = siks(
        NIK="7501014909829002", NAMA="FATMA CONTOH", **{
            "Tgl. Lahir": 30203.0, "Jenis Kelamin": "P", "Hub. Keluarga": "Isteri",
            "PBI JKN": "TIDAK", "Bansos BPNT": "TIDAK", "Bansos PKH": "YA", "ID DTKS": "D-2",
        },
    )  # fmt: skip
    other = siks(NAMA="ANDI CONTOH", NIK="", **{"No. KK": "", "ID DTKS": "D-3"})
    one, two = read(SIKS, wife, other, siks(), layout="siks-ng")
    assert one.rows == (2, 4)
    assert one.problems == ()
    assert one.document == {
        "legal_basis": "public_task",
        "area_code": "75.01.01.1003",
        "address": "Jl. Contoh 1",
        "rt": "1",
        "rw": "2",
        "aid_bpnt": "1",
        "aid_pkh": "1",
        "members": [
            {
                "presence": "1", "kk": KK, "nik": "7501010505809001", "name": "HASAN CONTOH",
                "birth_precision": "full", "birth_date": "1980-05-05", "birth_place": "LIMBOTO",
                "sex": "1", "mother_name": "RAMLA", "relation": "1", "health_insurance": ["1"],
            },
            {
                "presence": "1", "kk": KK, "nik": "7501014909829002", "name": "FATMA CONTOH",
                "birth_precision": "full", "birth_date": "1982-09-09", "birth_place": "LIMBOTO",
                "sex": "2", "mother_name": "RAMLA", "relation": "2",
            },
        ],
    }  # fmt: skip
    assert two.key == "D-3"
    assert KK not in one.key
    kept = {(value.row, value.name): value.value for value in one.kept}
    assert kept[2, "dtks_id"] == "D-2"
    assert kept[4, "padan_dukcapil"] == "padan"


def test_a_list_is_a_draft_until_somebody_declares_the_visit() -> None:
    """Nobody was asked for consent by a list; a declared visit is an incomplete one."""
    found = recognise(P3KE, KNOWN)
    assert found.mapping.arrives(found.layout) == "draft"
    assert found.layout.lacks == ("consent", "interview_date", "visit_result")
    assert layout("jps").lacks == ()
    visit = {"consent": "1", "interview_date": "2024-01-15", "visit_result": "2"}
    assert replace(found.mapping, given=visit).arrives(found.layout) == "gate"
    (one,) = read(P3KE, p3ke(), given=visit)
    form = GATE.load(one.document)
    assert form.text("visit_result") == "2"
    assert form.members[0].name == "HASAN CONTOH"


def test_dwelling_answers_that_p3ke_lacks_stay_blank() -> None:
    (one,) = read(P3KE, p3ke(), layout="p3ke", as_of="2022-06-30")
    assert one.problems == ()
    assert set(one.document) == {
        "legal_basis", "area_code", "address", "aid_bpnt", "aid_pkh", "members",
    }  # fmt: skip
    assert one.document["area_code"] == "75.01.01.1003"
    assert one.document["aid_bpnt"] == "1"
    assert {value.name for value in one.kept} == {
        "desil", "p3ke_person_id", "padan_dukcapil", "occupation", "education", "stunting_risk",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "level", "params"),
    [
        ({"Tanggal Lahir": "2015-05-05"}, "warning", {"low": 22, "high": 59}),
        ({"Tanggal Lahir": ""}, "suggestion", {"low": 22, "high": 59}),
        ({"Usia 7-12": "Ya"}, "warning", {}),
    ],
)
def test_age_groups_are_compared_with_the_birth_date(
    cells: dict[str, str], level: str, params: dict[str, int]
) -> None:
    (one,) = read(P3KE, p3ke(**cells), as_of="2022-06-30")
    (problem,) = one.problems
    assert (problem.level, problem.params) == (level, params)


def test_a_bpnt_form_gives_a_household_of_its_representative() -> None:
    row = [
        "1", "6032980000001234", "1234567890", "AKTIF", "FATMA CONTOH", "BDT-9", "ART-9", KK,
        "7501014909829002", "LIMBOTO", "9 September 1982", "SALMA", "PKH-1", "AKTIF", "HASAN", "3",
        "Jl. Contoh 1", "75.01.01.1003",
    ]  # fmt: skip
    (one,) = read(BPNT, row, layout="bpnt")
    assert one.key == "BDT-9"
    assert one.problems == ()
    (member,) = one.document["members"]
    assert member["birth_date"] == "1982-09-09"
    assert "relation" not in member
    assert {value.name for value in one.kept} >= {"kks", "pkh_status", "head_name"}
    assert one.document["area_code"] == "75.01.01.1003"


@pytest.mark.parametrize("nik", [7.501010505809e15, 7501010505809001, "7,5E+15", "7.50101E+15"])
def test_a_numeric_nik_is_refused_with_the_reason(nik: object) -> None:
    (one,) = read(SIKS, siks(NIK=nik))
    (problem,) = one.problems
    assert (problem.row, problem.column, problem.level) == (2, "NIK", "error")
    assert "15 angka" in problem.reason
    assert "Teks" in problem.suggestion
    assert "7501010505809001" not in problem.value
    assert "nik" not in one.document["members"][0]


def test_rows_that_are_no_household_are_passed_over_and_told() -> None:
    numbered: list[object] = [f"({place})" for place in range(1, len(SIKS) + 1)]
    total: list[object] = ["JUMLAH", "", "", "", "", "", "", "", "", "", "", "1"]
    blank: list[object] = ["", None, "  "]
    found = read(SIKS, numbered, siks(), blank, list(SIKS), total)
    households = [one for one in found if one.document]
    passed = [one for one in found if not one.document]
    assert [one.rows for one in households] == [(3,)]
    assert sorted(one.rows for one in passed) == [(2,), (5,), (6,)]
    assert all(one.key == "" and one.problems[0].level == "suggestion" for one in passed)


@pytest.mark.parametrize(
    ("cells", "code", "suggestion"),
    [
        ({"Kelurahan/Desa": "Hunggaluwa"}, "75.01.01.1003", ""),
        ({"Kelurahan/Desa": "KEL. HUNGGALUWA", "PROVINSI": ""}, "75.01.01.1003", ""),
        ({"Kelurahan/Desa": "Hungaluwa"}, "75.01.01.1003", ""),
        ({"Kelurahan/Desa": "Hunto"}, None, "Hunggaluwa"),
    ],
)
def test_areas_are_found_by_their_names(
    cells: dict[str, str], code: str | None, suggestion: str
) -> None:
    (one,) = read(SIKS, siks(**cells))
    assert one.document.get("area_code") == code
    assert any(suggestion in problem.suggestion for problem in one.problems) == (code is None)


def test_a_bps_code_is_told_from_one_of_kemendagri() -> None:
    (one,) = read(P3KE, p3ke(**{"Kode Kemdagri": "7571010"}))
    assert "area_code" not in one.document
    assert any(problem.column == "Kode Kemdagri" for problem in one.problems)


def test_two_numbers_in_one_cell() -> None:
    headers = tuple("RT/RW" if header == "RT" else header for header in SIKS if header != "RW")
    row = [cell for header, cell in zip(SIKS, siks(RT="003/001"), strict=True) if header != "RW"]
    (one,) = read(headers, row, layout="siks-ng")
    assert (one.document["rt"], one.document["rw"]) == ("003", "001")


def test_every_layout_has_a_title_a_source_and_a_reason_for_what_it_keeps() -> None:
    for one in KNOWN:
        assert one.title
        assert one.source
        keys = {"household_id", "member_id", "questionnaire_version"}
        for column in one.columns:
            if column.reads == "keep" and column.to not in keys and "area_" not in column.to:
                assert column.reason, f"{one.key}: {column.to}"


def test_a_layout_chosen_by_hand_says_what_is_missing() -> None:
    assert "household_id" in suggest(layout("p3ke"), SIKS).missing

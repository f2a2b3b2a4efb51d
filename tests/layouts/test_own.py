"""Our own template: what was filled in is what the gate gets, from one sheet or from two."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

from jps.config import DATA
from jps.households.documents import content_hash
from jps.households.schemas import HouseholdSchema
from jps.layouts import ColumnMapping, Grouped, Row, documents, layouts, recognise
from jps.questionnaire import load_form
from tests.households.conftest import TODAY
from tests.households_examples import child_document, household_document, member_document
from tests.layouts.shared import PLACES

FORM = load_form(DATA / "questionnaire")
KNOWN = layouts(FORM, DATA / "layouts")
OWN = KNOWN[0]
GATE = HouseholdSchema(FORM, today=TODAY)
FIRST = "0b1f5b3e-8d0c-4a55-9d6f-1f6d6f2f0001"


def flat(*documents: dict[str, Any], key: str = "household_id") -> list[list[object]]:
    """Return header and rows of one table, the household's answers repeated for each member."""
    names = [question.name for question in FORM if not question.is_calculated]
    rows: list[list[object]] = [[key, "member_id", *names]]
    for place, document in enumerate(documents):
        for member in document.get("members") or [{}]:
            both = {**document, **member}
            cells = [text(both.get(name)) for name in names]
            rows.append([document.get("id", f"RT-{place}"), member.get("id", ""), *cells])
    return rows


def text(value: object) -> object:
    """Return an answer as a cell of the template holds it."""
    if isinstance(value, list):
        return " ".join(value)
    return "" if value is None else str(value)


def read(table: list[list[object]], codes: str = "") -> list[Grouped]:
    """Return the households of a table as the recognised layout reads it."""
    found = recognise([str(cell) for cell in table[0]], KNOWN)
    assert found.layout is OWN
    mapping = replace(found.mapping, codes=codes) if codes else found.mapping
    rows = [Row(number, cells) for number, cells in enumerate(table[1:], start=2)]
    return list(documents(found.layout, mapping, rows))


def test_a_flat_table_gives_the_documents_back() -> None:
    first = household_document(id=FIRST)
    first["members"][0]["id"] = "0b1f5b3e-8d0c-4a55-9d6f-1f6d6f2f0002"
    alone = household_document(members=[member_document()])
    found = read(flat(first, alone))
    assert [one.problems for one in found] == [(), ()]
    assert found[0].key == FIRST
    for one, given in zip(found, (first, alone), strict=True):
        ours = GATE.load(one.document).document()
        assert content_hash(ours) == content_hash(GATE.load(given).document())


def test_two_sheets_are_joined_by_the_key() -> None:
    document = household_document(members=[member_document(), child_document()])
    table = flat(document)
    names = [str(cell) for cell in table[0]]
    member = {question.name for question in FORM.columns(roster=True)} | {"member_id"}
    sheets = {
        "rumah tangga": [n for n in names if n not in member],
        "anggota": [n for n in names if n in member or n == "household_id"],
    }
    rows = [
        Row(number, [cells[names.index(name)] for name in wanted], sheet)
        for sheet, wanted in sheets.items()
        for number, cells in enumerate(table[1 : 2 if sheet == "rumah tangga" else 3], start=2)
    ]
    found = recognise(sheets, KNOWN)
    (one,) = documents(found.layout, found.mapping, rows)
    assert GATE.load(one.document).document() == GATE.load(document).document()


def labelled(document: dict[str, Any]) -> list[list[object]]:
    """Return the flat table of a document under labels instead of names."""
    table = flat(document)
    labels: list[object] = [
        FORM.question(str(name)).label("id") if name in FORM.plan.questions else name
        for name in table[0]
    ]
    return [labels, *table[1:]]


def test_labels_serve_as_headers_and_words_as_codes() -> None:
    table = labelled(household_document())
    roof = table[0].index("Jenis atap terluas")
    for cells, word in zip(table[1:], ("3 - Seng", "seng", "3"), strict=True):
        cells[roof] = word
    (one,) = read(table, codes="jps")
    assert one.problems == ()
    assert one.document["roof_material"] == "3"


def test_bare_codes_under_labels_need_their_system() -> None:
    """Roof 3 is zinc for Regsosek 2022 and metal tile for PBDT 2015."""
    table = labelled(household_document())
    found = recognise([str(cell) for cell in table[0]], KNOWN)
    assert "Jenis atap terluas" in found.undeclared
    assert "Jenis kelamin" not in found.undeclared
    (one,) = read(table)
    refused = {problem.column: problem for problem in one.problems}
    assert refused["Jenis atap terluas"].level == "error"
    assert "sistem kode" in refused["Jenis atap terluas"].suggestion
    assert "roof_material" not in one.document
    (old,) = read(table, codes="pbdt2015")
    assert old.document["roof_material"] == "2"


def test_an_older_version_is_translated_or_refused(tmp_path: Path) -> None:
    folder = tmp_path / "layouts"
    shutil.copytree(DATA / "layouts", folder)
    (folder / "codes" / "2021.1.csv").write_text(
        "item,code,meaning,question,to,when,likely,level,reason_id,reason_en,source\n"
        "roof_material,9,seng,roof_material,3,,,,,,own\n"
    )
    known = layouts(FORM, folder)
    table = flat(household_document(roof_material="9"))
    for version, problems in (("2021.1-0a1b2c3d", []), ("1999.1-0a1b2c3d", ["1999.1-0a1b2c3d"])):
        given = [["questionnaire_version", *table[0]], *([version, *row] for row in table[1:2])]
        found = recognise([str(cell) for cell in given[0]], known)
        (one,) = documents(found.layout, found.mapping, [Row(2, given[1])])
        assert [p.value for p in one.problems if p.column == "questionnaire_version"] == problems
        assert one.document.get("roof_material") == (None if problems else "3")


def test_a_member_row_without_anything_typed_is_no_member() -> None:
    table = flat(household_document(visit_result="4", consent="2", members=[]))
    (one,) = read(table)
    assert "members" not in one.document
    assert one.document["visit_result"] == "4"


def test_rows_of_a_household_that_disagree_are_told() -> None:
    table = flat(household_document())
    table[3][table[0].index("address")] = "Jalan Lain 9"
    (one,) = read(table)
    (problem,) = one.problems
    assert (problem.row, problem.column, problem.level) == (4, "address", "warning")
    assert problem.params == {"row": 2}
    assert one.document["address"] == "Jalan Contoh 1"


def test_a_mapping_survives_being_saved() -> None:
    mapping = recognise(["NIK", "Nama lengkap", "catatan kantor"], KNOWN).mapping
    assert ColumnMapping.from_json(mapping.as_json()) == mapping
    assert mapping.not_mapped() == (("", "catatan kantor"),)


def test_code_and_names_of_an_area_are_settled_together_in_every_row() -> None:
    """Members after the first repeat the code; alone, a name could not tell the desa."""
    table = flat(household_document(area_code="75.01.01.1003"))
    table = [["area_desa", *table[0]], *(["Bukan Desa", *row] for row in table[1:])]
    found = recognise([str(cell) for cell in table[0]], KNOWN)
    rows = [Row(number, cells) for number, cells in enumerate(table[1:], start=2)]
    for places in (PLACES, None):
        (one,) = documents(found.layout, found.mapping, rows, places=places)
        assert one.problems == ()
        assert one.document["area_code"] == "75.01.01.1003"

"""What is handed out: it comes back through the gate unchanged, and tells no more than allowed."""

import csv
import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook
from sqlalchemy.orm import Session

from jps.areas.models import Area
from jps.errors import InvalidData
from jps.exports import records
from jps.exports.files import write_file
from jps.exports.orders import IDENTIFYING, Format, Order, Rows, checked_order, fields_of
from jps.exports.records import Exported, count_households, count_members
from jps.exports.services import write_export
from jps.households.documents import content_hash
from jps.households.rules import State
from jps.households.services import register_household
from jps.layouts import Grouped, Row, documents, find_header, recognise
from jps.layouts.recognising import ColumnBook
from tests.databases import Databases
from tests.households.conftest import ANI, AT
from tests.households_examples import child_document, household_document, member_document
from tests.layouts.shared import FORM, GATE, KNOWN
from tests.offices import AREAS

FULL = Order(Format.XLSX, full=True, reason="uji")
FORMULA = '=HYPERLINK("http://contoh.invalid")'


@pytest.fixture
def session(session: Session) -> Session:
    """The shared session, with a few areas."""
    for code, level, name, kind, parent in AREAS:
        session.add(Area(code=code, level=level, name=name, type=kind, parent_code=parent))
        session.flush()
    session.commit()
    return session


@pytest.fixture
def database_url(databases: Databases, tmp_path: Path) -> str:
    """SQLite alone: a file does not depend on the database."""
    return databases.sqlite(tmp_path / "office")


def tables(path: Path) -> dict[str, list[list[Any]]]:
    """Return the rows of each table of a file, as an import reads them."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as stream:
            return {"": [list(row) for row in csv.reader(stream, delimiter=";")]}
    if path.suffix == ".parquet":
        table = pq.read_table(path)
        columns = [column.to_pylist() for column in table.columns]
        return {"": [list(table.column_names), *map(list, zip(*columns, strict=True))]}
    book = CalamineWorkbook.from_path(str(path))
    names = [name for name in book.sheet_names if name not in {"Petunjuk", "Kode"}]
    return {name: book.get_sheet_by_name(name).to_python() for name in names}


def read_back(path: Path) -> list[Grouped]:
    """Return the households of a file that was handed out."""
    found = tables(path)
    knows = ColumnBook(KNOWN[0]).knows
    heads = {name: find_header(rows, knows) for name, rows in found.items()}
    headers = {name: head.headers for name, head in heads.items() if head is not None}
    suggestion = recognise(headers, KNOWN)
    assert suggestion.layout.key == "jps"
    assert suggestion.undeclared == ()
    rows = [
        Row(number, cells, name)
        for name, head in heads.items()
        if head is not None
        for number, cells in enumerate(found[name][head.rows :], start=head.rows + 1)
    ]
    return list(documents(suggestion.layout, suggestion.mapping, rows))


def hand_out(session: Session, path: Path, order: Order) -> int:
    """Write an order and return how many households it holds."""
    return max(write_export(session, path, FORM, order, translate=str), default=0)


def store(session: Session, **overrides: Any) -> str:
    """Store a household and return the hash of its document."""
    document = household_document(**overrides)
    stored = register_household(session, GATE.load(document), by=ANI, at=AT)
    return str(stored.household.content_hash)


@pytest.mark.parametrize("kind", [Format.XLSX, Format.CSV, Format.PARQUET])
def test_what_is_handed_out_comes_back_the_same(
    session: Session, tmp_path: Path, kind: Format
) -> None:
    hashes = {
        store(session),
        store(
            session, address=FORMULA, visit_notes="baris 1\nbaris 2", members=[member_document()]
        ),
        store(session, visit_result="4", consent="2", members=None, respondent_phone="+6281100000"),
        store(
            session,
            members=[
                member_document(birth_precision="year", birth_date=None, birth_year=1980),
                child_document(nik=None, nik_reason="2"),
            ],
        ),
    }
    path = tmp_path / {"xlsx": "a.xlsx", "csv": "a.csv", "parquet": "a.parquet"}[kind]
    assert hand_out(session, path, replace(FULL, format=kind)) == 4
    found = read_back(path)
    assert [problem for one in found for problem in one.problems] == []
    assert {content_hash(GATE.load(one.document).document()) for one in found} == hashes


TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=20
).filter(lambda text: text.strip() not in {"", "-"} and text == text.strip())


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_accepted_household_survives_a_file(tmp_path: Path, data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from([Format.XLSX, Format.CSV, Format.PARQUET]))
    overrides: dict[str, Any] = {
        "address": data.draw(TEXT),
        "id_documents": data.draw(st.lists(st.sampled_from(["1", "2", "4"]), unique=True)),
        "floor_area": data.draw(st.integers(1, 1000)),
        "roof_material": data.draw(st.sampled_from(["1", "3", "7"])),
        "gps": data.draw(st.sampled_from([None, "-0.63 122.98 20 5", "0.5 123"])),
    }
    papers = overrides.pop("id_documents")
    members = [
        {**one, "id": str(uuid.uuid4())}
        for one in (member_document(id_documents=papers or None), child_document())
    ]
    given_document = {**household_document(**overrides, members=members), "id": str(uuid.uuid4())}
    form = GATE.load(given_document)
    document = form.document()
    people = document.pop("members")
    record = {**document, "household_id": document["id"], "questionnaire_version": FORM.version}
    exported = Exported(record, tuple({**one, "member_id": one["id"]} for one in people))
    path = tmp_path / {"xlsx": "a.xlsx", "csv": "a.csv", "parquet": "a.parquet"}[kind]
    order = replace(FULL, format=kind)
    for _ in write_file(path, iter([[exported]]), form=FORM, order=order, translate=str):
        pass
    (one,) = read_back(path)
    assert content_hash(GATE.load(one.document).document()) == content_hash(form.document())


def test_numbers_are_masked_and_a_masked_file_is_not_taken_back(
    session: Session, tmp_path: Path
) -> None:
    store(session)
    path = tmp_path / "a.csv"
    hand_out(session, path, Order(Format.CSV))
    assert "7501010505809001" not in path.read_text()
    assert "7501**********01" in path.read_text()
    (one,) = read_back(path)
    assert {problem.column for problem in one.problems} == {"nik", "kk"}
    assert all("disamarkan" in problem.reason for problem in one.problems)
    assert "nik" not in one.document["members"][0]


@pytest.mark.parametrize("kind", list(Format))
def test_without_names_nobody_can_be_told(session: Session, tmp_path: Path, kind: Format) -> None:
    store(session, gps="0.63 122.98 20 5")
    asked = Order(kind, identified=False)
    if kind is Format.GEOPARQUET:
        with pytest.raises(InvalidData):
            checked_order(asked, may_see=True, may_reveal=True)
        return
    order = checked_order(asked, may_see=False, may_reveal=False)
    path = tmp_path / f"a.{kind}"
    hand_out(session, path, order)
    cells = [str(cell) for rows in tables(path).values() for row in rows for cell in row]
    told = ("Hasan Contoh", "7501010505809001", "7501**", "Jalan Contoh 1", "122.98", "1980-05-05")
    assert not [cell for cell in cells if any(text in cell for text in told)]
    assert not IDENTIFYING & set(cells)


def test_csv_is_what_excel_opens_in_indonesia(session: Session, tmp_path: Path) -> None:
    store(session, address=FORMULA, dusun="@dusun", visit_notes="+62")
    path = tmp_path / "a.csv"
    hand_out(session, path, replace(FULL, format=Format.CSV))
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbfhousehold_id;")
    assert b"\r\n" in content
    for row in tables(path)[""][1:]:
        assert not [cell for cell in row if str(cell)[:1] in {"=", "+", "@"}]


def test_a_workbook_keeps_digits_and_offers_the_codes(session: Session, tmp_path: Path) -> None:
    store(session, address=FORMULA)
    path = tmp_path / "a.xlsx"
    hand_out(session, path, FULL)
    found = tables(path)
    names, first = found["Anggota"][1], found["Anggota"][2]
    assert first[names.index("nik")] == "7501010505809001"
    assert first[names.index("sex")] == "1 - Laki-laki"
    names, first = found["Rumah tangga"][1], found["Rumah tangga"][2]
    assert first[names.index("floor_area")] == 36
    assert first[names.index("address")] == FORMULA
    assert "Kode" in CalamineWorkbook.from_path(str(path)).sheet_names


def test_points_are_handed_out_as_geoparquet(session: Session, tmp_path: Path) -> None:
    store(session, gps="0.63 122.98 20 5")
    store(session, gps=None)
    path = tmp_path / "a.geo.parquet"
    order = checked_order(Order(Format.GEOPARQUET), may_see=True, may_reveal=False)
    assert order.rows is Rows.HOUSEHOLDS
    hand_out(session, path, order)
    frame = gpd.read_parquet(path)
    assert frame.crs == "OGC:CRS84"
    assert [point.wkt for point in frame.geometry if point is not None] == ["POINT (122.98 0.63)"]
    assert list(frame["household_size"]) == ["3", "3"]


def test_only_the_area_the_states_and_the_scope_asked_for(session: Session, tmp_path: Path) -> None:
    store(session)
    store(session, area_code="75.02.01.2001")
    everything = Order(Format.CSV)
    assert count_households(session, everything) == 2
    assert count_members(session, everything) == 6
    assert count_households(session, replace(everything, area="75.02")) == 1
    assert count_households(session, replace(everything, scope=("75.01",))) == 1
    assert count_households(session, replace(everything, area="75.02", scope=("75.01",))) == 0
    asked = replace(everything, states=(State.VERIFIED,))
    assert count_households(session, Order.from_json(asked.as_json())) == 0


def test_many_pieces_give_every_household_once(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "PIECE", 2)
    hashes = {store(session, address=f"Jalan Contoh {number}") for number in range(5)}
    path = tmp_path / "a.csv"
    steps = list(write_export(session, path, FORM, replace(FULL, format=Format.CSV), translate=str))
    assert steps == [2, 4, 5]
    found = {content_hash(GATE.load(one.document).document()) for one in read_back(path)}
    assert found == hashes


def test_a_file_appears_only_when_it_is_whole(session: Session, tmp_path: Path) -> None:
    store(session)
    path = tmp_path / "a.csv"
    steps = write_export(session, path, FORM, FULL, translate=str)
    next(steps)
    assert not path.exists()
    del steps
    assert list(tmp_path.glob("*.csv")) == []


@pytest.mark.parametrize(
    ("order", "field"),
    [
        (Order(Format.CSV, full=True, reason="x"), "full"),
        (Order(Format.CSV, full=True, reason="  "), "reason"),
        (Order(Format.CSV, full=True, reason="x" * 501), "reason"),
    ],
)
def test_whole_numbers_need_the_right_and_a_reason(order: Order, field: str) -> None:
    with pytest.raises(InvalidData) as caught:
        checked_order(order, may_see=True, may_reveal=field != "full")
    assert field in caught.value.problems


def test_the_columns_follow_the_questionnaire() -> None:
    names = [field.name for field in fields_of(FORM, Order(Format.CSV), "household")]
    assert {"area_desa", "state", "questionnaire_version", "roof_material"} <= set(names)
    assert "household_size" not in names
    analysis = [field.name for field in fields_of(FORM, Order(Format.PARQUET), "household")]
    assert "household_size" in analysis

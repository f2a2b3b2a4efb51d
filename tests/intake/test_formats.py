"""The same list in every format says the same; numbers that a spreadsheet destroyed are refused."""

import csv
import io
import json
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from click.testing import Result
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.areas.models import Area
from jps.db import EVERYWHERE, db, set_scope
from jps.errors import InvalidFile
from jps.households.models import Household
from jps.intake import services
from jps.intake.headings import has_headings, turn_first_row
from jps.intake.models import IntakeProblem, IntakeRow
from jps.intake.opening import open_list
from jps.intake.planning import Plan, Planner
from jps.intake.queries import batch_of
from jps.layouts import ColumnMapping, Row
from tests.conftest import NOW
from tests.databases import Databases
from tests.intake.conftest import WHERE, Lists
from tests.intake.lists import csv_bytes, invented, table
from tests.layouts.servers import (
    DOCUMENT,
    central,
    central_submission,
    kobo,
    kobo_submission,
)

Rows = Sequence[Sequence[object]]
HOUSES = [invented(number) for number in range(3)]


@pytest.fixture
def database_url(databases: Databases, tmp_path: Path) -> str:
    """SQLite alone: files do not depend on the database."""
    return databases.sqlite(tmp_path / "office")


def as_excel(rows: Rows, *, numbers: str = "") -> bytes:
    """Return a workbook of texts; the column `numbers` as numbers."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Daftar")
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                if number and numbers and rows[0][place] == numbers:
                    sheet.write_number(number, place, float(str(cell)))
                else:
                    sheet.write_string(number, place, str(cell))
    return out.getvalue()


def as_parquet(rows: Rows) -> bytes:
    """Return a Parquet file of texts."""
    columns = list(zip(*[list(map(str, row)) for row in rows[1:]], strict=True))
    out = io.BytesIO()
    pq.write_table(pa.table(dict(zip(map(str, rows[0]), columns, strict=True))), out)
    return out.getvalue()


def as_json(rows: Rows) -> bytes:
    """Return objects, as Kobo answers them."""
    found = [dict(zip(rows[0], map(str, row), strict=True)) for row in rows[1:]]
    return json.dumps({"results": found}).encode()


FORMATS: dict[str, Callable[[Rows], bytes]] = {
    "semicolons in UTF-16": lambda rows: csv_bytes(rows, delimiter=";", encoding="utf-16"),
    "tabs in Windows-1252": lambda rows: csv_bytes(rows, delimiter="\t", encoding="cp1252"),
    "bars in UTF-8 with a mark": lambda rows: csv_bytes(rows, delimiter="|", encoding="utf-8-sig"),
    "tildes": lambda rows: csv_bytes(rows, delimiter="~"),
    "colons, commas in the cells": lambda rows: csv_bytes(rows, delimiter=":").replace(
        b"Jalan Contoh", b"Jl. Contoh, no"
    ),
    "a title above": lambda rows: b"Daftar Penerima\n\n" + csv_bytes(rows),
    "Excel": as_excel,
    "Parquet": as_parquet,
    "JSON": as_json,
}


@pytest.mark.parametrize("make", FORMATS.values(), ids=FORMATS.keys())
def test_the_same_list_in_every_format(lists: Lists, make: Callable[[Rows], bytes]) -> None:
    houses = [invented(number, respondent_name="José Contoh") for number in range(2)]
    batch = lists.tried_file(make(table(houses)))
    assert {name: batch.counts[name] for name in ("new", "refused")} == {"new": 2, "refused": 0}


@pytest.mark.parametrize(
    "text", ["Jam:WITA\n08:30\n09:15\n", "nama\nAni\nBudi: dua\n", "catatan: x\nb\n"]
)
def test_colons_that_separate_nothing(lists: Lists, text: str) -> None:
    with pytest.raises(InvalidFile, match="Hanya satu kolom"):
        lists.bring(text.encode())


@pytest.mark.parametrize("make", [csv_bytes, as_excel], ids=["CSV", "Excel"])
def test_a_list_without_headings_keeps_its_first_row(
    lists: Lists, make: Callable[[Rows], bytes]
) -> None:
    rows = table(HOUSES)
    batch = lists.bring(make(rows[1:]))
    lists.run(batch)
    assert (batch.rows, batch.tables[0]["headers"][:2]) == (6, ["Kolom 1", "Kolom 2"])
    assert not has_headings(batch)
    headers = {"": tuple(batch.tables[0]["headers"])}
    sheet = batch.tables[0]["sheet"]
    mapping = ColumnMapping(
        "jps", {sheet: ("household", *rows[0][1:])}, {sheet: headers[""]}, codes="jps"
    )
    services.start_check(lists.session, batch, mapping, where=WHERE, by="ani", at=NOW)
    lists.run(batch)
    assert {name: batch.counts[name] for name in ("new", "refused")} == {"new": 3, "refused": 0}


@pytest.mark.parametrize(
    ("first", "named"),
    [("Nama,2024,2025", True), ("Nama,No.,RT", True), ("Ani,3,2024", False)],
)
def test_headings_are_told_from_data_and_turned(lists: Lists, first: str, *, named: bool) -> None:
    batch = lists.bring(f"{first}\nBudi,4,2025\nCici,5,2026\n".encode())
    lists.run(batch)
    assert has_headings(batch) is named
    assert batch.rows == (2 if named else 3)
    for _ in range(2):
        before = batch.rows
        turn_first_row(lists.session, batch, home=lists.home, by="ani", at=NOW)
        lists.run(batch)
        assert batch.rows == before + (1 if named else -1)
        named = not named
    assert has_headings(batch) is named


def as_sheets(found: tuple[dict[str, list[str]], list[Row]]) -> dict[str, list[list[object]]]:
    """Return the tables of a server's export with their headers."""
    headers, rows = found
    return {
        name: [list(names), *(list(row.cells or ()) for row in rows if row.table == name)]
        for name, names in headers.items()
    }


def as_book(found: tuple[dict[str, list[str]], list[Row]]) -> bytes:
    """Return the tables as the sheets of a workbook."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        for name, rows in as_sheets(found).items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for place, cell in enumerate(row):
                    sheet.write_string(number, place, str(cell))
    return out.getvalue()


def as_archive(found: tuple[dict[str, list[str]], list[Row]]) -> bytes:
    """Return the tables as CSV files in a ZIP, beside a photo."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("media/rumah.jpg", b"\xff\xd8")
        for name, rows in as_sheets(found).items():
            packed.writestr(f"{name}.csv", csv_bytes(rows))
    return out.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        as_book(kobo()),
        as_archive(central()),
        json.dumps({"value": [central_submission()]}).encode(),
        json.dumps({"results": [kobo_submission()]}).encode(),
    ],
    ids=["workbook of Kobo", "archive of Central", "JSON of Central", "JSON of Kobo"],
)
def test_the_export_of_a_server_is_one_household(
    lists: Lists, session: Session, data: bytes
) -> None:
    village = {"level": "desa", "name": "Contoh", "type": "kelurahan", "parent_code": "75.01.01"}
    session.add(Area(code=DOCUMENT["area_code"], **village))
    session.commit()
    batch = lists.tried_file(data)
    assert {name: batch.counts[name] for name in ("new", "refused")} == {"new": 1, "refused": 0}
    lists.accept(batch)
    stored = session.scalars(select(Household)).one()
    assert stored.household_size == len(DOCUMENT["members"])


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (as_archive(({}, [])), "tidak berisi berkas CSV"),
        (b"PK\x03\x04 broken", "rusak"),
        (as_archive(central())[:-200] + bytes(200), "rusak"),
    ],
)
def test_a_bad_archive_is_refused(lists: Lists, tmp_path: Path, data: bytes, told: str) -> None:
    path = tmp_path / "ekspor.zip"
    path.write_bytes(data)
    with pytest.raises(InvalidFile, match=told):
        open_list(path, lists.known)


def test_an_archive_that_unpacks_to_too_much_is_refused(lists: Lists, tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed,
        packed.open("rows.csv", "w", force_zip64=True) as stream,
    ):
        for _ in range(1_100):
            stream.write(b"\0" * (1 << 20))
    with pytest.raises(InvalidFile, match="terlalu besar"):
        open_list(path, lists.known)


def test_numbers_that_excel_destroyed_are_refused(lists: Lists, session: Session) -> None:
    batch = lists.tried_file(as_excel(table(HOUSES[:1]), numbers="nik"))
    assert batch.counts["refused"] == 1
    found = session.scalars(select(IntakeProblem).where(IntakeProblem.column == "nik")).all()
    assert any("15 angka" in one.reason for one in found)


def test_formulas_and_markup_are_data(lists: Lists, session: Session) -> None:
    odd = invented(0, dusun="=1+1", visit_notes="<script>alert(1)</script>")
    lists.accept(lists.tried([odd]))
    stored = session.scalars(select(Household)).one()
    assert (stored.answers["dusun"], stored.answers["visit_notes"]) == (
        "=1+1",
        "<script>alert(1)</script>",
    )


def test_rows_of_one_household_need_not_stand_together(lists: Lists, session: Session) -> None:
    header, *rows = table(HOUSES)
    batch = lists.tried_file(csv_bytes([header, *rows[::2], *rows[1::2]]))
    lists.accept(batch)
    sizes = session.scalars(select(Household.household_size)).all()
    assert list(sizes) == [2, 2, 2]


def test_odd_rows_are_told_and_the_others_taken(lists: Lists, session: Session) -> None:
    header, *rows = table(HOUSES[:2])
    blank: list[object] = [""] * len(header)
    total = ["JUMLAH", "4", *blank[2:]]
    wide = [*rows[3], "lebih"]
    batch = lists.tried_file(csv_bytes([header, *rows[:2], blank, total, rows[2], wide]))
    told = {one.number for one in session.scalars(select(IntakeProblem))}
    assert {5, 7} <= told
    numbers = select(IntakeRow.number).order_by(IntakeRow.number)
    assert session.scalars(numbers).all() == [2, 3, 5, 6, 7]
    assert (batch.counts["new"], batch.counts["refused"]) == (1, 1)


def test_a_workbook_that_unpacks_to_too_much_is_refused(lists: Lists, tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book,
        book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet,
    ):
        for _ in range(1_100):
            sheet.write(b"\0" * (1 << 20))
    with pytest.raises(InvalidFile, match="terlalu besar"):
        open_list(path, lists.known)


def test_too_many_columns_are_refused(lists: Lists, tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    path.write_bytes(csv_bytes([[f"k{n}" for n in range(600)], ["1"] * 600]))
    with pytest.raises(InvalidFile, match="600 kolom"):
        open_list(path, lists.known)


def test_a_plan_keeps_households_whole(lists: Lists, session: Session) -> None:
    header, *rows = table(HOUSES)
    batch = lists.bring(csv_bytes([header, *rows[::2], *rows[1::2]]))
    lists.run(batch)
    lists.queue_check(batch)
    mapping = ColumnMapping.from_json(batch.mapping or {})
    layout = next(one for one in lists.known if one.key == mapping.layout)
    planner = Planner(layout, mapping, ("",))
    list(planner.read(session, batch_of(session, batch.id)))
    plan: Plan = planner.plan()
    assert [plan.places(n, n + 1)[:, 1].tolist() for n in range(3)] == [[2, 5], [3, 6], [4, 7]]


def test_a_list_on_the_command_line(app: Flask, lists: Lists, tmp_path: Path) -> None:
    wrong = invented(1)
    wrong["members"][0]["nik"] = "12"
    path = tmp_path / "daftar.csv"
    path.write_bytes(csv_bytes(table([invented(0), wrong])))

    def run(*words: str) -> Result:
        lists.session.rollback()
        return app.test_cli_runner().invoke(args=["intake", *words])

    loaded = run("load", str(path), "--source", "uji", "--accept", "all", "--json")
    assert loaded.exit_code == 1, loaded.output
    told = json.loads(loaded.stdout.splitlines()[-1])
    assert (told["state"], told["counts"]["refused"]) == ("accepted", 1)
    target = tmp_path / "perbaikan.xlsx"
    assert run("problems", told["id"], str(target)).exit_code == 0
    assert target.read_bytes().startswith(b"PK")
    assert told["id"] in run("list", "--json").stdout
    undone = run("undo", told["id"], "--json")
    assert json.loads(undone.stdout.splitlines()[-1])["state"] == "undone"
    assert undone.exit_code == 1
    set_scope(db.session(), EVERYWHERE)


def test_a_list_of_one_column_says_so(lists: Lists, tmp_path: Path) -> None:
    path = tmp_path / "one.csv"
    with path.open("w", newline="") as stream:
        csv.writer(stream).writerows([["nama"], ["Contoh"]])
    with pytest.raises(InvalidFile, match="Hanya satu kolom"):
        open_list(path, lists.known)

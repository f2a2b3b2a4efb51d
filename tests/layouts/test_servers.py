"""Exports of KoboToolbox and ODK Central: the household is that of the same answers typed here."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jps.households.documents import content_hash
from jps.layouts import Grouped, Header, Row, documents, find_header, recognise, tables_of
from jps.layouts.recognising import ColumnBook
from tests.households_examples import child_document, household_document, member_document
from tests.layouts.shared import FORM, GATE, KNOWN, PLACES, layout

UUID = "5f3c2d10-0000-4000-8000-00000000000a"
DOCUMENT = household_document(
    area_code="75.01.01.1003", gps="0.63 122.98 20 5", members=[member_document(), child_document()]
)
ROSTER = [question.name for question in FORM.columns(roster=True)]
HOUSEHOLD = [question.name for question in FORM.columns(roster=False)]


def path(name: str, cut: str = "/") -> str:
    """Return the path of a question in the form's groups, without the roster."""
    nodes = FORM.question(name).nodeset.strip("/").split("/")[1:]
    return cut.join(node for node in nodes if node != "members")


def joined(value: object) -> object:
    """Return an answer as an XForm holds it."""
    return " ".join(value) if isinstance(value, list) else value


def split(name: str, value: Any) -> dict[str, object]:
    """Return one column per choice of a question with several answers."""
    codes = [choice.code for choice in FORM.question(name).choices]
    return {f"{path(name)}/{code}": int(code in (value or [])) for code in codes}


def kobo(*, several: str = "both") -> tuple[dict[str, list[str]], list[Row]]:
    """Return headers and rows of an XLSX export: submissions, and members on a second sheet."""
    main: dict[str, object] = {"start": "2024-03-05T08:00:00", **{
        path(name): DOCUMENT.get(name, "") for name in HOUSEHOLD if name != "gps"
    }}  # fmt: skip
    latitude, longitude, altitude, precision = str(DOCUMENT["gps"]).split()
    main |= {
        "_gps_latitude": latitude, "_gps_longitude": longitude, "_gps_altitude": altitude,
        "_gps_precision": precision, "_id": 7, "_uuid": UUID, "_index": 1,
    }  # fmt: skip
    tables: dict[str, list[dict[str, object]]] = {"JPS": [main], "members": []}
    for place, member in enumerate(DOCUMENT["members"], start=1):
        row: dict[str, object] = {}
        for name in ROSTER:
            if FORM.question(name).type != "select_multiple":
                row[path(name)] = member.get(name, "")
                continue
            if several in {"both", "joined"}:
                row[path(name)] = joined(member.get(name, ""))
            if several in {"both", "split"}:
                row |= split(name, member.get(name))
        row |= {"_index": place, "_parent_index": 1, "_submission__uuid": UUID}
        tables["members"].append(row)
    headers = {name: list(rows[0]) for name, rows in tables.items()}
    rows = [
        Row(number, list(row.values()), name)
        for name, found in tables.items()
        for number, row in enumerate(found, start=2)
    ]
    return headers, rows


def same_household(one: Grouped) -> bool:
    """Whether the gate makes of a document what it makes of the same answers typed here."""
    ours, theirs = (GATE.load(document).document() for document in (one.document, DOCUMENT))
    return content_hash(ours) == content_hash(theirs)


@pytest.mark.parametrize("several", ["both", "joined", "split"])
def test_a_kobo_export_gives_the_household(several: str) -> None:
    headers, rows = kobo(several=several)
    found = recognise(headers, KNOWN)
    assert found.layout.key == "kobo"
    assert found.mapping.arrives(found.layout) == "gate"
    (one,) = documents(found.layout, found.mapping, rows, places=PLACES)
    assert one.key == UUID
    assert one.problems == ()
    assert "id" not in one.document
    assert same_household(one)


def test_members_are_joined_by_index_where_nothing_better_is() -> None:
    headers, rows = kobo()
    place = headers["members"].index("_submission__uuid")
    headers["members"][place] = "other"
    found = recognise(headers, KNOWN)
    (one,) = documents(found.layout, found.mapping, rows, places=PLACES)
    assert one.key == "1"
    assert len(one.document["members"]) == 2


def test_an_odk_central_archive_gives_the_household() -> None:
    main = {"SubmissionDate": "2024-03-05", **{
        path(name, "-"): DOCUMENT.get(name, "") for name in HOUSEHOLD if name != "gps"
    }}  # fmt: skip
    numbers = str(DOCUMENT["gps"]).split()
    for name, number in zip(
        ("Latitude", "Longitude", "Altitude", "Accuracy"), numbers, strict=True
    ):
        main[f"location-gps-{name}"] = number
    main["KEY"] = f"uuid:{UUID}"
    members = [
        {path(name, "-"): joined(member.get(name, "")) for name in ROSTER}
        | {"PARENT_KEY": f"uuid:{UUID}", "KEY": f"uuid:{UUID}/members[{place}]"}
        for place, member in enumerate(DOCUMENT["members"], start=1)
    ]
    headers = {"jps_household": list(main), "jps_household-members": list(members[0])}
    rows = [Row(2, list(main.values()), "jps_household")]
    rows += [
        Row(number, list(member.values()), "jps_household-members")
        for number, member in enumerate(members, start=2)
    ]
    found = recognise(headers, KNOWN)
    assert found.layout.key == "odk"
    (one,) = documents(found.layout, found.mapping, rows, places=PLACES)
    assert one.key == f"uuid:{UUID}"
    assert one.problems == ()
    assert same_household(one)


def nested(names: list[str], record: dict[str, Any], point: object) -> dict[str, Any]:
    """Return answers as OData nests them in groups."""
    tree: dict[str, Any] = {}
    for name in names:
        *groups, last = path(name).split("/")
        place = tree
        for group in groups:
            place = place.setdefault(group, {})
        place[last] = point if name == "gps" else joined(record.get(name))
    return tree


def test_json_of_odk_central_gives_the_household() -> None:
    point = {"type": "Point", "coordinates": [122.98, 0.63, 20], "properties": {"accuracy": 5}}
    submission = nested(HOUSEHOLD, DOCUMENT, point) | {
        "__id": f"uuid:{UUID}",
        "members": [nested(ROSTER, member, None) for member in DOCUMENT["members"]],
    }
    headers, rows = tables_of([submission])
    found = recognise(headers, KNOWN)
    assert found.layout.key == "odk"
    (one,) = documents(found.layout, found.mapping, rows, places=PLACES)
    assert one.key == f"uuid:{UUID}"
    assert same_household(one)


def test_json_of_kobo_gives_the_household() -> None:
    submission: dict[str, Any] = {path(name): joined(DOCUMENT.get(name)) for name in HOUSEHOLD}
    submission |= {"_id": 7, "_uuid": UUID, "_geolocation": [0.63, 122.98], "_tags": []}
    submission["members"] = [
        {f"members/{path(name)}": joined(member.get(name)) for name in ROSTER}
        for member in DOCUMENT["members"]
    ]
    headers, rows = tables_of([submission])
    found = recognise(headers, KNOWN)
    (one,) = documents(found.layout, found.mapping, rows, places=PLACES)
    assert one.key == UUID
    assert same_household(one)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=10,
)


@settings(deadline=None)
@given(st.lists(st.dictionaries(st.text(max_size=6), JSON, max_size=4), max_size=3))
def test_any_json_becomes_tables(submissions: list[dict[str, Any]]) -> None:
    headers, rows = tables_of(submissions)
    for row in rows:
        assert len(row.cells) == len(headers[row.table])


def test_a_header_is_found_below_titles_and_over_two_rows() -> None:
    known = ColumnBook(layout("siks-ng")).knows
    rows: list[list[object]] = [
        ["DAFTAR PENERIMA BANTUAN", None, None, None, None],
        [None, None, None, None, None],
        ["No", "Nama", "Alamat", None, None],
        [None, None, "Dusun", "RT", "RW"],
        [1, "HASAN CONTOH", "Contoh", "1", "2"],
    ]
    found = find_header(rows, known)
    assert found is not None
    assert found.rows == 4
    assert found.headers == ("No", "Nama", "Alamat / Dusun", "Alamat / RT", "Alamat / RW")
    assert find_header([["a", "b"], ["c", "d"]], known) is None
    own = ColumnBook(KNOWN[0]).knows
    assert find_header([["Nama"], ["name"], ["HASAN"]], own) == Header(2, ("name",))

"""Exports of KoboToolbox and ODK Central: the household is that of the same answers typed here."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jps.households.documents import content_hash
from jps.layouts import Grouped, Header, Row, documents, find_header, recognise
from jps.layouts.recognising import ColumnBook
from jps.tables.submissions import tables_of
from tests.layouts.servers import DOCUMENT, UUID, central, central_submission, kobo, kobo_submission
from tests.layouts.shared import GATE, KNOWN, PLACES, layout


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
    headers, rows = central()
    found = recognise(headers, KNOWN)
    assert found.layout.key == "odk"
    (one,) = documents(found.layout, found.mapping, rows, places=PLACES)
    assert one.key == f"uuid:{UUID}"
    assert one.problems == ()
    assert same_household(one)


def as_tables(submissions: list[dict[str, Any]]) -> tuple[dict[str, tuple[str, ...]], list[Row]]:
    """Return headers and rows of nested submissions, numbered from 1 in each table."""
    found = tables_of(submissions)
    rows = [
        Row(number, [record.get(header) for header in headers], name)
        for name, (headers, records) in found.items()
        for number, record in enumerate(records, start=1)
    ]
    return {name: headers for name, (headers, _) in found.items()}, rows


def test_json_of_odk_central_gives_the_household() -> None:
    headers, rows = as_tables([central_submission()])
    found = recognise(headers, KNOWN)
    assert found.layout.key == "odk"
    (one,) = documents(found.layout, found.mapping, rows, places=PLACES)
    assert one.key == f"uuid:{UUID}"
    assert same_household(one)


def test_json_of_kobo_gives_the_household() -> None:
    headers, rows = as_tables([kobo_submission()])
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
    for headers, records in tables_of(submissions).values():
        assert all(set(record) <= set(headers) for record in records)


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

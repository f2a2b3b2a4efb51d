"""Names of areas as official lists and files spell them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jps.areas.names import Agreement, comparable, compare
from jps.areas.table import AreaRow


@pytest.mark.parametrize(
    ("found", "known", "expected"),
    [
        ("HELUMA", "Helumo", Agreement.SPELLING),
        ("Molosifat Utara", "Molosipat Utara", Agreement.SPELLING),
        ("TULADENGI", "Tuladenggi", Agreement.SPELLING),
        ("Huntulo Hulawa", "Huntu Lo Hulawa", Agreement.SAME),
        ("Deme Satu", "Deme I", Agreement.SAME),
        ("Deme II", "Deme I", Agreement.DIFFERENT),
        ("Botu Boluo", "Botubolu'o", Agreement.SAME),
        ("Kec. Bone Pantai", "Bonepantai", Agreement.SAME),
        ("GORONTALO", "Kabupaten Gorontalo", Agreement.SAME),
        ("Kota Gorontalo", "Kabupaten Gorontalo", Agreement.DIFFERENT),
        ("Gorontalo Utara", "Kabupaten Gorontalo", Agreement.DIFFERENT),
        ("Boalemo", "Kabupaten Gorontalo", Agreement.DIFFERENT),
        ("", "Helumo", Agreement.DIFFERENT),
        ("---", "Helumo", Agreement.DIFFERENT),
    ],
)
def test_names_agree_as_people_would_say(found: str, known: str, expected: Agreement) -> None:
    assert compare(found, [known]) is expected


def test_a_known_spelling_counts_as_the_name() -> None:
    assert compare("Marisa IV", ["Puncak Jaya", "Marisa IV"]) is Agreement.SAME


@given(st.text(max_size=60))
def test_cleaning_twice_changes_nothing(name: str) -> None:
    assert comparable(comparable(name)) == comparable(name)


@given(st.text(max_size=60), st.text(max_size=60))
def test_agreement_has_no_direction(a: str, b: str) -> None:
    assert compare(a, [b]) is compare(b, [a])


def test_known_spellings_of_the_register_agree_with_their_names(rows: list[AreaRow]) -> None:
    renamed = {"Marisa IV"}
    for row in rows:
        for alias in filter(None, row.aliases.split("|")):
            assert alias in renamed or compare(alias, [row.name]), (row.code, alias)

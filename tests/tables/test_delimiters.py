"""Records of CSV files: as they were written, and told apart behind a stray quote."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jps.tables.delimiters import read_records

CELL = st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters=',"'), max_size=8)
LONG = "A" * 140_000


def read(text: str) -> list[tuple[int, list[str] | None]]:
    """Return the records of a text."""
    return list(read_records(io.StringIO(text, newline=""), ","))


@given(st.integers(1, 5).flatmap(lambda n: st.lists(st.lists(CELL, min_size=n, max_size=n))))
def test_what_was_written_is_read(rows: list[list[str]]) -> None:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    assert [cells for _, cells in read(out.getvalue())] == rows


@pytest.mark.parametrize(
    ("text", "records"),
    [
        ("", []),
        ('1,"Ani,3\n2,Budi,4\n', [(2, None), (3, ["2", "Budi", "4"])]),
        ('1,"Ani,3\n2,"Budi",4\n3,x,5', [(2, None), (3, ["2", "Budi", "4"]), (4, ["3", "x", "5"])]),
        (
            '1,2,"Ani\n2,3,Budi\n3,4,"Cici"\n',
            [(2, None), (3, ["2", "3", "Budi"]), (4, ["3", "4", "Cici"])],
        ),
        (f'1,"{LONG}\n2,3,4\n', [(2, None), (3, ["2", "3", "4"])]),
        ('1,"Jl. A,\nRT 2","x\n\ny"\n2,3,4', [(5, ["1", "Jl. A,\nRT 2", "x\n\ny"]), (6, [*"234"])]),
    ],
)
def test_a_stray_quote_takes_its_own_line_alone(
    text: str, records: list[tuple[int, list[str] | None]]
) -> None:
    assert read(f"a,b,c\n{text}") == [(1, ["a", "b", "c"]), *records]

"""Messy records for property tests: what forms, files and people really write."""

from collections.abc import Mapping, Sequence

import pyarrow as pa
from hypothesis import strategies as st

from jps.matching import COLUMNS, People
from tests.matching.tokens import FAMILY, FEMALE, MALE

Record = Mapping[str, str]

# fmt: off
_MARKS = (
    "M.", "M", "ST.", "ST", "H.", "HJ", "S.PD", "S.", "PD", "BIN", "ALIAS", "@", "NUR'AIN", "É",
    "(ALM)", "DJ", "B", ",", "M.SI.", "-", "MOH.ALI",
)
# fmt: on
_WORDS = st.sampled_from((*MALE[:4], *FEMALE[:4], *FAMILY[:4], *_MARKS))
names = st.one_of(
    st.lists(_WORDS, max_size=5).map(" ".join),
    st.lists(_WORDS, max_size=4).map("".join),
    st.text(max_size=20),
)
numbers = st.one_of(
    st.sampled_from(("", "0", "7501010101909001", "750101010190900", "7501010101909010")),
    st.sampled_from(("1111111111111111", "7501 0101 0190 9001", "7501010101909002", "75O1")),
    st.integers(10**15, 10**15 + 30).map(str),
    st.text(max_size=18),
)
dates = st.one_of(
    st.dates().map(str),
    st.sampled_from(("", "1980", "1980-01-01", "1980-02-01", "1980-01-02", "1980-13-40", "1981")),
    st.sampled_from(("1990-01-01", "1982", "0000", "1980-1-1", " 1980 ")),
)
villages = st.sampled_from(
    ("", "75.01.01.2001", "75.01.01.2002", "75.01.02.2001", "75.71.01.1001", "75.01", "x")
)
records: st.SearchStrategy[Record] = st.fixed_dictionaries(
    {
        "id": st.just("x"),
        "nik": numbers,
        "kk": numbers,
        "name": names,
        "birth_date": dates,
        "sex": st.sampled_from(("1", "2", "", "3", "L")),
        "mother": names,
        "village": villages,
    }
)


def table(rows: Sequence[Record]) -> pa.Table:
    """Return records as the table that matching takes."""
    schema = pa.schema([(name, pa.string()) for name in COLUMNS])
    return pa.table({name: [row.get(name, "") for row in rows] for name in COLUMNS}, schema=schema)


def people(rows: Sequence[Record]) -> People:
    """Return records as typed columns."""
    return People.read(table(rows))

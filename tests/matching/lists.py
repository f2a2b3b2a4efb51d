"""Records of a made-up list of another country, for tests of specifications in general."""

from pathlib import Path
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

from jps.matching.specfile import parse_spec

SPECS = Path(__file__).parents[1] / "benchmarks" / "specs"

CLINIC = parse_spec(
    """
    id = "no"
    names = ["given", "family"]
    [fields]
    given = { kind = "text" }
    family = { kind = "text" }
    swapped = { kind = "swapped", of = ["given", "family"] }
    full = { kind = "name", column = ["given", "family"] }
    born = { kind = "date", order = "dmy", unknown_days = [101] }
    sex = { kind = "code", values = ["F", "M"] }
    county = { kind = "place", digits = [2, 3] }
    phone = { kind = "digits", owners = 3 }
    insured = { kind = "number", personal = true, owners = 2 }
    [keys]
    insured = ["insured"]
    ends = ["insured.head+insured.tail"]
    names = { features = ["given+family"], finer = ["born", "county"], cap = 3 }
    words = ["family.words", "born.year"]
    starts = { features = ["given.start", "family.last"], cap = 5 }
    phone = ["phone.tail", "full.initial"]
    born = ["born", "sex"]
    day = ["born.day_of_year", "phone.head", "full"]
    """
).spec
_WORDS = st.sampled_from(
    (
        "ANNA",
        "Anna-Lena",
        "O'Brien",
        "OBRIEN",
        "Łukasz",
        "ŁUKASZ",
        "李",
        "李小龙",
        "José",
        "Jose",
        "de la",
    )
)
texts = st.one_of(st.lists(_WORDS, max_size=3).map(" ".join), st.text(max_size=12))
Row = dict[str, str]
rows: st.SearchStrategy[Row] = st.fixed_dictionaries(
    {
        "no": st.just("x"),
        "given": texts,
        "family": texts,
        "born": st.one_of(
            st.sampled_from(
                ("", "1.1.1980", "01/02/1980", "31121980", "1980", "2.13.1980", "1/2/80")
            ),
            st.text(max_size=10),
        ),
        "sex": st.sampled_from(("F", "m", "", "x")),
        "county": st.sampled_from(("06037", "06.037", "6037", "", "0603x")),
        "phone": st.one_of(st.sampled_from(("030 123-45", "03012345", "")), st.text(max_size=9)),
        "insured": st.sampled_from(("7501010101909001", "7501010101909002", "0", "")),
    }
)


def table(records: list[Row]) -> pa.Table:
    """Return records as a table of the clinic."""
    columns: dict[str, Any] = {
        name: pa.array([record[name] for record in records], pa.string()) for name in CLINIC.columns
    }
    return pa.table(columns)

"""The token tables hold tokens only, and names come out of them as they should."""

import csv
import re
from pathlib import Path
from random import Random

import pytest

from jps.errors import InvalidFile
from jps.sample.names import FEMALE, MALE, Name, NameBook, Weighted
from tests.sample.conftest import NAMES


def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of a token table."""
    with (NAMES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


@pytest.fixture(scope="module")
def book() -> NameBook:
    """The product's names."""
    return NameBook.load(NAMES)


@pytest.mark.parametrize("name", ["given_names.csv", "family_names.csv"])
def test_tables_hold_single_tokens_and_say_that_they_are_invented(name: str) -> None:
    first = (NAMES / name).read_text(encoding="utf-8").partition("\n")[0]
    assert first.startswith("# Invented")
    for row in rows(name):
        assert re.fullmatch(r"[A-Z]{2,20}", row["token"]), row
        assert float(row["weight"]) > 0


def test_no_row_gives_a_token_together_with_another() -> None:
    """A row with a given and a family name would be a person."""
    assert set(rows("given_names.csv")[0]) == {"token", "sex", "group", "era", "weight"}
    assert set(rows("family_names.csv")[0]) == {"token", "group", "weight"}


def test_no_token_is_listed_twice() -> None:
    given = [(row["token"], row["sex"], row["group"]) for row in rows("given_names.csv")]
    family = [(row["token"], row["group"]) for row in rows("family_names.csv")]
    assert len(set(given)) == len(given)
    assert len(set(family)) == len(family)


def test_shares_of_origins_add_up() -> None:
    sums: dict[str, float] = {}
    for row in rows("origins.csv"):
        sums[row["area_code"]] = sums.get(row["area_code"], 0) + float(row["share"])
    assert all(total == pytest.approx(1) for total in sums.values())
    assert "*" in sums


@pytest.mark.parametrize("origin", ["gorontalo", "jawa", "minahasa", "bugis", "bajo"])
@pytest.mark.parametrize("sex", [MALE, FEMALE])
@pytest.mark.parametrize("year", [1935, 1980, 2015])
def test_names_of_all_origins(book: NameBook, origin: str, sex: str, year: int) -> None:
    rng = Random(1)
    for _ in range(50):
        name = book.name(origin, sex, year, rng, family=book.family(origin, rng))
        assert 1 <= len(name.given) <= 2
        assert len(set(name.given)) == len(name.given)
        assert all(token.isalpha() for token in name.tokens)


def test_names_in_parts() -> None:
    name = Name(("SITI", "AMINAH"), father="HASAN", middle="H", family="PAKAYA", title="HJ")
    assert str(name) == "SITI AMINAH H PAKAYA"
    assert Name(("SUKIMAN",)).tokens == ("SUKIMAN",)


def test_opening_names_do_not_stand_alone(book: NameBook) -> None:
    rng = Random(3)
    for _ in range(400):
        name = book.name("gorontalo", MALE, 1985, rng, family="PAKAYA")
        assert len(name.given) == 2 or name.given[0] not in {"MOHAMAD", "MOH", "ABDUL", "ABD"}


def test_draws_follow_the_weights() -> None:
    rng = Random(1)
    pool = Weighted([("A", 3.0), ("B", 1.0), ("C", 0.0)])
    drawn = [pool.draw(rng) for _ in range(4000)]
    assert 0.72 < drawn.count("A") / 4000 < 0.78
    assert "C" not in drawn


def test_missing_tables_are_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidFile, match=r"family_names\.csv"):
        NameBook.load(tmp_path)
    (tmp_path / "family_names.csv").write_text("token,weight\nA,1\n")
    with pytest.raises(InvalidFile, match="group"):
        NameBook.load(tmp_path)

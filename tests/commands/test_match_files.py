"""`flask match files|duplicates` on files of all makes, and what it says about bad ones."""

import json
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import Result
from flask import Flask

from jps.commands.table_files import read_table, write_table
from jps.errors import InvalidFile
from tests.matching.people import make_town

Row = dict[str, str]
SPEC = """
id = "no"
[fields]
given = { kind = "text" }
family = { kind = "text" }
born = { kind = "date" }
town = { kind = "code" }
"""
FIRST = ("Ada", "Bela", "Cleo", "Dora", "Emil", "Fritz", "Gerda", "Hanna", "Ivo", "Jana")
LAST = ("Ahorn", "Birke", "Ceder", "Distel", "Eiche", "Fichte", "Ginster", "Holler", "Iris")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "spec.toml").write_text(SPEC)
    return tmp_path


def people(size: int) -> list[Row]:
    random = Random(5)
    return [
        {
            "no": f"a{row}",
            "given": random.choice(FIRST),
            "family": random.choice(LAST),
            "born": f"{random.randrange(1940, 2010)}-{random.randrange(1, 13):02}-"
            f"{random.randrange(1, 29):02}",
            "town": random.choice("NSEW"),
        }
        for row in range(size)
    ]


def lines(rows: list[Row], delimiter: str = ",") -> str:
    text = [delimiter.join(rows[0])] + [delimiter.join(row.values()) for row in rows]
    return "\n".join(text) + "\n"


def again(rows: list[Row]) -> list[Row]:
    """Return the same people under other numbers, every third with another town and no birth."""
    changed = [{**row, "no": row["no"].replace("a", "b")} for row in rows]
    for row in changed[::3]:
        row["town"] = "X"
        row["family"] = row["family"] + "s"
    return changed


def run(app: Flask, *args: object) -> Result:
    return app.test_cli_runner().invoke(args=["match", *map(str, args)])


def links_in(path: Path) -> dict[str, str]:
    table = read_table(path).to_pydict()
    return dict(zip(table["left"], table["right"], strict=True))


def test_links_of_two_files(app: Flask, folder: Path) -> None:
    rows = people(300)
    (folder / "a.csv").write_text(lines(rows))
    (folder / "b.csv").write_text(lines(again(rows), ";"), "utf-16")
    for out in ("links.csv", "links.parquet", "links.xlsx"):
        result = run(
            app, "files", folder / "a.csv", folder / "b.csv",
            "--spec", folder / "spec.toml", "--out", folder / out, "--json",
        )  # fmt: skip
        assert result.exit_code == 0, result.output
        told = json.loads(result.stdout)
        links = links_in(folder / out)
        assert told["links"] == len(links)
        assert sum(right == left.replace("a", "b") for left, right in links.items()) >= 295
        assert told["expected"]["precision"] > 0.98
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]
    assert set(read_table(folder / "links.csv").column_names) >= {
        "weight", "probability", "second", "margin", "level_given",
    }  # fmt: skip


def test_doubles_of_one_file(app: Flask, folder: Path) -> None:
    rows = people(300)
    (folder / "a.csv").write_text(lines([*rows, *again(rows[:60])]))
    result = run(
        app, "duplicates", folder / "a.csv", "--spec", folder / "spec.toml",
        "--out", folder / "pairs.csv",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "precision, estimated" in result.stdout
    table = read_table(folder / "pairs.csv").to_pydict()
    pairs = set(zip(table["left"], table["right"], strict=True))
    assert len(pairs) == len(table["left"])
    assert all(left != right for left, right in pairs)
    right = sum(other == one.replace("a", "b") for one, other in pairs)
    assert right >= 57
    assert right >= 0.95 * len(pairs)
    assert set(table["cluster"]) == set(table["left"])


def test_the_indonesian_person_needs_no_specification(app: Flask, folder: Path) -> None:
    registry, survey = make_town(registry=400, survey=150).tables
    write_table(folder / "registry.parquet", registry)
    write_table(folder / "survey.xlsx", survey.drop_columns(["village"]))
    result = run(
        app, "files", folder / "survey.xlsx", folder / "registry.parquet", "--out",
        folder / "links.csv", "--how", "free",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert len(links_in(folder / "links.csv")) > 120


HEADER = "no,given,family,born,town\n"


@pytest.mark.parametrize("size", [0, 1, 2])
@pytest.mark.parametrize("row", ["Ada,Ahorn,1980-01-01,N", ",,,", "Ada,,,"])
def test_tiny_equal_and_missing_inputs_end_cleanly(
    app: Flask, folder: Path, row: str, size: int
) -> None:
    for name, times in (("a.csv", size), ("b.csv", 40)):
        text = HEADER + "".join(f"{number},{row}\n" for number in range(times))
        (folder / name).write_text(text)
    for command in (["files", folder / "a.csv"], ["files", folder / "b.csv"], ["duplicates"]):
        out = folder / "out.csv"
        result = run(app, *command, folder / "b.csv", "--spec", folder / "spec.toml", "--out", out)
        assert result.exit_code == 0, result.output
        assert out.exists()


def test_a_list_of_one_column_without_ids(app: Flask, folder: Path) -> None:
    (folder / "one.toml").write_text("[fields]\nname = {kind='text'}")
    (folder / "a.csv").write_text("name\nAnna Ahorn\nBela Birke\n\nCleo Ceder\n")
    result = run(
        app, "files", folder / "a.csv", folder / "a.csv", "--spec", folder / "one.toml",
        "--out", folder / "out.csv",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert all(left == right for left, right in links_in(folder / "out.csv").items())


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", ("kosong",)),
        ("\n\n", ("kosong",)),
        ("no,given\n1,Ada\n", ("family, born, town", "no, given")),
        (HEADER + "1,Ada,Ahorn,1980,N\n1,Bela,Birke,1981,S\n", ("no", "ke-2", "ke-1")),
        (HEADER + ",Ada,Ahorn,1980,N\n", ("no", "ke-1")),
        (HEADER + "1,Ada,Ahorn,1980\n", ("baris",)),
        (HEADER + '1,"Ada,Ahorn,1980,N\n2,Bela,Birke,1981,S\n', ("a.csv",)),
        ("no,given,given\n1,2,3\n", ("given",)),
        (b"PAR1 and nothing", ("Parquet",)),
        (b"PK\x03\x04 and nothing", ("Excel",)),
    ],
)
def test_what_is_wrong_with_a_file_is_said(
    app: Flask, folder: Path, content: "str | bytes", words: tuple[str, ...]
) -> None:
    (folder / "a.csv").write_bytes(content.encode() if isinstance(content, str) else content)
    result = run(
        app, "duplicates", folder / "a.csv", "--spec", folder / "spec.toml", "--out",
        folder / "out.csv",
    )  # fmt: skip
    assert result.exit_code == 1, result.output
    for word in words:
        assert word in result.output
    assert "Ahorn" not in result.output
    assert not (folder / "out.csv").exists()


def test_what_is_wrong_with_a_specification_is_said(app: Flask, folder: Path) -> None:
    (folder / "a.csv").write_text(HEADER)
    (folder / "bad.toml").write_text("[fields]\ngiven = {kind='txt'}")
    for name, word in (("bad.toml", "txt"), ("a.csv", "TOML")):
        result = run(
            app, "duplicates", folder / "a.csv", "--spec", folder / name, "--out",
            folder / "out.csv",
        )  # fmt: skip
        assert result.exit_code == 1
        assert word in result.output


@pytest.mark.parametrize("out", ["nowhere/out.csv", "out.txt", "."])
def test_an_output_that_cannot_be_written_is_refused_at_once(
    app: Flask, folder: Path, out: str
) -> None:
    (folder / "a.csv").write_text(HEADER)
    result = run(app, "duplicates", folder / "a.csv", "--out", folder / out)
    assert result.exit_code == 2
    assert "--out" in result.output


def test_wrong_use(app: Flask, folder: Path) -> None:
    assert run(app, "files", folder / "no.csv", folder / "no.csv", "--out", "x.csv").exit_code == 2
    assert run(app, "duplicates").exit_code == 2


VALUES: dict[str, Any] = {
    "number": pa.array([7501010101909001, None]),
    "float": pa.array([12.0, None]),
    "day": pa.array([0, None], pa.date32()),
    "word": pa.array(["a", "b"]).dictionary_encode(),
    "list": pa.array([[1], None]),
}


def test_parquet_of_any_types_is_text(tmp_path: Path) -> None:
    pq.write_table(pa.table(VALUES), tmp_path / "x.parquet")
    first, second = read_table(tmp_path / "x.parquet").to_pylist()
    assert list(first.values()) == ["7501010101909001", "12", "1970-01-01", "a", "[1]"]
    assert list(second.values()) == ["", "", "", "b", ""]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_csv_of_any_make(tmp_path: Path, encoding: str, delimiter: str) -> None:
    text = f'name{delimiter}town\r\n"René\nGroß"{delimiter}A b\r\n'
    (tmp_path / "x.csv").write_bytes(text.encode(encoding))
    (row,) = read_table(tmp_path / "x.csv").to_pylist()
    assert row == {"name": "René\nGroß", "town": "A b"}


def test_a_table_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("before")
    with pytest.raises((pa.ArrowException, InvalidFile, TypeError)):
        write_table(path, pa.table({"x": pa.array([[1]])}))
    assert path.read_text() == "before"
    assert [one.name for one in tmp_path.iterdir()] == ["x.csv"]

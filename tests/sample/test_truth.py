"""Counting right and wrong links."""

from pathlib import Path

from jps.sample.truth import Known, measure, read_truth, write_truth

TRUTH = {
    "found": Known(frozenset({"1", "2"}), ()),
    "wrong": Known(frozenset({"3"}), ("nik_borrowed",)),
    "missed": Known(frozenset({"4"}), ("name_spelled", "no_nik")),
    "stranger": Known(frozenset(), ()),
    "stranger linked": Known(frozenset(), ("not_in_registry",)),
}
FOUND = {"found": "2", "wrong": "9", "stranger linked": "4"}


def test_measure() -> None:
    quality = measure(TRUTH, FOUND)
    assert (quality.right, quality.wrong, quality.lost) == (1, 2, 2)
    assert quality.precision == 1 / 3
    assert quality.recall == 1 / 3
    assert quality.lost_by_kind == {"nik_borrowed": 1, "name_spelled": 1, "no_nik": 1}


def test_nothing_linked_and_nothing_to_link() -> None:
    assert measure({}, {}).f1 == 1.0
    assert measure(TRUTH, {}).f1 == 0.0


def test_truth_survives_its_file(tmp_path: Path) -> None:
    path = tmp_path / "truth.csv"
    write_truth(path, TRUTH.items())
    assert read_truth(path) == TRUTH
    assert path.stat().st_mode & 0o077 == 0

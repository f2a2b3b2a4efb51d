"""The invented people: numbers that nobody holds, families that can be, ages that fit."""

from collections import Counter
from datetime import date

import pytest

from jps.questionnaire.nik import NumberState, nik_state
from jps.sample import Sample, SampleHousehold
from jps.sample.numbers import Issuer


@pytest.fixture(scope="module")
def households(sample: Sample) -> list[SampleHousehold]:
    """The surveyed households."""
    return list(sample.households())


def entries(households: list[SampleHousehold]) -> list[dict[str, object]]:
    """Return all roster entries."""
    found: list[dict[str, object]] = []
    for one in households:
        roster = one.answers.get("members", [])
        assert isinstance(roster, list)
        found.extend(roster)
    return found


def test_every_number_has_a_serial_that_nobody_holds(
    sample: Sample, households: list[SampleHousehold]
) -> None:
    numbers = [row[column] for row in sample.registry.rows for column in ("NIK", "NO_KK")]
    for entry in entries(households):
        numbers += [str(entry[name]) for name in ("nik", "kk") if name in entry]
    assert all(len(number) == 16 and number[12] == "9" for number in numbers)


def test_registry_niks_are_unique_and_say_birth_and_sex(sample: Sample) -> None:
    rows = sample.registry.rows
    assert len({row["NIK"] for row in rows}) == len(rows)
    for row in rows:
        assert nik_state(row["NIK"]) is NumberState.VALID
        day, month, year = row["TGL_LHR"].split("-")
        shown = int(day) + (40 if row["JENIS_KLMIN"] == "PEREMPUAN" else 0)
        assert row["NIK"][6:12] == f"{shown:02d}{month}{year[2:]}"


def test_damaged_niks_stay_possible(households: list[SampleHousehold]) -> None:
    niks = [str(entry["nik"]) for entry in entries(households) if "nik" in entry]
    assert all(nik_state(nik) is NumberState.VALID for nik in niks)


def test_most_niks_begin_with_the_kecamatan_and_some_with_old_codes(sample: Sample) -> None:
    rows = sample.registry.rows
    own = sum(row["NIK"][:6] == row["KODE_WILAYAH"][:8].replace(".", "") for row in rows)
    assert 0.82 < own / len(rows) < 0.97
    retired = {"750106", "750107", "750108", "750112", "750115"}
    assert sum(row["NIK"][:6] in retired for row in rows) > 10
    assert sum(row["NIK"][:2] != "75" for row in rows) > 50


def test_ages_and_sexes_have_the_shape_of_a_province(sample: Sample) -> None:
    births = [int(row["TGL_LHR"][-4:]) for row in sample.registry.rows]
    young = sum(sample.on.year - year < 15 for year in births) / len(births)
    old = sum(sample.on.year - year >= 60 for year in births) / len(births)
    assert 0.22 < young < 0.33
    assert 0.05 < old < 0.13
    men = sum(row["JENIS_KLMIN"] == "LAKI-LAKI" for row in sample.registry.rows)
    assert 0.47 < men / len(births) < 0.52


def test_birth_dates_nobody_remembered_are_common(sample: Sample) -> None:
    days = Counter(row["TGL_LHR"][:5] for row in sample.registry.rows)
    usual = len(sample.registry.rows) / 365
    assert all(days[day] > 2.5 * usual for day in ("01-01", "01-07", "31-12"))


def test_size_of_households(households: list[SampleHousehold]) -> None:
    sizes = [len(one.members) for one in households if one.answers["visit_result"] == "1"]
    assert 3.4 < sum(sizes) / len(sizes) < 4.2
    assert max(sizes) < 16


def test_some_brothers_and_sisters_share_their_birthday(sample: Sample) -> None:
    seen = Counter((row["NO_KK"], row["TGL_LHR"]) for row in sample.registry.rows)
    assert sum(count > 1 for count in seen.values()) > 15


def test_names_are_of_one_to_few_tokens_and_some_have_one(sample: Sample) -> None:
    lengths = Counter(len(row["NAMA_LGKP"].split()) for row in sample.registry.rows)
    assert 0.005 < lengths[1] / len(sample.registry.rows) < 0.05
    assert max(lengths) <= 6
    assert max(len(row["NAMA_LGKP"]) for row in sample.registry.rows) <= 60  # Permendagri 73/2022


def test_states_of_registry_records(sample: Sample) -> None:
    states = Counter(row["STATUS"] for row in sample.registry.rows)
    total = len(sample.registry.rows)
    assert 0.002 < states["MENINGGAL"] / total < 0.009
    assert 0.006 < states["PINDAH"] / total < 0.018
    assert states["GANDA"] > 5
    assert states["NONAKTIF"] > 5


def test_serials_run_up_and_run_out() -> None:
    issuer = Issuer()
    born = date(1990, 5, 17)
    assert issuer.nik("750101", born, "1") == "7501011705909001"
    assert issuer.nik("750101", born, "1") == "7501011705909002"
    assert issuer.nik("750101", born, "2") == "7501015705909001"
    for _ in range(997):
        issuer.nik("750101", born, "1")
    with pytest.raises(OverflowError):
        issuer.nik("750101", born, "1")

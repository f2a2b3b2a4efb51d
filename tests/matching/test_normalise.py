"""Names as written and their normal forms."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jps.errors import InvalidFile
from jps.matching.columns import of_texts
from jps.matching.names import Names
from jps.matching.normalise import default_normaliser, fold
from jps.matching.variants import DEFAULT_FILE, Variants
from tests.matching.records import names


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("Moh. Rizal Katili", "MUHAMAD RIZAL KATILI"),
        ("M. Rizal Katili", "MUHAMAD RIZAL KATILI"),
        ("M.RIZAL", "MUHAMAD RIZAL"),
        ("Rizal M. Katili", "RIZAL M KATILI"),
        ("M", "M"),
        ("H. Abd. Rahim", "ABDUL RAHIM"),
        ("Hj. St. Aminah", "SITI AMINAH"),
        ("Aminah, ST", "AMINAH"),
        ("ST", "ST"),
        ("Drs. H. Yusuf Lalu, M.Si", "YUSUF LALU"),
        ("Yusuf Lalu S. Pd. I", "YUSUF LALU"),
        ("Haji", "HAJI"),
        ("Ali bin Yusuf", "ALI YUSUF"),
        ("Ali alias Bobi", "ALI"),
        ("Ali @ Bobi", "ALI"),
        ("(Alm) Ali", "ALI"),
        ("Ali (Alm)", "ALI"),
        ("Nur'Ain", "NURAIN"),
        ("Nur\u2019Ain", "NURAIN"),
        ("Nur-Ain", "NUR AIN"),
        ("  siti\u00a0nur \n", "SITI NUR"),
        ("José", "JOSE"),
        ("", ""),
        ("123 ...", ""),
    ],
)
def test_normal_form(written: str, plain: str) -> None:
    assert default_normaliser().name(written).plain == plain


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("DJOEMADI", "JUMADI"),
        ("JUSUF", "YUSUF"),
        ("SJAMSOEDDIN", "SAMSUDIN"),
        ("HADIDJAH", "KHADIJA"),
        ("SAIPUL", "SAIFUL"),
        ("MUCHTAR", "MUHTAR"),
        ("RACHMAT", "RAHMAT"),
        ("ZAENAB", "SAENAB"),
        ("SITI AMINAH", "AMINAH SITI"),
    ],
)
def test_spelling_habits_sound_the_same(one: str, other: str) -> None:
    normaliser = default_normaliser()
    assert normaliser.name(one).whole == normaliser.name(other).whole


def test_different_names_sound_different() -> None:
    normaliser = default_normaliser()
    wholes = {normaliser.name(name).whole for name in ("SITI", "SINTA", "ALI", "ALWI", "RUSLI")}
    assert len(wholes) == 5


@given(names)
def test_normalising_twice_changes_nothing(written: str) -> None:
    normaliser = default_normaliser()
    once = normaliser.name(written)
    assert normaliser.name(once.plain).words == once.words or once.words[0].title


@given(st.lists(names, max_size=8))
def test_many_at_once_equal_one_at_a_time(written: list[str]) -> None:
    normaliser = default_normaliser()
    many = Names.read(of_texts(written), normaliser)
    for row, text in enumerate(written):
        name = normaliser.name(text)
        code = int(many.codes[row])
        assert many.plain[code].as_py() == name.plain
        assert many.sound[code].as_py() == name.sound
        for column in Names.COLUMNS:
            assert getattr(many, column)[row] == getattr(name, column), column


@given(names)
def test_a_name_with_a_letter_is_never_lost(written: str) -> None:
    ascii_letters = any("A" <= letter.upper() <= "Z" for letter in written if letter.isascii())
    assert not ascii_letters or not default_normaliser().name(written).missing


def test_every_variant_has_a_source() -> None:
    lines = DEFAULT_FILE.read_text().splitlines()
    assert all(line.rsplit(",", 1)[1] for line in lines)
    assert len(lines) == len(set(lines))


def test_unknown_kind_of_variant_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "variants.csv"
    path.write_text("kind,token,normal,source\nnickname,BOB,ROBERT,x\n")
    with pytest.raises(InvalidFile, match="baris 2"):
        Variants.load(path)


@given(st.text("ABCdefij .'@/-12", max_size=24))
def test_plain_names_are_read_as_any_other(text: str) -> None:
    normaliser = default_normaliser()
    assert normaliser.name(text) == normaliser.name(
        text + "\u0301"
    )  # an accent of its own is dropped
    assert fold(text) == fold(text + "\u0301")

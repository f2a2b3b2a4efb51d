"""Two tabs at one page: what one side changed is taken, what both changed is asked."""

from hypothesis import given
from hypothesis import strategies as st

from jps.web.codebook import form_in_force
from jps.web.drafts import household_screen
from jps.web.merging import marks_of, merge, read_marks, written

SCREEN = household_screen(form_in_force(), "location")
TEXT = st.sampled_from(["", "A", "B", "C"])


def stored(address: str, dusun: str) -> dict[str, object]:
    return {name: text for name, text in (("address", address), ("dusun", dusun)) if text}


@given(base=TEXT, theirs=TEXT, mine=TEXT, other=TEXT)
def test_every_answer_is_kept_left_or_asked(base: str, theirs: str, mine: str, other: str) -> None:
    marks = marks_of(SCREEN, stored(base, other))
    now = stored(theirs, other)
    found = merge(SCREEN, now, {"address": mine, "dusun": other}, marks)
    after = SCREEN.put(now, found.typed)
    asked = [question.name for question in found.conflicts]
    if theirs in {base, mine}:
        assert (after.get("address", ""), asked) == (mine, [])
    elif mine == base:
        assert (after.get("address", ""), asked) == (theirs, [])
        assert found.held["address"] == marks["address"]
    else:
        assert asked == ["address"]
    assert after.get("dusun", "") == other


@given(theirs=TEXT, mine=TEXT)
def test_a_page_without_marks_overwrites_nothing(theirs: str, mine: str) -> None:
    found = merge(SCREEN, stored(theirs, ""), {"address": mine}, {})
    assert bool(found.conflicts) == (theirs != mine)


@given(st.text(max_size=200))
def test_marks_that_are_none_are_left_out(text: str) -> None:
    assert written(read_marks(written(read_marks(text)))) == written(read_marks(text))


def test_marks_come_back() -> None:
    marks = marks_of(SCREEN, stored("A", "B"))
    assert read_marks(written(marks)) == marks

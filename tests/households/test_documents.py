"""Comparing documents, putting two together, telling them apart."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from jps.households.documents import (
    Side,
    changes_between,
    content_hash,
    draft_problems,
    is_same_draft,
    merged,
)

VALUES = st.one_of(st.none(), st.text(max_size=5), st.integers(), st.lists(st.text(max_size=2)))
NAMES = st.sampled_from(["rt", "rw", "address", "floor_area"])
MEMBER_NAMES = st.sampled_from(["name", "nik", "sex"])
MEMBERS = st.lists(
    st.builds(
        lambda key, answers: {"id": key, **answers},
        st.sampled_from("abcd"),
        st.dictionaries(MEMBER_NAMES, VALUES),
    ),
    unique_by=lambda member: member["id"],
    max_size=4,
)
DOCUMENTS = st.builds(
    lambda answers, members: {**answers, "members": members},
    st.dictionaries(NAMES, VALUES),
    MEMBERS,
)


@given(DOCUMENTS)
def test_a_document_does_not_differ_from_itself(document: dict[str, Any]) -> None:
    assert changes_between("h", document, document) == []
    assert merged("h", document, document, {}).get("rt") == document.get("rt")


@given(DOCUMENTS, DOCUMENTS)
def test_a_difference_read_backwards_is_the_same(one: dict[str, Any], two: dict[str, Any]) -> None:
    forth = {(c.key, str(c.old), str(c.new)) for c in changes_between("h", one, two)}
    back = {(c.key, str(c.new), str(c.old)) for c in changes_between("h", two, one)}
    assert forth == back


@given(DOCUMENTS, DOCUMENTS)
def test_taking_everything_gives_the_other_document(
    one: dict[str, Any], two: dict[str, Any]
) -> None:
    choices: dict[str, Side] = {c.key: "refused" for c in changes_between("h", one, two)}
    assert changes_between("h", merged("h", one, two, choices), two) == []


@given(DOCUMENTS, DOCUMENTS)
def test_taking_nothing_changes_nothing(one: dict[str, Any], two: dict[str, Any]) -> None:
    assert changes_between("h", merged("h", one, two, {}), one) == []


@given(DOCUMENTS)
def test_the_hash_does_not_depend_on_order(document: dict[str, Any]) -> None:
    turned = dict(reversed(document.items()))
    assert content_hash(turned) == content_hash(document)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=20,
    )
)
def test_any_json_is_judged_without_failing(document: object) -> None:
    problems = draft_problems(document)
    assert all(path and messages for path, messages in problems.items())


def test_a_removed_member_is_every_field_to_nothing() -> None:
    old = {"members": [{"id": "a", "name": "Hasan", "sex": "1"}]}
    found = changes_between("h", old, {})
    assert [(c.key, c.old, c.new) for c in found] == [
        ("members[a].name", "Hasan", None),
        ("members[a].sex", "1", None),
    ]


def test_drafts_typed_without_ids_are_known_again() -> None:
    stored = {"rt": "1", "members": [{"id": "a", "name": "Hasan"}]}
    assert is_same_draft({"rt": "1", "members": [{"name": "Hasan"}]}, stored)
    assert is_same_draft({"id": "h", **stored}, stored)
    assert not is_same_draft({"rt": "1", "members": [{"name": "Hasan", "id": "b"}]}, stored)
    assert not is_same_draft({"rt": "1", "members": []}, stored)
    assert not is_same_draft({"rt": "2", "members": [{"name": "Hasan"}]}, stored)
    assert not is_same_draft({"rt": "1", "members": 7}, stored)
    assert not is_same_draft("x", stored)

"""States: which step leads where, and who may verify."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jps.households.rules import (
    EDITABLE,
    IN_FORCE,
    OF_KABUPATEN,
    STATE_NAMES,
    TRANSITIONS,
    WITHDRAWN,
    Action,
    State,
    duty_problem,
    hands_in,
    is_locked,
    is_past_operator,
    is_possible,
    needs_kabupaten,
    target_of,
    verification_problem,
)

STEPS: dict[Action, dict[State, State]] = {
    # action: state before -> state after; from every other state it is refused
    Action.SUBMIT: {
        State.DRAFT: State.SUBMITTED,
        State.SUBMITTED: State.SUBMITTED,
        State.RETURNED: State.SUBMITTED,
    },
    Action.VERIFY: {State.SUBMITTED: State.VERIFIED},
    Action.AGREE: {State.VERIFIED: State.AGREED},
    Action.REJECT: {State.VERIFIED: State.REJECTED},
    Action.REOPEN: {State.AGREED: State.VERIFIED, State.REJECTED: State.VERIFIED},
    Action.CONFIRM: {State.AGREED: State.CONFIRMED},
    Action.FINALISE: {State.CONFIRMED: State.FINAL},
    Action.WITHDRAW: {
        State.VERIFIED: State.SUBMITTED,
        State.RETURNED: State.SUBMITTED,
        State.CONFIRMED: State.AGREED,
        State.FINAL: State.CONFIRMED,
    },
    Action.RETURN: dict.fromkeys(set(IN_FORCE) - {State.RETURNED}, State.RETURNED),
    Action.ARCHIVE: {state: State.ARCHIVED for state in State if state != State.ARCHIVED},
    Action.RESTORE: {State.ARCHIVED: State.SUBMITTED},
}
CASES = [(state, action, STEPS[action].get(state)) for action in Action for state in State]


@pytest.mark.parametrize(("state", "action", "after"), CASES)
def test_steps(state: State, action: Action, after: State | None) -> None:
    possible = is_possible(action, state)
    found = target_of(action, ever_sent=True, state=state) if possible else None
    assert found == after


def test_what_was_never_sent_is_restored_as_a_draft() -> None:
    assert target_of(Action.RESTORE, ever_sent=False) == State.DRAFT


def test_every_state_and_action_is_described() -> None:
    assert set(STATE_NAMES) == set(State)
    assert set(TRANSITIONS) == set(Action)
    assert TRANSITIONS[Action.SUBMIT].sources == EDITABLE
    assert set(WITHDRAWN) == TRANSITIONS[Action.WITHDRAW].sources


def test_locked_and_past_the_operator() -> None:
    assert {state for state in State if not is_locked(state)} == EDITABLE
    past = {state for state in State if is_past_operator(state)}
    assert past == set(IN_FORCE) - {State.SUBMITTED, State.RETURNED}
    assert set(OF_KABUPATEN) < past


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("action", Action)
def test_what_the_meeting_decided_is_moved_by_the_kabupaten_alone(
    state: State, action: Action
) -> None:
    kabupatens = action in {Action.CONFIRM, Action.FINALISE, Action.REOPEN}
    assert needs_kabupaten(action, state) == (state in OF_KABUPATEN or kabupatens)


@pytest.mark.parametrize(
    ("by", "entered_by", "edited_by", "has_draft", "allowed"),
    [
        ("citra", "ani", "budi", False, True),
        ("ani", "ani", "budi", False, False),
        ("budi", "ani", "budi", False, False),
        ("citra", "ani", None, False, True),
        ("citra", "ani", "budi", True, False),
    ],
)
def test_two_pairs_of_eyes(
    by: str, entered_by: str, edited_by: str | None, has_draft: bool, allowed: bool
) -> None:
    problem = verification_problem(
        by, entered_by=entered_by, edited_by=edited_by, has_draft=has_draft
    )
    assert (problem is None) == allowed


@dataclass
class Walk:
    """A household that people push around as far as the rules let them."""

    state: State = State.DRAFT
    steps: list[tuple[Action, str]] = field(default_factory=list)  # the latest first
    senders: set[str] = field(default_factory=lambda: {"0"})
    by: str = "0"

    def take(self, action: Action, by: str) -> None:
        """Take the step, if the rules allow it."""
        own_last = action is not Action.WITHDRAW or by == self.by
        hands = hands_in(self.steps, senders=self.senders)
        if not (is_possible(action, self.state) and own_last):
            return
        if duty_problem(action, by, hands) is not None:
            return
        self.state = target_of(action, ever_sent=True, state=self.state)
        if action is Action.SUBMIT:
            self.senders = {"0", by}
        self.steps.insert(0, (action, by))
        self.by = by


# Steps forward come up often, so that many walks reach the end.
_FORWARD = (Action.SUBMIT, Action.VERIFY, Action.AGREE, Action.CONFIRM, Action.FINALISE)
_TRIES = st.tuples(st.sampled_from([*Action, *_FORWARD * 4]), st.sampled_from("01234"))


@given(st.lists(_TRIES, min_size=10, max_size=60))
def test_no_way_leads_to_final_past_a_step_or_in_the_same_hands(
    tries: list[tuple[Action, str]],
) -> None:
    walk = Walk()
    for action, by in tries:
        walk.take(action, by)
        if walk.state is not State.FINAL:
            continue
        hands = hands_in(walk.steps, senders=walk.senders)
        for needed in (Action.SUBMIT, Action.VERIFY, Action.AGREE, Action.CONFIRM):
            assert hands[needed], needed
        last = {}
        for action_before, person in reversed(walk.steps):
            last[action_before] = person
        finals = last[Action.FINALISE]
        assert finals not in hands[Action.SUBMIT]
        assert last[Action.VERIFY] not in hands[Action.SUBMIT]
        assert last[Action.CONFIRM] not in {*hands[Action.SUBMIT], *hands[Action.VERIFY]}
        assert finals not in {*hands[Action.VERIFY], *hands[Action.CONFIRM]}


def test_a_way_to_final_exists() -> None:
    walk = Walk()
    for action, by in zip(
        (Action.SUBMIT, Action.VERIFY, Action.AGREE, Action.CONFIRM, Action.FINALISE),
        "01123",
        strict=True,
    ):
        walk.take(action, by)
    assert walk.state is State.FINAL

"""All states: in which a household counts, may be edited, or is past the operator; everywhere."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from jps.assessment.rules import Line
from jps.assessment.services import NOT_COUNTED, assess_households, current_scorecard
from jps.exports.orders import Format, Order
from jps.exports.records import count_households, count_members
from jps.fieldwork.collecting import stale_interviews
from jps.households import frames, packs, services, storing
from jps.households.models import Household
from jps.households.rules import State, is_locked, is_settled
from jps.households.saving import NotEditable
from jps.households.schemas import HouseholdSchema
from jps.households.workload import village_workloads
from jps.identity.group_search import same_heads
from jps.identity.records import members_of
from jps.maps.queries import Wanted, village_sums
from jps.odk.lists import gone
from tests.households.conftest import ANI, AT
from tests.households.store import Read, registered
from tests.households_examples import household_document

# Whether a household in a state counts, can be edited, and is past the operator.
TABLE = {
    State.DRAFT: (False, True, False),
    State.SUBMITTED: (True, True, False),
    State.RETURNED: (True, True, False),
    State.VERIFIED: (True, False, True),
    State.AGREED: (True, False, True),
    State.REJECTED: (True, False, True),
    State.CONFIRMED: (True, False, True),
    State.FINAL: (True, False, True),
    State.ARCHIVED: (False, False, False),
}
InState = Callable[[State], Household]


@pytest.fixture
def in_state(session: Session, read: Read) -> InState:
    """Bring the example household into a state."""

    def bring(state: State) -> Household:
        household = registered(session, read)
        storing.assign(household, storing.state_columns(state, by="budi", at=AT))
        session.flush()
        return household

    return bring


def test_the_table_holds_all_states() -> None:
    assert set(TABLE) == set(State)
    assert set(NOT_COUNTED) == {state for state, (counts, *_) in TABLE.items() if not counts}
    assert {state for state in State if is_locked(state)} == {
        state for state, (_, editable, _) in TABLE.items() if not editable
    }
    assert {state for state in State if is_settled(state)} == {
        state for state, (*_, past) in TABLE.items() if past
    }


@pytest.mark.parametrize("state", State)
def test_who_counts_is_compared_scored_shown_and_exported(
    session: Session, read: Read, in_state: InState, state: State
) -> None:
    other, household = registered(session, read), in_state(state)
    counts, _, past = TABLE[state]
    both, people = 1 + counts, 3 * (1 + counts)
    assert frames.answer_frame(session, []).num_rows == both
    assert frames.member_frame(session).num_rows == people
    assert len(members_of(session, [other.id, household.id])) == people
    assert len(same_heads(session, None)) == counts
    assert len(stale_interviews(session, after=None, limit=9)) == both
    order = Order(Format.CSV)
    assert (count_households(session, order), count_members(session, order)) == (both, people)
    ids = [other.id, household.id]
    assert assess_households(session, ids, current_scorecard(), at=AT).total() == both
    (tally,) = village_sums(session, Wanted(Line.NPL100, None)).values()
    assert tally.households == both
    (load,) = village_workloads(session).values()
    assert (load.sent, load.verified) == (both, int(past))


@pytest.mark.parametrize("state", State)
def test_who_is_locked_is_changed_in_no_way(
    session: Session, read: Read, schema: HouseholdSchema, in_state: InState, state: State
) -> None:
    household = in_state(state)
    _, editable, _ = TABLE[state]
    there: dict[str, Any] = {"version": household.version, "by": ANI, "at": AT}
    other = household_document(floor_area=44)
    before = services.current_document(session, household)
    key = household.id
    on_phone = {
        row.id: row.document is not None for row in packs.pack_rows(session, username="ani")
    }
    assert on_phone.get(key) == {
        State.DRAFT: True,
        State.RETURNED: True,
        State.ARCHIVED: None,
    }.get(state, False)
    assert gone(session, [key], "ani") == {key: not editable}
    if editable:
        services.save_draft(session, key, other, **there)
        return
    with pytest.raises(NotEditable):
        services.save_draft(session, key, other, **there)
    with pytest.raises(NotEditable):
        services.update_household(session, key, read(other), **there)
    with pytest.raises(NotEditable):
        services.submit_draft(session, key, schema, **there)
    assert services.current_document(session, household) == before
    assert (household.state, household.draft) == (state, None)

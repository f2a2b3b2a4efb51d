"""What a merge of two households touches besides their records. One line per capability."""

import uuid
from collections.abc import Iterable, Sequence

from sqlalchemy.orm import Session

from jps.assessment.merge_effects import score_effects
from jps.http import today
from jps.identity.merge_checks import Effect, EffectsOf
from jps.programmes import merge_effects
from jps.web.findings_anew import find_anew


def programme_effects(session: Session, kept: uuid.UUID, other: uuid.UUID) -> Sequence[Effect]:
    """Say what the two households receive today."""
    return merge_effects.programme_effects(session, kept, other, today=today())


# Each tells what hangs on the two households and what becomes of it, and may forbid the merge.
MERGE_EFFECTS: tuple[EffectsOf, ...] = (score_effects, programme_effects)


def look_again(session: Session, household_ids: Iterable[uuid.UUID]) -> None:
    """Let what the decrees of these households say be found anew, as a job."""
    decrees = merge_effects.decrees_naming(session, household_ids)
    if decrees:
        find_anew(session, decrees)

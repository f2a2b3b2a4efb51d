"""What a merge of two households means for their scores."""

import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.assessment.models import Assessment
from jps.assessment.services import current_scorecard, find_model
from jps.identity.merge_checks import Effect
from jps.text import N_


def score_effects(session: Session, kept: uuid.UUID, other: uuid.UUID) -> Sequence[Effect]:
    """Say which score counts: that of the kept household, from its own answers."""
    model = find_model(session, current_scorecard())
    if model is None:
        return ()
    query = select(Assessment.household_id, Assessment.npl100).where(
        Assessment.model_id == model.id, Assessment.household_id.in_((kept, other))
    )
    found = {row.household_id: row.npl100 for row in session.execute(query)}
    return (
        Effect(
            N_("Peluang miskin"),
            found.get(kept),
            found.get(other),
            N_("Skor data yang berlaku yang dihitung; skor data lain tersimpan."),
        ),
    )

"""What a merge of two households touches besides their records. One line per capability."""

from jps.assessment.merge_effects import score_effects
from jps.identity.merge_checks import EffectsOf

# Each tells what hangs on the two households and what becomes of it, and may forbid the merge.
MERGE_EFFECTS: tuple[EffectsOf, ...] = (score_effects,)

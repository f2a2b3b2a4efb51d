"""What a household receives, what was found about it, its letters and appeals: for who may."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from jps.access.rules import Can
from jps.cases.appeal_rules import STATE_NAMES
from jps.cases.appeals import appeals_of
from jps.cases.finding_queries import findings_of
from jps.cases.letter_queries import letters_of
from jps.cases.letter_rules import KIND_NAMES
from jps.households.models import Household
from jps.households.rules import IN_FORCE
from jps.http import actor
from jps.programmes.case_models import Appeal, Finding, Letter
from jps.programmes.case_rules import APPEAL_KIND_NAMES
from jps.programmes.rules import FINDING_NAMES, FINDING_STATE_NAMES
from jps.web.finding_page import Receives, received_by
from jps.web.letters import VALIDITY_NAMES, worth


@dataclass(frozen=True, slots=True)
class Aid:
    """What stands in the section; lists are empty for those who may not see them."""

    receives: Sequence[Receives]
    findings: Sequence[Finding]
    letters: Sequence[Letter]
    appeals: Sequence[Appeal]
    may_certify: bool
    may_propose: bool

    @property
    def names(self) -> dict[str, object]:
        """What the codes are called."""
        return {
            "finding": FINDING_NAMES,
            "finding_state": FINDING_STATE_NAMES,
            "letter": KIND_NAMES,
            "worth": VALIDITY_NAMES,
            "appeal": APPEAL_KIND_NAMES,
            "appeal_state": STATE_NAMES,
        }

    def worth_of(self, letter: Letter) -> str:
        """Return what a letter is worth today."""
        return str(worth(letter))


def aid_of(session: Session, household: Household) -> Aid | None:
    """Return the section, None for those who see no programmes."""
    me = actor()
    if not me.can(Can.SEE_PROGRAMMES):
        return None
    counts = household.state in IN_FORCE
    appeals = appeals_of(session, household.id) if me.can(Can.RECEIVE_APPEALS) else ()
    return Aid(
        receives=received_by(session, household.id),
        findings=findings_of(session, household.id),
        letters=letters_of(session, household.id) if me.can(Can.ISSUE_LETTERS) else (),
        appeals=appeals,
        may_certify=counts and me.can(Can.ISSUE_LETTERS),
        may_propose=counts and me.can(Can.RECEIVE_APPEALS),
    )

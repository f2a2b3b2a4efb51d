"""What a household receives, what was found about it, its letters and appeals: for who may."""

import uuid
from collections.abc import Mapping, Sequence
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
from jps.programmes.entitlement import Entitlement, entitlement
from jps.programmes.models import ProgrammeTerms
from jps.programmes.queries import terms_of_decree
from jps.programmes.rules import FINDING_NAMES, FINDING_STATE_NAMES, Frequency, Unit
from jps.programmes.terms import components_of, yearly
from jps.questionnaire.household_rules import PRESENT
from jps.web.finding_page import Receives, received_by
from jps.web.letters import VALIDITY_NAMES, worth


@dataclass(frozen=True, slots=True)
class Due:
    """What a family gets by the components of a programme, as one delivery and in a year."""

    terms: ProgrammeTerms
    found: Entitlement
    year: int | None
    told: int | None  # rupiah of one delivery by the decree itself


@dataclass(frozen=True, slots=True)
class Aid:
    """What stands in the section; lists are empty for those who may not see them."""

    receives: Sequence[Receives]
    due: Mapping[uuid.UUID, Due]  # by recipient
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
    receives = received_by(session, household.id)
    return Aid(
        receives=receives,
        due={
            one.recipient.id: due
            for one in receives
            if (due := _due(session, household, one)) is not None
        },
        findings=findings_of(session, household.id),
        letters=letters_of(session, household.id) if me.can(Can.ISSUE_LETTERS) else (),
        appeals=appeals,
        may_certify=counts and me.can(Can.ISSUE_LETTERS),
        may_propose=counts and me.can(Can.RECEIVE_APPEALS),
    )


def _due(session: Session, household: Household, one: Receives) -> Due | None:
    """Return what a family gets by components; None where the programme has none."""
    if one.programme.unit != Unit.FAMILY:
        return None
    terms = terms_of_decree(session, one.decree)
    if terms is None or not terms.components:
        return None
    family = one.recipient.family_id
    members = [
        {"sex": member.sex, **member.answers, **member.calculated}
        for member in household.members
        if member.presence in PRESENT and family in (None, member.family_id)
    ]
    found = entitlement(components_of(terms.components), members, terms.most_components)
    year = yearly(found.amount, Frequency(terms.frequency), terms.deliveries)
    return Due(terms, found, year, one.recipient.amount)

"""A sample of members whose true person is known in the demo, as reviewers would have found it."""

from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.audit.services import SYSTEM
from jps.commands.demo_office import truth_file
from jps.identity.labels import answer_item, newest_sample
from jps.identity.quality_models import SampleItem
from jps.identity.quality_rules import Answer
from jps.identity.sampling import FEWEST, draw_sample
from jps.registry.models import RegistryPerson
from jps.registry.queries import find_by_nik, needed_snapshot
from jps.sample.truth import Known, read_truth
from jps.worker import utc_now

MEMBERS = 200
LEFT = 10  # unanswered, for somebody to try
_SEED = 75


def label_example(session: Session, home: Path) -> None:
    """Draw a quality sample and answer it by the truth, unless there is one; commits."""
    if newest_sample(session) is not None:
        session.rollback()
        return
    at = utc_now()
    sample = draw_sample(session, size=MEMBERS, seed=_SEED, by=SYSTEM, at=at)
    query = select(SampleItem).where(SampleItem.sample_id == sample.id).order_by(SampleItem.id)
    items = session.scalars(query).all()
    truth, snapshot = read_truth(truth_file(home)), needed_snapshot(session).id
    answered = items[:-LEFT] if len(items) > FEWEST else items
    for item in answered:
        answer, person = _found(session, item, truth, snapshot)
        answer_item(session, item, answer, person, by=SYSTEM, at=at)
    session.commit()


def _found(
    session: Session, item: SampleItem, truth: Mapping[str, Known], snapshot: int
) -> tuple[Answer, RegistryPerson | None]:
    niks = truth[str(item.member_id)].niks
    if (item.person or {}).get("nik") in niks:
        return Answer.SAME, None
    people = [one for nik in sorted(niks) for one in find_by_nik(session, snapshot, nik)]
    return (Answer.OTHER, people[0]) if people else (Answer.ABSENT, None)

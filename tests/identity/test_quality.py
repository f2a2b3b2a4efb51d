"""Thresholds, samples, estimates, runs and versions of models, on both databases."""

import uuid

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.audit.models import AuditEvent
from jps.db import AreaScope, scoped_to
from jps.errors import Conflict, InvalidData, NotAllowed
from jps.identity.label_rules import Labelled
from jps.identity.labels import answer_item, labelled, newest_sample, next_item, progress_of
from jps.identity.matchers import current_matcher
from jps.identity.models import Link, MatchModel
from jps.identity.preview_rules import Side
from jps.identity.quality import quality_of, what_if
from jps.identity.quality_figures import figures_of
from jps.identity.quality_models import QualitySample, SampleItem
from jps.identity.quality_rules import Answer
from jps.identity.runs import RunKeys, last_run, past_runs, record_run
from jps.identity.sampling import draw_sample, offers
from jps.identity.thresholds import (
    checked_thresholds,
    set_thresholds,
    threshold_history,
    thresholds_in_force,
    undo_thresholds,
)
from jps.identity.versions import choose_model, chosen_id, compare_models, labelled_pairs, versions
from jps.matching import Thresholds
from jps.registry.models import RegistryPerson
from jps.registry.queries import needed_snapshot
from tests.conftest import NOW
from tests.offices import NewHousehold
from tests.registries import FAMILY, Import, RunJob, csv_bytes, strangers

HIGH = Thresholds(link=2.0, sure=30.0)
ELSEWHERE = AreaScope(("75.02",))


@pytest.fixture
def matched(household: NewHousehold, import_file: Import, match_all: RunJob) -> None:
    """Eight families of the same three people, whom the registry has once."""
    for n in range(8):
        household("ani", address=f"Jalan {n}")
    import_file(csv_bytes([*FAMILY, *strangers(200)]))
    match_all()


def test_thresholds_are_moved_with_a_reason_and_taken_back(session: Session, areas: None) -> None:
    assert thresholds_in_force(session) == Thresholds()
    with pytest.raises(InvalidData):
        set_thresholds(session, HIGH, reason=" ", by="budi", at=NOW)
    with pytest.raises(Conflict):
        set_thresholds(session, Thresholds(), reason="Uji", by="budi", at=NOW)
    with scoped_to(session, ELSEWHERE), pytest.raises(NotAllowed):
        set_thresholds(session, HIGH, reason="Uji", by="budi", at=NOW)
    first = set_thresholds(session, HIGH, reason="Uji", by="budi", at=NOW)
    assert thresholds_in_force(session) == HIGH
    assert current_matcher(session).thresholds == HIGH
    second = set_thresholds(session, Thresholds(1.0, sure=7.0), reason="Lagi", by="budi", at=NOW)
    with pytest.raises(Conflict):
        undo_thresholds(session, first.id, by="citra", at=NOW)
    undo_thresholds(session, second.id, by="citra", at=NOW)
    assert thresholds_in_force(session) == HIGH
    assert [one.undoes for one in threshold_history(session)] == [second.id, None, None]
    session.commit()
    told = select(AuditEvent.action).where(AuditEvent.subject_type == "match-threshold")
    assert sorted(session.scalars(told)) == [
        "thresholds-changed",
        "thresholds-changed",
        "thresholds-restored",
    ]


@pytest.mark.parametrize(
    ("link", "sure"), [(None, 6.0), (0.0, None), (3.0, 2.0), (-9.0, 6.0), (0.0, 99.0)]
)
def test_thresholds_that_make_no_sense_are_refused(link: float | None, sure: float | None) -> None:
    with pytest.raises(InvalidData):
        checked_thresholds(link, sure)


def test_thresholds_lie_on_the_grid_of_the_counts() -> None:
    assert checked_thresholds(0.1, 5.9) == Thresholds(link=0.0, sure=6.0)


def answer_all(session: Session, sample: QualitySample) -> Labelled:
    """Answer as somebody who knows that whoever has a candidate is that person."""
    while (item_id := next_item(session, sample.id, person="budi")) is not None:
        item = session.get_one(SampleItem, item_id)
        answer = Answer.SAME if item.person is not None else Answer.ABSENT
        answer_item(session, item, answer, by="budi", at=NOW)
    return labelled(session, sample)


def test_a_sample_from_drawing_to_figures(matched: None, session: Session) -> None:
    now = thresholds_in_force(session)
    found = quality_of(session)
    assert found.sample is None
    assert found.estimates is None
    assert [one.size for one in offers(found.cells, now)] == [24]
    with pytest.raises(InvalidData):
        draw_sample(session, size=5, seed=1, by="budi", at=NOW)
    with scoped_to(session, ELSEWHERE), pytest.raises(NotAllowed):
        draw_sample(session, size=20, seed=1, area="75.01", by="budi", at=NOW)
    sample = draw_sample(session, size=20, seed=1, by="budi", at=NOW)
    session.commit()
    assert sample.size == 20
    items = session.scalars(select(SampleItem).order_by(SampleItem.id)).all()
    assert sum(1 / one.chance for one in items) == pytest.approx(24)
    again = draw_sample(session, size=20, seed=1, by="budi", at=NOW)
    other = select(SampleItem.member_id).where(SampleItem.sample_id == again.id)
    assert set(session.scalars(other)) == {one.member_id for one in items}
    session.rollback()
    newest = newest_sample(session)
    assert newest is not None
    with scoped_to(session, ELSEWHERE):
        assert next_item(session, newest.id, person="budi") is None
        assert progress_of(session, newest.id).items == 0
    answers = answer_all(session, newest)
    session.commit()
    assert progress_of(session, newest.id).left == 0
    assert answers.covered == 1.0
    precision, recall = answers.precision(), answers.recall()
    assert precision is not None
    assert precision.value == 1.0
    assert precision.low < 1.0
    assert recall is not None
    assert recall.value <= 1.0
    with scoped_to(session, AreaScope(("75.01.01.2001",))):
        assert labelled(session, newest).precision() is None
    loss = answers.blocking_loss()
    assert loss is not None
    assert loss.value == 0.0
    assert loss.high > 0.0
    check_figures(session)


def check_figures(session: Session) -> None:
    figures = figures_of(session, at=NOW)
    assert figures["members"] == 24
    assert figures["answered"] == 20
    assert figures["labels"]["precision"]["value"] == 1.0
    assert figures["labels"]["precision"]["needed"] > 0
    assert list(figures["areas"]) == ["75.01"]
    assert "HASAN" not in repr(figures).upper()
    (one,) = quality_of(session, "75.01").areas
    assert one.area == "75.01.01"
    with scoped_to(session, ELSEWHERE):
        assert figures_of(session, at=NOW)["members"] == 0


def test_an_answer_is_the_reviewers_own(matched: None, session: Session) -> None:
    sample = draw_sample(session, size=24, seed=3, by="budi", at=NOW)
    items = session.scalars(select(SampleItem).where(SampleItem.person.is_not(None))).all()
    item, nurul = items[0], session.scalars(select(RegistryPerson)).first()
    assert nurul is not None
    with pytest.raises(InvalidData):
        answer_item(session, item, Answer.OTHER, by="budi", at=NOW)
    with pytest.raises(InvalidData):
        answer_item(session, item, Answer.ABSENT, nurul, by="budi", at=NOW)
    answer_item(session, item, Answer.UNSURE, by="budi", at=NOW)
    assert len(labelled(session, sample).usable) == 0
    with pytest.raises(Conflict):
        answer_item(session, item, Answer.SAME, by="citra", at=NOW)
    stranger = session.scalars(
        select(RegistryPerson).where(RegistryPerson.area_code == "75.02.01.2001").limit(1)
    ).one()
    answer_item(session, item, Answer.OTHER, stranger, by="budi", at=NOW)
    assert item.reached is False
    assert [one.same for one in labelled_pairs(session)] == [False, True]
    shown = session.get_one(RegistryPerson, int((item.person or {})["id"]))
    answer_item(session, item, Answer.OTHER, shown, by="budi", at=NOW)
    assert (item.answer, item.found) == (Answer.SAME, None)


def test_a_preview_says_what_the_next_matching_does(
    matched: None, session: Session, match_all: RunJob
) -> None:
    shown = what_if(session, HIGH)
    assert sum(shown.preview.after.values()) == 24
    assert shown.preview.before == what_if(session, Thresholds()).preview.after
    assert shown.preview.moved > 0
    moved = what_if(session, HIGH, "75.02").preview
    assert sum(moved.after.values()) == 0
    set_thresholds(session, HIGH, reason="Uji", by="budi", at=NOW)
    session.commit()
    match_all()
    session.rollback()
    now = quality_of(session)
    assert now.count.review == shown.preview.after[Side.REVIEW]
    assert now.count.linked == shown.preview.linked_after


def test_runs_are_kept_by_kecamatan(matched: None, session: Session) -> None:
    link = session.scalars(select(Link).limit(1)).one()
    assert link.model_id is not None
    keys = RunKeys(uuid.uuid4(), link.snapshot_id, link.model_id, Thresholds())
    run = record_run(session, keys, facts={"searched": 24}, by="budi", at=NOW)
    assert record_run(session, keys, facts={}, by="budi", at=NOW) is run
    session.commit()
    newest = last_run(session)
    assert newest is run
    assert newest.facts["captured"]["both"] > 0
    assert past_runs(session)[0].count.members == 24
    with scoped_to(session, ELSEWHERE):
        assert past_runs(session)[0].count.members == 0


def test_models_are_compared_chosen_and_taken_back(
    matched: None, session: Session, match_all: RunJob
) -> None:
    first = session.scalars(select(MatchModel.id).where(MatchModel.current)).one()
    draw_sample(session, size=24, seed=5, by="budi", at=NOW)
    newest = newest_sample(session)
    assert newest is not None
    answer_all(session, newest)
    same = compare_models(session, first, first)
    assert same.moved == ()
    assert same.candidates > 0
    assert same.scores[0].f1 == same.scores[1].f1
    assert same.scores[0].log_loss is not None
    assert sum(step.pairs for step in same.scores[0].steps) == same.drawn
    with pytest.raises(InvalidData):
        choose_model(session, first, reason="", by="budi", at=NOW)
    choose_model(session, first, reason="Terbukti baik", by="budi", at=NOW)
    assert chosen_id(session) == first
    with pytest.raises(Conflict):
        choose_model(session, first, reason="Lagi", by="budi", at=NOW)
    session.commit()
    match_all()
    session.rollback()
    assert session.scalars(select(MatchModel.id).where(MatchModel.current)).one() == first
    assert [one.chosen for one in versions(session) if one.model.id == first] == [True]
    choose_model(session, None, reason="Latih lagi", by="budi", at=NOW)
    assert chosen_id(session) is None
    assert needed_snapshot(session).id == versions(session)[-1].snapshot.id

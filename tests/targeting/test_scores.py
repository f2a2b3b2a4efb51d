"""What ranks a list, and what a snapshot carries of deciles, programmes, families and models."""

import json
import uuid
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.areas.rules import Level
from jps.assessment.consumption import consumption_work, decide_model, keep_model
from jps.assessment.models import Consumption, Decile, ScoreModel
from jps.assessment.rules import ModelState
from jps.db import Base
from jps.errors import Conflict, InvalidData, NotAllowed
from jps.households.models import Family, Household, Member
from jps.jobs.runner import Task
from jps.programmes.models import Decree, Programme, Recipient
from jps.programmes.rules import DecreeState, ProgrammeKind, Registered, Unit
from jps.targeting.facts import Population
from jps.targeting.frozen import frozen_facts, opened
from jps.targeting.models import TargetEntry, TargetSnapshot
from jps.targeting.quotas import Method
from jps.targeting.reading import read_condition
from jps.targeting.rules import Definition, needed_facts
from jps.targeting.scores import Score, checked_weights, need_of
from jps.targeting.services import draw_list, save_rule, verify_list
from jps.targeting.taking import FOLDER
from jps.welfare.pmt import By, Group, Kind, Model, Variable
from jps.welfare.pmt_training import Trained
from tests.figures import AT, add_areas, add_household, add_rich_household, score_all
from tests.targeting.test_services import run_snapshot

VILLAGE = "75.01.01.2001"
ALL: dict[str, Any] = {"fact": "household_size", "is": ">=", "value": 0}


def people(**columns: list[float]) -> Population:
    """Return households with these facts, NaN where None."""
    size = len(next(iter(columns.values())))
    return Population(
        keys=np.array([f"h{n}" for n in range(size)]),
        areas=np.array([VILLAGE] * size),
        home=np.zeros(0, dtype=np.intp),
        household={name: np.array(values, dtype=float) for name, values in columns.items()},
        member={},
    )


NAN = float("nan")


def test_a_mix_is_the_mean_by_weight_and_knows_nothing_of_who_lacks_a_part() -> None:
    here = people(npl100=[0.2, 0.8, 0.4, NAN], decile=[1, 10, NAN, 2])
    assert need_of(Score.DECILE, {}, here).tolist()[:2] == [1.0, 0.1]
    mixed = need_of(Score.MIX, {"npl100": 3, "decile": 1}, here)
    assert mixed[:2].tolist() == pytest.approx([(3 * 0.2 + 1) / 4, (3 * 0.8 + 0.1) / 4])
    assert np.isnan(mixed[2:]).all()
    ranks = need_of(Score.RANKS, {"npl100": 1}, here)
    assert ranks[:3].tolist() == pytest.approx([1 / 6, 5 / 6, 1 / 2])


@given(st.lists(st.one_of(st.just(NAN), st.integers(0, 4).map(float)), min_size=1))
def test_ranks_keep_the_order_and_average_to_a_half(values: list[float]) -> None:
    ranks = need_of(Score.RANKS, {"npl100": 7}, people(npl100=values))
    known = [(v, r) for v, r in zip(values, ranks.tolist(), strict=True) if v == v]
    assert np.isnan(ranks).sum() == len(values) - len(known)
    for value, rank in known:
        for other, its in known:
            assert (value < other) == (rank < its)
    if known:
        assert float(np.mean([rank for _, rank in known])) == pytest.approx(0.5)


@pytest.mark.parametrize("weights", [{}, {"npl100": 0}, {"npl100": -1}, {"decile": 101}])
def test_weights_that_weigh_nothing_are_refused(weights: dict[str, int]) -> None:
    with pytest.raises(InvalidData):
        checked_weights(Score.MIX, weights)
    assert checked_weights(Score.PPI, weights) == {}


def test_the_json_of_a_list_by_ppi_names_no_score() -> None:
    """Lists of before there were other scores keep their hash."""
    old = Definition(ALL, "75", Method.NONE, Level.DESA, 5, "1", {})
    assert old.as_json() == (
        '{"area":"75","by_hand":{},"level":"desa","method":"none","seed":"1","total":5,"tree":'
        '{"fact":"household_size","is":">=","value":0}}'
    )
    mixed = Definition(ALL, "75", Method.NONE, Level.DESA, 5, "1", {}, Score.MIX, {"npl100": 1})
    for one in (old, mixed):
        assert Definition.of_json(json.loads(one.as_json())) == one


def add_family(session: Session, household: Household, decile: int | None = 0) -> Family:
    """Store a family of a head and a child with a decile (0: no row)."""
    own: dict[str, Any] = {"household_id": household.id, "area_code": household.area_code}
    family = Family(**own, position=0, valid_from=date(2026, 1, 1))
    session.add(family)
    session.flush()
    for place, (relation, age) in enumerate((("1", 65), ("3", 9))):
        member = Member(
            **own,
            family_id=family.id,
            position=place,
            name="X",
            relation=relation,
            sex="1",
            nik_state="missing",
            calculated={"age": age, "present": "1"},
            valid_from=date(2026, 1, 1),
        )
        session.add(member)
    if decile != 0:
        for period, value in ((date(2026, 1, 1), 9), (date(2026, 7, 1), decile)):
            session.add(
                Decile(**own, family_id=family.id, source="DTSEN", period=period, decile=value,
                       loaded_by="tests", loaded_at=AT)
            )  # fmt: skip
    session.flush()
    return family


def add_recipient(
    session: Session,
    household: Household,
    family: Family,
    code: str,
    kind: ProgrammeKind = ProgrammeKind.AID,
    to: date | None = None,
) -> None:
    """Put the household's head on a decree of a programme."""
    who: dict[str, Any] = {"made_by": "tests", "made_at": AT}
    programme = Programme(code=code, name=code.upper(), kind=kind, unit=Unit.FAMILY, **who)
    session.add(programme)
    session.flush()
    decree = Decree(
        area_code="75", programme_id=programme.id, number="1", dated=date(2026, 1, 1),
        period_from=date(2026, 1, 1), period_to=to, state=DecreeState.IN_FORCE, state_by="tests",
        state_at=AT, **who,
    )  # fmt: skip
    session.add(decree)
    session.flush()
    head = session.scalars(select(Member).where(Member.family_id == family.id)).first()
    session.add(
        Recipient(
            area_code=household.area_code, decree_id=decree.id, row=2, registered=Registered.YES,
            household_id=household.id, family_id=family.id, member_id=head and head.id,
        )
    )  # fmt: skip
    session.flush()


@pytest.fixture
def homes(session: Session) -> list[Household]:
    """Four households: decile 2 on PKH, decile 5 insured, not ranked, unknown to the deciles."""
    add_areas(session)
    made = [
        add_household(session, VILLAGE, calculated={**CALCULATED, "household_size": 2},
                      id=uuid.UUID(int=n + 1))
        for n in range(3)
    ]  # fmt: skip
    made.append(add_rich_household(session, VILLAGE, id=uuid.UUID(int=4)))
    families = [
        add_family(session, one, decile) for one, decile in zip(made, (2, 5, None, 0), strict=True)
    ]
    add_recipient(session, made[0], families[0], "pkh")
    add_recipient(session, made[1], families[1], "jkn", ProgrammeKind.INSURANCE)
    add_recipient(session, made[2], families[2], "old", to=date(2026, 10, 1))
    score_all(session)
    session.commit()
    return made


CALCULATED = {
    "ppi_household_size": "4",
    "ppi_floor_material": "3",
    "ppi_refrigerator": "2",
    "ppi_car": "2",
}


def judged(session: Session, home: Path, rule: dict[str, Any]) -> list[bool | None]:
    """Return what a rule says of each household of the newest snapshot, by id."""
    digest = session.scalars(select(TargetSnapshot.content_hash)).all()[-1]
    known = frozen_facts(home, digest)
    definition = Definition(rule, "75", Method.NONE, Level.DESA, 1, "1", {})
    found = opened(home, digest, [fact.name for fact in needed_facts(definition, known)])
    truth = read_condition(rule, known).judge(found)
    order = np.argsort(found.keys)
    return [True if truth.yes[n] else (False if truth.no[n] else None) for n in order]


RULES: tuple[tuple[dict[str, Any], list[bool | None]], ...] = (
    ({"fact": "decile", "is": "<=", "value": 4}, [True, False, None, None]),
    ({"fact": "decile_state", "is": "=", "value": "not-ranked"}, [False, False, True, False]),
    ({"fact": "decile_state", "is": "=", "value": "absent"}, [False, False, False, True]),
    ({"fact": "receives", "is": "=", "value": "pkh"}, [True, False, False, False]),
    ({"fact": "receives", "is": "!=", "value": "pkh"}, [False, True, True, True]),
    ({"fact": "receives", "is": "=", "value": "-"}, [False, True, True, True]),
    ({"fact": "insured", "is": "=", "value": "jkn"}, [False, True, False, False]),
    ({"families": {"fact": "family_decile", "is": "=", "value": 2}, "is": ">=", "value": 1},
     [True, False, None, None]),
    ({"families": {"all": [{"fact": "family_children", "is": "=", "value": 1},
                           {"fact": "family_elderly", "is": "=", "value": 1},
                           {"fact": "family_size", "is": "=", "value": 2}]}, "is": "=", "value": 1},
     [True, True, True, True]),
    ({"members": {"fact": "member_receives", "is": "=", "value": "pkh"}, "is": ">=", "value": 2},
     [False, False, False, False]),
    ({"members": {"fact": "member_receives", "is": "=", "value": "pkh"}, "is": "=", "value": 1},
     [True, False, False, False]),
)  # fmt: skip


@pytest.mark.usefixtures("homes")
def test_rules_speak_of_deciles_programmes_and_families(session: Session, tmp_path: Path) -> None:
    run_snapshot(session, tmp_path)
    for rule, said in RULES:
        assert judged(session, tmp_path, rule) == said, rule
        save_rule(session, "aturan", rule, by="ani", at=AT)
    with pytest.raises(InvalidData, match="pilihan receives"):
        save_rule(session, "aturan", {"fact": "receives", "is": "=", "value": "x"}, by="a", at=AT)


def draw(session: Session, home: Path, score: Score, total: int, **more: Any) -> Any:
    """Draw a list of everybody by a score."""
    rule = save_rule(session, "semua", more.pop("tree", ALL), by="ani", at=AT)
    definition = Definition(
        rule.tree, "75", Method.NONE, Level.DESA, total, "1", {}, score, more.pop("weights", {})
    )
    return draw_list(session, home, rule, definition, name="X", amount=1, by="ani", at=AT)


def entries(session: Session, found: Any) -> dict[int, tuple[str, int, float | None]]:
    """Return reason, rank and score by the number of the household's id."""
    rows = session.scalars(select(TargetEntry).where(TargetEntry.list_id == found.id))
    return {row.household_id.int: (row.reason, row.rank, row.score) for row in rows}


@pytest.mark.usefixtures("homes")
def test_a_list_by_decile_and_one_by_a_mix(session: Session, tmp_path: Path) -> None:
    run_snapshot(session, tmp_path)
    tree = {"not": {"fact": "decile", "is": ">", "value": 10}}
    for score, weights in ((Score.DECILE, {}), (Score.RANKS, {"npl100": 1, "decile": 1})):
        found = draw(session, tmp_path, score, 1, weights=weights)
        said = entries(session, found)
        assert [said[n][0] for n in (1, 2, 3)] == ["within-quota", "below-quota", "not-ranked"]
        assert verify_list(session, tmp_path, found.id).same
    assert draw(session, tmp_path, Score.DECILE, 1, tree=tree).counts["unknown"] == 2
    with pytest.raises(InvalidData, match="Setujui satu model PMT"):
        draw(session, tmp_path, Score.PMT, 1)


def test_a_snapshot_of_before_says_what_it_lacks(session: Session, tmp_path: Path) -> None:
    add_areas(session)
    add_household(session, VILLAGE, calculated={**CALCULATED, "household_size": 2})
    score_all(session)
    session.commit()
    run_snapshot(session, tmp_path)
    folder = tmp_path / FOLDER
    for path in folder.glob("*.parquet"):  # as files were written before
        if ".family." in path.name:
            path.unlink()
            continue
        table = pq.read_table(path)
        new = ["pmt", "decile", "decile_state", "receives", "insured", "flagged"]
        pq.write_table(table.drop_columns([n for n in new if n in table.column_names])
                       .replace_schema_metadata(None), path)  # fmt: skip
    found = draw(session, tmp_path, Score.PPI, 1)
    assert verify_list(session, tmp_path, found.id).same
    families = {"families": {"fact": "family_size", "is": ">", "value": 0}, "is": ">", "value": 0}
    for more in ({"score": Score.DECILE}, {"score": Score.PPI, "tree": families}):
        with pytest.raises(InvalidData, match="Ambil potret data yang baru"):
            draw(session, tmp_path, total=1, **more)


def model(*variables: Variable) -> Trained:
    """Return a model of the household's size and more."""
    size = Variable("log_size", Kind.NUMBER)
    terms: tuple[dict[str, float], ...] = ({"x": -0.5}, *({"x": 0.1} for _ in variables))
    groups = {"": Group(13.5, terms, 0.4)}
    return Trained(Model(By.NONE, (size, *variables), groups, {"": 500_000.0}), {"notes": []})


def kept(session: Session, trained: Trained) -> ScoreModel:
    """Store a model as ani trained it."""
    return keep_model(session, "PMT", trained, version="1", source="uji", by="ani", at=AT)


def test_a_model_is_approved_by_somebody_else_and_ranks(
    session: Session, tmp_path: Path, homes: list[Household]
) -> None:
    row = kept(session, model())
    assert kept(session, model()).id == row.id
    with pytest.raises(NotAllowed):
        decide_model(session, row.id, ModelState.APPROVED, by="ani", at=AT)
    decide_model(session, row.id, ModelState.APPROVED, by="budi", at=AT)
    session.commit()
    task = Task(session, uuid.uuid4(), {}, {}, "tests", tmp_path, lambda: AT)
    assert [step.result for step in consumption_work(task)][-1] == {"households": 4, "predicted": 4}
    said = session.get_one(Consumption, (homes[0].id, row.id))
    assert said.log == pytest.approx(13.5 - 0.5 * np.log(2))
    assert 0 < (said.p2 or 0) < (said.p1 or 0) < (said.p0 or 0) < 1
    session.commit()
    run_snapshot(session, tmp_path)
    assert session.scalars(select(TargetSnapshot.pmt_model_id)).one() == row.id
    ranked = entries(session, draw(session, tmp_path, Score.PMT, 2))
    assert ranked[1][2] == pytest.approx(said.p0, abs=1e-6)
    homes[0].calculated = {**homes[0].calculated, "household_size": 8}
    session.flush()
    score_all(session)  # saves ask the model too
    session.expire_all()
    again = session.get_one(Consumption, (homes[0].id, row.id))
    assert again.log == pytest.approx(13.5 - 0.5 * np.log(8))
    with pytest.raises(InvalidData, match="alasan"):
        decide_model(session, row.id, ModelState.WITHDRAWN, by="budi", at=AT)
    decide_model(session, row.id, ModelState.WITHDRAWN, reason="salah garis", by="budi", at=AT)
    with pytest.raises(Conflict):
        decide_model(session, row.id, ModelState.WITHDRAWN, reason="lagi", by="budi", at=AT)


def test_a_model_with_a_variable_that_nobody_asks_is_not_approved(session: Session) -> None:
    row = kept(session, model(Variable("harta_karun", Kind.NUMBER)))
    with pytest.raises(InvalidData, match="harta_karun"):
        decide_model(session, row.id, ModelState.APPROVED, by="budi", at=AT)


def test_answers_that_a_model_needs_are_named(session: Session, homes: list[Household]) -> None:
    row = kept(session, model(Variable("floor_area", Kind.NUMBER)))
    decide_model(session, row.id, ModelState.APPROVED, by="budi", at=AT)
    score_all(session)
    said = session.get_one(Consumption, (homes[0].id, row.id))
    assert (said.log, said.p0, said.missing) == (None, None, ["floor_area"])
    assert "consumption" in Base.metadata.tables

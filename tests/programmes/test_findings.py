"""Finding anew in bulk: what is found, what stays, what goes; on both databases."""

import uuid
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from jps.db import AreaScope, scoped_to
from jps.households.models import Merge
from jps.households.rules import Merged
from jps.identity.models import Stake
from jps.identity.rules import LinkState
from jps.programmes.findings import decrees_to_look_at
from jps.programmes.models import Benefit, ProgrammeTerms
from jps.programmes.rules import (
    BenefitState,
    DecreeState,
    FindingKind,
    FindingState,
    Overlap,
    ProgrammeKind,
    Standing,
    Unit,
)
from jps.programmes.stakes import follow_decree
from tests.households.conftest import AT, TODAY
from tests.programmes.world import World


def test_finding_again_changes_nothing_that_people_set(world: World) -> None:
    home = world.village.settle()
    decree = world.decree(world.programme("pkh"), "1/2026")
    recipient = world.enlist(decree, home, link_state=LinkState.MENINGGAL)
    assert world.find(decree).new == 1
    [found] = world.findings()
    assert (found.kind, found.stake, found.area_code) == (
        FindingKind.DEAD,
        2_400_000,
        recipient.area_code,
    )
    found.state, found.owner, found.due_on = FindingState.CONFIRMED, "lina", TODAY
    world.session.flush()
    again = world.find(decree, TODAY + timedelta(days=5))
    assert (again.found, again.new, again.gone, again.back) == (1, 0, 0, 0)
    recipient.link_state = LinkState.PADAN
    assert world.find(decree).gone == 1
    assert world.findings() == []
    recipient.link_state = LinkState.MENINGGAL
    assert world.find(decree).back == 1
    [same] = world.findings()
    assert (same.id, same.state, same.owner, same.due_on) == (
        found.id,
        FindingState.CONFIRMED,
        "lina",
        TODAY,
    )


def test_a_stake_is_of_the_row_its_component_or_the_terms(world: World) -> None:
    pkh = world.programme("pkh", amount=200_000)
    terms = world.session.scalars(select(ProgrammeTerms)).one()
    terms.components = [{"code": "sd", "name": "Anak SD", "amount": 75_000}]
    decree = world.decree(pkh, "1/2026")
    rows: list[dict[str, Any]] = [{"amount": 10}, {"component": "ANAK SD"}, {}]
    for row in rows:
        world.enlist(decree, **row)
    world.find(decree)
    assert sorted(one.stake for one in world.findings()) == [120, 900_000, 2_400_000]
    assert {one.source for one in world.findings()} == {f"list:{AT.isoformat()}"}
    terms.amount, terms.components = None, []
    terms.packages = [{"area": "75.01", "contents": "Beras 10 kg", "value": 150_000}]
    world.session.flush()
    world.find(decree)
    assert sorted(one.stake for one in world.findings()) == [120, 1_800_000, 1_800_000]


def test_overlaps_at_each_level_are_found_from_either_side(world: World) -> None:
    first, second, third = (world.village.settle() for _ in range(3))
    pkh, blt = world.programme("pkh"), world.programme("blt")
    world.clash(pkh, blt)
    old = world.decree(pkh, "1/2026")
    new = world.decree(blt, "2/2026", dated=date(2026, 3, 1))
    same = world.enlist(old, first)
    world.enlist(new, first)
    world.enlist(old, second)
    world.enlist(new, second, place=1)
    lone = world.enlist(old, third)
    assert world.find(old).new == 2
    assert world.find(new).new == 0
    found = {one.level: one for one in world.findings()}
    assert set(found) == {Unit.PERSON, Unit.FAMILY}
    pair = found[Unit.PERSON]
    assert (pair.decree_id, pair.other_decree_id, pair.other_id) == (new.id, old.id, same.id)
    assert lone.id not in {one.other_id for one in world.findings()}
    new.state = DecreeState.WITHDRAWN
    assert world.find(new).gone == 2
    assert world.findings() == []


def test_a_person_on_two_cards_is_one_person(world: World) -> None:
    first, second = world.village.settle(), world.village.settle()
    pkh, blt = world.programme("pkh"), world.programme("blt")
    world.clash(pkh, blt, Overlap.DUPLICATE)
    old, new = world.decree(pkh, "1/2026"), world.decree(blt, "2/2026")
    world.enlist(old, first, person_id=77)
    world.enlist(new, second, person_id=77)
    world.find(new)
    assert [(one.kind, one.level) for one in world.findings()] == [
        (FindingKind.OVERLAP, Unit.PERSON)
    ]


def test_merged_households_are_one_household(world: World) -> None:
    first, second = world.village.settle(), world.village.settle()
    pkh, blt = world.programme("pkh"), world.programme("blt")
    world.clash(pkh, blt)
    old, new = world.decree(pkh, "1/2026"), world.decree(blt, "2/2026")
    world.enlist(old, first)
    world.enlist(new, second)
    assert world.find(new).found == 0
    world.session.add(
        Merge(
            act_id=uuid.uuid4(),
            kind=Merged.HOUSEHOLD,
            record_id=second.id,
            kept_id=first.id,
            household_id=second.id,
            kept_household_id=first.id,
            area_code=second.area_code,
            kept_area_code=first.area_code,
            active=True,
            reason="",
            by="lina",
            at=AT,
        )
    )
    assert world.find(new).found == 1
    assert world.find(old).new == 0


def test_allowed_pairs_and_two_members_of_personal_programmes_are_no_overlap(world: World) -> None:
    home = world.village.settle()
    pbi = world.programme("pbi", unit=Unit.PERSON)
    pbi_local = world.programme("pbi-d", unit=Unit.PERSON)
    sembako = world.programme("sembako")
    world.clash(pbi, pbi_local, Overlap.DUPLICATE)
    one = world.decree(pbi, "1/2026")
    world.enlist(one, home, place=0)
    world.enlist(world.decree(pbi_local, "2/2026"), home, place=1)
    world.enlist(world.decree(sembako, "3/2026"), home, place=0)
    world.find(one)
    assert world.findings() == []
    world.enlist(world.decree(pbi, "4/2026"), home, place=0)
    world.find(one)
    assert world.kinds() == [FindingKind.OVERLAP]  # the same programme twice


def test_a_flag_excludes_the_family(world: World) -> None:
    home = world.village.settle()
    decree = world.decree(world.programme("pkh"), "1/2026")
    world.enlist(decree, home)
    asn = world.programme("asn", unit=Unit.PERSON, kind=ProgrammeKind.FLAG)
    flags = world.decree(asn, "BKN-11")
    world.enlist(flags, home, place=1)
    assert world.find(flags).new == 1
    assert [(one.kind, one.level, one.other_decree_id) for one in world.findings()] == [
        (FindingKind.EXCLUDED, Unit.FAMILY, flags.id)
    ]
    flags.state = DecreeState.WITHDRAWN
    assert world.find(flags).gone == 1


def test_who_never_got_anything_is_found_after_a_month(world: World) -> None:
    home = world.village.settle()
    decree = world.decree(world.programme("pkh"), "1/2026")
    recipient = world.enlist(decree, home)
    benefit = Benefit(
        area_code=recipient.area_code,
        decree_id=decree.id,
        recipient_id=recipient.id,
        instalment=1,
        due_on=date(2026, 10, 1),
        state=BenefitState.PLANNED,
        state_by="sari",
        state_at=AT,
    )
    world.session.add(benefit)
    assert world.find(decree, date(2026, 10, 20)).found == 0
    world.find(decree, date(2026, 11, 5))
    assert world.kinds() == [FindingKind.NEVER_DELIVERED]
    benefit.state = BenefitState.DELIVERED
    assert world.find(decree, date(2026, 11, 5)).gone == 1


def test_the_struck_drafts_and_ended_decrees_have_no_findings(world: World) -> None:
    home = world.village.settle()
    pkh = world.programme("pkh")
    decree = world.decree(pkh, "1/2026")
    world.enlist(decree, home, eligible=False, standing=Standing.STRUCK)
    draft = world.decree(pkh, "2/2026", state=DecreeState.DRAFT)
    world.enlist(draft, home, eligible=False)
    assert world.find(decree).found == world.find(draft).found == 0
    over = world.decree(pkh, "3/2026")
    world.enlist(over, home, eligible=False)
    assert world.find(over).found == 1
    assert world.find(over, date(2027, 1, 1)).gone == 1


def test_finding_sees_all_areas_whoever_asks(world: World) -> None:
    home = world.village.settle()
    decree = world.decree(world.programme("pkh"), "1/2026")
    world.enlist(decree, home, eligible=False)
    with scoped_to(world.session, AreaScope(codes=("75.02",))):
        assert world.find(decree).new == 1
        assert decrees_to_look_at(world.session) == [decree.id]


def test_a_decree_in_force_counts_in_what_is_at_stake(world: World) -> None:
    home, other = world.village.settle(), world.village.settle()
    pkh, sembako = world.programme("pkh"), world.programme("sembako")
    one, two = world.decree(pkh, "1/2026"), world.decree(sembako, "2/2026")
    for decree in (one, two):
        world.enlist(decree, home)
    world.enlist(two, other)
    for decree in (one, two):
        follow_decree(world.session, decree.id, at=AT, today=TODAY)
    counts = {one.household_id: one.programmes for one in world.session.query(Stake)}
    assert (counts[home.id], counts[other.id]) == (2, 1)
    two.state = DecreeState.WITHDRAWN
    follow_decree(world.session, two.id, at=AT, today=TODAY)
    world.session.expire_all()
    counts = {one.household_id: one.programmes for one in world.session.query(Stake)}
    assert (counts[home.id], counts[other.id]) == (1, 0)

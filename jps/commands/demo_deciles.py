"""Invented deciles for the demo: two periods, ranked by the chance of being poor and noise."""

import csv
from pathlib import Path
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.assessment.models import Assessment
from jps.commands.deciles import load_deciles
from jps.households.models import Family, Household, Member
from jps.households.rules import IN_FORCE

PERIODS = ("2026-04", "2026-07")
_NOT_RANKED = 0.02  # about 8,000 of 424,000 people of a kabupaten, December 2025
_ABSENT = 0.03
_SOURCE = "DTSEN"
_NOISE = 0.12  # spread of the chance between two periods


def give_deciles(session: Session, home: Path, seed: int, *, quiet: bool) -> None:
    """Write two lists of deciles as files and import them as an office would."""
    families = _families(session)
    rng = Random(f"deciles/{seed}")
    lasting = {family: rng.gauss(0, _NOISE) for family in families}
    for period in PERIODS:
        path = home / "demo" / f"deciles-{period}.csv"
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        ranks = {
            family: chance + lasting[family] + rng.gauss(0, _NOISE / 2)
            for family, (chance, _, _) in families.items()
        }
        order = sorted(families, key=lambda family: (-ranks[family], family))
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("NO_KK", "NIK", "DESIL"))
            for place, family in enumerate(order):
                _, kk, nik = families[family]
                lot = rng.random()
                if lot < _ABSENT or not (kk or nik):
                    continue
                ranked = lot >= _ABSENT + _NOT_RANKED
                decile = str(1 + 10 * place // len(order)) if ranked else "belum diperingkat"
                writer.writerow((kk, nik, decile))
        path.chmod(0o600)
        load_deciles(path, _SOURCE, period, quiet=quiet)


def _families(session: Session) -> dict[str, tuple[float, str, str]]:
    """Return family -> chance of being poor, KK, NIK of the first member who has one."""
    query = (
        select(Family.id, Family.kk, Assessment.npl100, Member.nik)
        .join(Household, Household.id == Family.household_id)
        .join(Member, Member.family_id == Family.id)
        .outerjoin(Assessment, Assessment.household_id == Household.id)
        .where(Household.state.in_(IN_FORCE), Family.valid_to.is_(None))
        .order_by(Household.area_code, Member.household_id, Member.position)
    )
    found: dict[str, tuple[float, str, str]] = {}
    for family, kk, chance, nik in session.execute(query):
        known = found.get(str(family))
        if known is None or not known[2]:
            found[str(family)] = (chance or 0.0, kk, nik)
    session.rollback()
    # A card that stands on two households is one row of the list.
    cards = {kk or family: family for family, (_, kk, _) in found.items()}
    return {family: found[family] for family in cards.values()}

"""What other parts of the office say of some households: deciles and the lists they are on."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.assessment.deciles import newest_deciles
from jps.households.models import Family
from jps.programmes.models import Programme
from jps.programmes.models import Recipient as Listed
from jps.programmes.receiving import receiving
from jps.programmes.rules import ProgrammeKind
from jps.targeting.catalogue import ABSENT, NOT_RANKED, NOTHING, RANKED, listed_name
from jps.targeting.facts import Unit

Facts: TypeAlias = dict[str, Any]
Lists: TypeAlias = Mapping[ProgrammeKind, set[str]]


def programmes_of(session: Session) -> dict[ProgrammeKind, dict[str, str]]:
    """Return code and name of all programmes by kind, in the order of codes."""
    found: dict[ProgrammeKind, dict[str, str]] = {}
    query = select(Programme.kind, Programme.code, Programme.name).order_by(Programme.code)
    for kind, code, name in session.execute(query):
        found.setdefault(ProgrammeKind(kind), {})[code] = name
    return found


@dataclass
class Gathered:
    """Deciles by family (None: not ranked) and lists by unit and id."""

    deciles: dict[uuid.UUID, int | None] = field(default_factory=dict)
    lists: dict[tuple[Unit, uuid.UUID], dict[ProgrammeKind, set[str]]] = field(default_factory=dict)

    def on_lists(self, unit: Unit, key: uuid.UUID) -> Facts:
        """Return the facts of whose lists a household, family or member is on."""
        found = self.lists.get((unit, key), {})
        return {
            listed_name(kind, unit): sorted(found.get(kind, ())) or [NOTHING]
            for kind in ProgrammeKind
        }

    def of_household(self, key: uuid.UUID, families: Iterable[uuid.UUID]) -> Facts:
        """Return what is known of a household with these families."""
        return self._decile("", list(families)) | self.on_lists(Unit.HOUSEHOLD, key)

    def of_family(self, key: uuid.UUID) -> Facts:
        """Return what is known of a family, its members aside."""
        return self._decile("family_", [key]) | self.on_lists(Unit.FAMILY, key)

    def _decile(self, prefix: str, families: Sequence[uuid.UUID]) -> Facts:
        """Return the poorest family's decile: of several the lowest."""
        known = [self.deciles[one] for one in families if one in self.deciles]
        ranked = [one for one in known if one is not None]
        state = RANKED if ranked else (NOT_RANKED if known else ABSENT)
        return {f"{prefix}decile": min(ranked, default=None), f"{prefix}decile_state": state}


def gather(session: Session, households: Sequence[uuid.UUID], on: date) -> Gathered:
    """Return what is known of these households on a day."""
    found = Gathered()
    newest = newest_deciles(on, Family.household_id.in_(households))
    for family, decile in session.execute(select(newest.c.family, newest.c.decile)):
        found.deciles[family] = decile
    wanted = (Listed.household_id, Listed.family_id, Listed.member_id)
    lists = receiving(on, kind=None).with_only_columns(*wanted, Programme.kind, Programme.code)
    for *keys, kind, code in session.execute(lists.where(Listed.household_id.in_(households))):
        for unit, key in zip((Unit.HOUSEHOLD, Unit.FAMILY, Unit.MEMBER), keys, strict=True):
            if key is not None:
                mine = found.lists.setdefault((unit, key), {})
                mine.setdefault(ProgrammeKind(kind), set()).add(code)
    return found


def families_of(members: Iterable[tuple[uuid.UUID, Facts]]) -> dict[uuid.UUID, Facts]:
    """Return size and ages of each family from the present members' (family, facts).

    What depends on an age that nobody knows is not known.
    """
    ages: dict[uuid.UUID, list[float | None]] = {}
    for family, facts in members:
        ages.setdefault(family, [])
        if str(facts.get("present", "1")) != "0":
            ages[family].append(_age(facts.get("age")))
    return {
        family: {
            "family_size": len(own),
            "family_children": _count(own, below=18),
            "family_elderly": _count(own, least=60),
        }
        for family, own in ages.items()
    }


def _age(value: object) -> float | None:
    try:
        return float(str(value))
    except ValueError:
        return None


def _count(ages: Iterable[float | None], *, least: int = 0, below: int = 999) -> int | None:
    """Return how many ages lie in a range, None where one is not known."""
    known = list(ages)
    if None in known:
        return None
    return sum(least <= age < below for age in known if age is not None)

"""A random sample of members whose true person reviewers look for, without seeing what we think.

Drawn within bands of weight with a seed, everybody with a known chance, also from the bands that
nobody would look at: what is linked beyond doubt, and what was found nowhere.
"""

import random
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.audit.services import Event, record
from jps.db import chunks, everywhere, scope_of, within
from jps.errors import InvalidData, NotAllowed
from jps.identity.label_rules import BANDS, band_of
from jps.identity.models import Decision, Link
from jps.identity.preview_rules import Cell
from jps.identity.quality_models import QualitySample, SampleItem
from jps.identity.quality_rules import allocate, expected_half
from jps.identity.rules import Verdict
from jps.identity.thresholds import holds_whole_office, thresholds_in_force
from jps.matching import Thresholds
from jps.registry.queries import needed_snapshot, persons
from jps.registry.queries import record_of as person_record
from jps.text import N_

FEWEST, MOST = 20, 5_000  # members in a sample
_AT_ONCE = 500
_SIZES = (100, 200, 400, 800)  # offered


@dataclass(frozen=True)
class Offer:
    """A size of a sample and the ± (0-1) to be expected of it."""

    size: int
    half: float


def offers(cells: Sequence[Cell], now: Thresholds) -> list[Offer]:
    """Return some sizes with what they would tell, as far as the model is right."""
    bands: dict[str, tuple[int, float]] = {}
    for cell in cells:
        if cell.decided and cell.linked:
            continue
        name = band_of(cell.weight, linked=cell.linked, now=now)
        size, wrong = bands.get(name, (0, 0.0))
        off = cell.members - cell.chance if cell.linked else cell.chance
        bands[name] = (size + cell.members, wrong + off)
    sizes = [size for size, _ in bands.values()]
    shares = [wrong / size for size, wrong in bands.values()]
    whole = sum(sizes)
    wanted = sorted({min(size, whole) for size in _SIZES}) if whole else []
    return [
        Offer(size, expected_half(sizes, shares, allocate(sizes, shares, size))) for size in wanted
    ]


# Member, area, weight, candidate, whether linked to the candidate.
_Row: TypeAlias = tuple[uuid.UUID, str, float | None, int | None, bool]


@dataclass
class _Drawn:
    """Who can be drawn from one band, in a fixed order, and how many are expected to be wrong."""

    rows: list[_Row]
    wrong: float = 0.0


def draw_sample(
    session: Session, *, size: int, seed: int, area: str = "", by: str, at: datetime
) -> QualitySample:
    """Draw members for reviewers to look up by hand; the sample before it counts no more.

    `area` must be of the session's areas; empty means the whole office, or the reader's only area.
    Raises InvalidData for a size out of bounds or when there is nobody to draw, NotAllowed for an
    area elsewhere.
    """
    if not FEWEST <= size <= MOST:
        message = N_("Ukuran sampel antara 20 dan 5.000 anggota.")
        raise InvalidData(N_("Periksa ukuran sampel."), {"size": [message]})
    area = _own_area(session, area)
    snapshot, now = needed_snapshot(session), thresholds_in_force(session)
    bands, decided = _population(session, area, now)
    if not bands:
        raise InvalidData(N_("Belum ada anggota yang dipadankan di wilayah ini."))
    names = sorted(bands, key=BANDS.index)
    sizes = [len(bands[name].rows) for name in names]
    shares = [bands[name].wrong / len(bands[name].rows) for name in names]
    drawn = allocate(sizes, shares, size)
    sample = QualitySample(
        id=uuid.uuid4(),
        area_code=area,
        seed=seed,
        size=sum(drawn),
        strata=[
            _stratum(name, bands[name], share, n)
            for name, share, n in zip(names, shares, drawn, strict=True)
        ]
        + [{"name": "decided", "sizes": decided}],
        snapshot_id=snapshot.id,
        link=now.link,
        sure=now.sure,
        made_by=by,
        made_at=at,
    )
    session.add(sample)
    session.flush()
    _add_items(session, sample, {name: bands[name].rows for name in names}, drawn)
    details = {"members": sample.size, "area": area or "all", "seed": seed}
    event = Event("sample-drawn", "quality-sample", str(sample.id), area or None, details=details)
    record(session, event, by=by, at=at)
    return sample


def _own_area(session: Session, area: str) -> str:
    scope = scope_of(session)
    if area and not scope.covers(area):
        raise NotAllowed(N_("Wilayah ini di luar wilayah Anda."))
    if area or holds_whole_office(session):
        return area
    if len(scope.codes) != 1:
        message = N_("Pilih satu wilayah.")
        raise InvalidData(N_("Periksa wilayah sampel."), {"area": [message]})
    return scope.codes[0]


def _population(
    session: Session, area: str, now: Thresholds
) -> tuple[dict[str, _Drawn], dict[str, int]]:
    """Return who can be drawn by band, and how many were decided already by kecamatan."""
    same = select(Decision.member_id).where(
        Decision.verdict == Verdict.SAME,
        Decision.person_nik.is_not(None),
        Decision.undone_at.is_(None),
    )
    known = set(session.scalars(same))
    columns = (
        Link.member_id, Link.area_code, Link.weight, Link.candidate_id, Link.person_id,
        Link.probability,
    )  # fmt: skip
    query = select(*columns).order_by(Link.member_id)
    if area:
        query = query.where(within(Link.area_code, [area]))
    bands: dict[str, _Drawn] = {}
    decided: dict[str, int] = {}
    for member, place, weight, candidate, person, chance in session.execute(query):
        if member in known:
            decided[place[:8]] = decided.get(place[:8], 0) + 1
            continue
        linked = person is not None
        band = bands.setdefault(band_of(weight, linked=linked, now=now), _Drawn([]))
        band.rows.append((member, place, weight, person if linked else candidate, linked))
        band.wrong += 1 - chance if linked else chance
    return bands, decided


def _stratum(name: str, band: _Drawn, wrong: float, drawn: int) -> dict[str, object]:
    sizes: dict[str, int] = {}
    for _, area, *_ in band.rows:
        sizes[area[:8]] = sizes.get(area[:8], 0) + 1
    return {"name": name, "sizes": sizes, "drawn": drawn, "wrong": round(wrong, 6)}


def _add_items(
    session: Session,
    sample: QualitySample,
    bands: Mapping[str, Sequence[_Row]],
    drawn: Sequence[int],
) -> None:
    """Store who was drawn; the ids are random, and the queue goes by them."""
    rng = random.Random(sample.seed)
    chosen = [
        (name, n / len(rows), row)
        for (name, rows), n in zip(bands.items(), drawn, strict=True)
        for row in rng.sample(rows, n)
    ]
    for piece in chunks(chosen, _AT_ONCE):
        ids = [candidate for _, _, (_, _, _, candidate, _) in piece if candidate is not None]
        with everywhere(session):
            people = persons(session, ids)
        for name, chance, (member, area, weight, candidate, linked) in piece:
            person = people.get(candidate) if candidate is not None else None
            item = SampleItem(
                id=uuid.uuid4(),
                sample_id=sample.id,
                area_code=area,
                member_id=member,
                stratum=name,
                chance=chance,
                weight=weight,
                linked=linked,
                person=dict(person_record(person)) if person is not None else None,
            )
            session.add(item)
        session.flush()

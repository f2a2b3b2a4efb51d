"""Back-checks: draw households at random and give each to somebody else to ask again."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jps.access.models import User
from jps.access.rules import Can
from jps.audit.services import Event, record
from jps.db import chunks, scope_of, within
from jps.errors import Conflict, InvalidData, NotAllowed
from jps.fieldwork.facts import COMPLETE
from jps.fieldwork.models import BackCheck, BackCheckItem
from jps.fieldwork.rules import MAX_QUESTIONS, SIZE, CheckState, assign, can_be_asked, draw
from jps.households.counting import household_counts
from jps.households.models import Household
from jps.households.rules import IN_FORCE
from jps.questionnaire import Form
from jps.text import N_

MOST = 2_000  # households in one back-check
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to draw: from `area` (empty: all of the own areas), `share` (0-1) of
    every enumerator's interviews, at least `least`; `questions` are asked again."""

    area: str
    share: float
    least: int
    questions: tuple[str, ...]
    seed: int


def draw_back_check(
    session: Session, form: Form, wish: Wish, *, by: str, at: datetime
) -> BackCheck:
    """Draw households of every enumerator and give each to somebody else; flushes.

    The same data, wish and seed draw the same households. Raises `InvalidData` for a wish out of
    bounds or nobody to draw, `NotAllowed` for an area elsewhere.
    """
    _check_wish(form, wish)
    scope = scope_of(session)
    if wish.area and not scope.covers(wish.area):
        raise NotAllowed(N_("Wilayah ini di luar wilayah Anda."))
    groups = _population(session, wish.area)
    if not groups:
        raise InvalidData(N_("Belum ada wawancara lengkap di wilayah ini."))
    drawn = draw(groups, share=wish.share, least=wish.least, seed=wish.seed)
    ids = [one for items in drawn.values() for one in items]
    if not 0 < len(ids) <= MOST:
        message = N_("Jumlahnya harus 1 sampai 2.000 rumah tangga. Ubah bagiannya.")
        raise InvalidData(message, {"share": [message]})
    chosen = [
        household
        for part in chunks(ids, _AT_ONCE)
        for household in session.scalars(select(Household).where(Household.id.in_(part)))
    ]
    chosen.sort(key=lambda one: (one.entered_by, one.id))
    area = wish.area or _common_area(scope.codes, [one.area_code for one in chosen])
    made = BackCheck(
        id=uuid.uuid4(),
        area_code=area,
        seed=wish.seed,
        share=wish.share,
        least=wish.least,
        questions=list(wish.questions),
        made_by=by,
        made_at=at,
    )
    session.add(made)
    session.flush()
    _add_items(session, made, chosen)
    details = {"households": len(chosen), "seed": wish.seed, "share": wish.share}
    event = Event("back-check-drawn", "back-check", str(made.id), area or None, details)
    record(session, event, by=by, at=at)
    return made


def _check_wish(form: Form, wish: Wish) -> None:
    problems: dict[str, list[str]] = {}
    if not 0 < wish.share <= 1:
        problems["share"] = [N_("Isi bagian antara 1 dan 100 persen.")]
    if not 0 <= wish.least <= 100:
        problems["least"] = [N_("Isi bilangan bulat dari 0 sampai 100.")]
    if not 0 <= wish.seed < 2**31:
        problems["seed"] = [N_("Isi bilangan bulat dari 0.")]
    known = {question.name for question in form if can_be_asked(question)}
    if not 0 < len(wish.questions) <= MAX_QUESTIONS or not known.issuperset(wish.questions):
        problems["questions"] = [N_("Pilih 1 sampai 15 pertanyaan.")]
    if problems:
        raise InvalidData(N_("Periksa isian pemeriksaan ulang."), problems)


def _population(session: Session, area: str) -> dict[str, list[uuid.UUID]]:
    """Return the complete interviews that nobody is to ask again already, by enumerator."""
    asked = select(BackCheckItem.household_id).where(BackCheckItem.state == CheckState.OPEN)
    query = (
        select(Household.id, Household.entered_by)
        .where(
            Household.state.in_(IN_FORCE),
            Household.visit_result == COMPLETE,
            household_counts(),
            Household.id.not_in(asked),
        )
        .order_by(Household.entered_by, Household.id)
    )
    if area:
        query = query.where(within(Household.area_code, [area]))
    groups: defaultdict[str, list[uuid.UUID]] = defaultdict(list)
    for household, enumerator in session.execute(query):
        groups[enumerator].append(household)
    return groups


def _common_area(codes: Sequence[str], villages: Sequence[str]) -> str:
    """Return the smallest area around all villages, as far down as the reader's own."""
    parts = [code.split(".") for code in (*codes, *villages)]
    same = 0
    while all(len(one) > same and one[same] == parts[0][same] for one in parts):
        same += 1
    return ".".join(parts[0][:same])


def _add_items(session: Session, made: BackCheck, chosen: Sequence[Household]) -> None:
    people = people_who_ask(session)
    open_items = select(BackCheckItem.assigned_to, func.count()).where(
        BackCheckItem.state == CheckState.OPEN, BackCheckItem.assigned_to.is_not(None)
    )
    load = {
        str(name): number
        for name, number in session.execute(open_items.group_by(BackCheckItem.assigned_to))
    }
    able = [
        [
            person.username
            for person in people
            if person.scope.covers(one.area_code) and person.username != one.edited_by
        ]
        for one in chosen
    ]
    to = assign([one.entered_by for one in chosen], able, load)
    session.add_all(
        BackCheckItem(
            id=uuid.uuid4(),
            back_check_id=made.id,
            area_code=one.area_code,
            household_id=one.id,
            enumerator=one.entered_by,
            assigned_to=person,
            state=CheckState.OPEN,
            first=first_answers(one, made.questions),
        )
        for one, person in zip(chosen, to, strict=True)
    )
    session.flush()


def people_who_ask(session: Session) -> list[User]:
    """Return the active accounts that may ask again."""
    users = session.scalars(select(User).where(User.active).order_by(User.username))
    return [user for user in users if user.can(Can.ASK_AGAIN)]


def first_answers(household: Household, questions: Sequence[str]) -> dict[str, Any]:
    """Return the answers that a household gave to these questions."""
    answers = {name: household.answers[name] for name in questions if name in household.answers}
    if SIZE in questions and household.household_size is not None:
        answers[SIZE] = household.household_size
    return answers


def assign_item(
    session: Session, item: BackCheckItem, person: str, *, by: str, at: datetime
) -> None:
    """Give an open item to somebody else; never to who entered or last changed the household."""
    known = {user.username: user for user in people_who_ask(session)}
    if item.state != CheckState.OPEN:
        raise Conflict(N_("Rumah tangga ini sudah ditanya ulang."))
    if person not in known or not known[person].scope.covers(item.area_code):
        message = N_("Pilih petugas yang wilayah kerjanya mencakup desa ini.")
        raise InvalidData(message, {"person": [message]})
    edited = session.scalar(select(Household.edited_by).where(Household.id == item.household_id))
    if person in {item.enumerator, edited}:
        message = N_("Orang lain yang harus bertanya ulang, bukan pendatanya sendiri.")
        raise InvalidData(message, {"person": [message]})
    item.assigned_to = person
    session.flush()
    note_item(session, item, "back-check-assigned", by=by, at=at)


def note_item(session: Session, item: BackCheckItem, action: str, *, by: str, at: datetime) -> None:
    """Record what was done about a household's back-check, in the same transaction."""
    details = {"state": str(item.state)}
    event = Event(action, "household", str(item.household_id), item.area_code, details)
    record(session, event, by=by, at=at)

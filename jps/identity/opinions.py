"""Who may speak after whom: an unsure person hands a pair to somebody else, whose word is final."""

import uuid
from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.db import everywhere, scope_of
from jps.errors import Conflict
from jps.identity.decided import chain, in_force, last_words
from jps.identity.models import Decision, ReviewCase
from jps.identity.rules import Step, Verdict, final_refusal, refusal, step_after
from jps.text import N_


def take_place(
    session: Session, decision: Decision, earlier: Sequence[Decision], about: Collection[uuid.UUID]
) -> None:
    """Answer who was unsure, undo other words about the same; Conflict where that may not be.

    `earlier` are the words in force about the member, `about` those of them about the same pair.
    Somebody said to be this person is no longer said to be another.
    """
    covers = scope_of(session).covers(decision.area_code[:5])
    for word in last_words(earlier):
        renamed = decision.verdict == Verdict.SAME and word.verdict != Verdict.DIFFERENT
        if word.id not in about and not renamed:
            continue
        refused = _refusal(chain(word, earlier), who=decision.by, covers_regency=covers)
        if refused is not None:
            raise Conflict(refused)
        if word.verdict == Verdict.UNSURE and decision.answers is None:
            decision.answers = word.id
        else:
            word.undone_by, word.undone_at = decision.by, decision.at
            decision.answers = decision.answers or word.answers


def _refusal(words: Sequence[Decision], *, who: str, covers_regency: bool) -> str | None:
    """Return why somebody may not speak after these words about a pair, the last one in force."""
    unsure = [one.by for one in words if one.verdict == Verdict.UNSURE]
    if words[-1].verdict == Verdict.UNSURE:
        step = step_after(len(unsure))
        return refusal(step, unsure[:2], who=who, covers_regency=covers_regency)
    return final_refusal(unsure, words[-1].by, who=who, covers_regency=covers_regency)


def refusal_of(session: Session, decision: Decision, *, who: str) -> str | None:
    """Return why somebody may not speak about the pair of a decision in force, or None."""
    words = chain(decision, _words_with(session, decision))
    covers = scope_of(session).covers(decision.area_code[:5])
    return _refusal(words, who=who, covers_regency=covers)


def _words_with(session: Session, decision: Decision) -> Sequence[Decision]:
    """Return the words in force about the member and registry persons, or about both members."""
    if decision.other_id is None:
        return in_force(session, [decision.member_id])
    mine = select(Decision).where(
        Decision.member_id == decision.member_id,
        Decision.other_id == decision.other_id,
        Decision.undone_at.is_(None),
    )
    with everywhere(session):
        return session.scalars(mine.order_by(Decision.at)).all()


def undo_refusal(session: Session, decision: Decision, *, who: str) -> str | None:
    """Return why somebody may not take a decision back (to translate), or None."""
    if decision.undone_at is not None:
        return N_("Keputusan ini sudah diurungkan.")
    answer = select(Decision.id).where(
        Decision.answers == decision.id, Decision.undone_at.is_(None)
    )
    with everywhere(session):
        if session.scalars(answer).first() is not None:
            return N_("Orang lain sudah menjawab pendapat ini. Yang dapat diurungkan jawabannya.")
        case = session.get(ReviewCase, decision.member_id)
    if decision.verdict == Verdict.UNSURE and decision.by != who:
        vanished = case is not None and case.step == Step.VANISHED
        return None if vanished else N_("Hanya yang belum yakin dapat menarik pendapatnya kembali.")
    return refusal_of(session, decision, who=who) if decision.answers is not None else None

"""Writing accepted forms into the tables: new households in bulk, later saves one by one."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from jps.bulk import write_rows
from jps.households.documents import Change, Document, changes_between
from jps.households.forms import HouseholdForm
from jps.households.models import Family, Household, HouseholdHistory, HouseholdWord, Member
from jps.households.roster import all_members, store_roster
from jps.households.rows import document_of, family_row, household_columns, member_columns
from jps.households.rules import Source, State
from jps.households.words import words_of
from jps.matching.normalise import default_normaliser

SENT = "household-submitted"


def insert_new(
    session: Session, forms: Sequence[HouseholdForm], *, by: str, source: Source, at: datetime
) -> None:
    """Insert submitted households that carry all their ids, with families, words and history."""
    for table, found in new_rows(forms, by=by, source=source, at=at).items():
        if found:
            write_rows(session, table, tuple(found[0]), (tuple(row.values()) for row in found))


def new_rows(
    forms: Sequence[HouseholdForm], *, by: str, source: Source, at: datetime
) -> dict[type[Any], list[dict[str, Any]]]:
    """Return the rows of submitted households by table, in the order in which to insert them."""
    rows: dict[type[Any], list[dict[str, Any]]] = {
        table: [] for table in (Household, Family, Member, HouseholdWord, HouseholdHistory)
    }
    for form in forms:
        _add_rows(rows, form, by=by, source=source, at=at)
    # In the order of the index: neighbours lie on one page.
    rows[HouseholdWord].sort(key=itemgetter("word"))
    return rows


def _add_rows(
    rows: Mapping[type[Any], list[dict[str, Any]]],
    form: HouseholdForm,
    *,
    by: str,
    source: Source,
    at: datetime,
) -> None:
    if form.id is None:
        raise ValueError("a household is stored under an id")
    since = form.interview_date or at.date()
    document = form.document()
    words = sorted(words_of(document, default_normaliser()))
    who = {"by": by, "at": at, "source": source}
    rows[Household].append(
        {
            **household_columns(form, document),
            "id": form.id,
            "version": 1,
            "source": source,
            "words": " ".join(words),
            "draft": None,
            "draft_by": None,
            "entered_by": by,
            "entered_at": at,
            "edited_by": by,
            "edited_at": at,
            **state_columns(State.SUBMITTED, by=by, at=at),
        }
    )
    for position, family in enumerate(form.families):
        row = family_row(form.id, form.area_code, family.kk, position=position, since=since)
        rows[Family].append(row)
        for place in family.places:
            member = form.members[place]
            keys = {"id": member.id, "household_id": form.id, "family_id": row["id"]}
            dates = {"area_code": form.area_code, "valid_from": since, "valid_to": None}
            rows[Member].append({**member_columns(member, position=place), **keys, **dates})
    rows[HouseholdWord].extend({"word": word, "household_id": form.id} for word in words)
    first: dict[str, Any] = {"action": SENT, "document": document, "changes": [], "reason": None}
    key = {"household_id": form.id, "area_code": form.area_code, "version": 1}
    rows[HouseholdHistory].append({**key, **who, **first})


def state_columns(
    state: State, *, by: str, at: datetime, reason: str | None = None
) -> dict[str, Any]:
    """Return the columns that say where a household stands, since when, by whom and why."""
    return {
        "state": state,
        "state_reason": reason,
        "state_by": by,
        "state_at": at,
        "changed_at": at,
    }


def assign(household: Household, values: Mapping[str, Any]) -> None:
    """Set several columns at once."""
    for name, value in values.items():
        setattr(household, name, value)


def overwrite(
    session: Session,
    household: Household,
    form: HouseholdForm,
    *,
    by: str,
    source: Source,
    at: datetime,
) -> None:
    """Store `form` (with all its ids) over what was accepted before, dated, with its history.

    A draft of this household is taken to have become this form.
    """
    members = all_members(session, household)
    first = household.content_hash is None
    old = document_of(household, (m for m in members.values() if m.valid_to is None))
    new = form.document()
    assign(household, state_columns(State.SUBMITTED, by=by, at=at))
    assign(household, {"draft": None, "draft_by": None, "edited_by": by, "edited_at": at})
    put_form(session, household, form, members, since=form.interview_date or at.date())
    add_history(
        session,
        household,
        SENT,
        by=by,
        source=source,
        at=at,
        document=new if first else None,
        changes=() if first else changes_between(str(household.id), old, new),
    )


def put_form(
    session: Session,
    household: Household,
    form: HouseholdForm,
    members: Mapping[uuid.UUID, Member],
    *,
    since: date,
) -> None:
    """Bring a household's rows to what `form` says, people as of the day `since`, and flush.

    `members` are the rows of everybody who is or was there.
    """
    new = form.document()
    assign(household, household_columns(form, new))
    store_words(session, household, new)
    store_roster(session, household, form, members, since=since)
    session.flush()


def accepted_document(session: Session, household: Household) -> Document:
    """Return the accepted document as it lies in the tables; only the id when there is none."""
    if household.content_hash is None:
        return document_of(household, ())
    members = all_members(session, household).values()
    return document_of(household, (member for member in members if member.valid_to is None))


def store_words(session: Session, household: Household, *documents: Mapping[str, Any]) -> None:
    """Flush the household with the words of `documents` as those by which it is found."""
    before = set(household.words.split()) if household.words else set()
    after = set().union(*(words_of(document, default_normaliser()) for document in documents))
    household.words = " ".join(sorted(after))
    session.flush()  # once: each flush counts a version
    if gone := before - after:
        session.execute(
            delete(HouseholdWord).where(
                HouseholdWord.household_id == household.id, HouseholdWord.word.in_(sorted(gone))
            )
        )
    new = sorted(after - before)
    write_rows(session, HouseholdWord, ("word", "household_id"), ((w, household.id) for w in new))


def add_history(
    session: Session,
    household: Household,
    action: str,
    *,
    by: str,
    source: Source,
    at: datetime,
    changes: Iterable[Change] = (),
    document: Document | None = None,
    reason: str | None = None,
    letter: str | None = None,
) -> None:
    """Add the row of an accepted save or step; the household must be flushed before."""
    row = HouseholdHistory(
        household_id=household.id,
        area_code=household.area_code,
        version=household.version,
        at=at,
        by=by,
        source=source,
        action=action,
        reason=reason,
        letter=letter,
        document=document,
        changes=[change.as_json() for change in changes],
    )
    session.add(row)
    session.flush()

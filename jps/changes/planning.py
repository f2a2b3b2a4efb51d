"""What a change does to the documents of the households it concerns: pure, before anything is kept.

The same plan makes the preview on the request's page and what is written when it is approved.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jps.changes.rules import DIED, NEW_MEMBER, PRESENT, SHAPES, Kind
from jps.errors import InvalidData
from jps.households.documents import ROSTER, Document, roster_of
from jps.text import N_

NOT_HERE = N_("Orang ini tidak (lagi) tinggal di rumah tangga ini.")
NOBODY = N_("Pilih paling sedikit satu orang.")
NOBODY_STAYS = N_("Tidak ada yang tinggal. Bila semua pindah rumah, pilih Pindah alamat.")
NOTHING_CHANGES = N_("Tidak ada yang berubah.")
NOT_ASKED = N_("Isian ini tidak dapat diubah dengan permohonan jenis ini.")
SAME_HOUSEHOLD = N_("Pilih rumah tangga yang lain.")
NO_OTHER = N_("Pilih rumah tangga tujuan.")
BORN_LATER = N_("Tanggal lahir sesudah tanggal kejadian.")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks for, by ids as text.

    `people` are new answers of members, `answers` of the household (of the new one in a split);
    None takes an answer away. `household` is the other household: where people go, or (joining)
    come from. A household that the proposer cannot see is described: `area_code` and `hint`.
    """

    members: tuple[str, ...] = ()
    newcomers: tuple[Document, ...] = ()
    people: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    answers: Mapping[str, Any] = field(default_factory=dict)
    household: str = ""
    presence: str = ""
    area_code: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """The documents of all households concerned as they will be, and what became of whom.

    `left` gives the code of `presence` of people who live in no household of ours any more, `moved`
    from which household somebody came. Nobody lives in the `emptied` ones.
    """

    documents: Mapping[str, Document]
    left: Mapping[str, str]
    moved: Mapping[str, str]
    emptied: frozenset[str]


def plan_change(kind: Kind, asked: Asked, here: str, documents: Mapping[str, Document]) -> Plan:
    """Return what the change makes of the accepted `documents` (by household id).

    `here` is the household that the request is about. Raises `InvalidData` when it cannot be.
    """
    work = _Work(here, asked, {key: dict(document) for key, document in documents.items()})
    STEPS[kind](work)
    shape = SHAPES[kind]
    work.edit(fields=shape.fields, answers=shape.answers)
    emptied = frozenset(
        key
        for key, document in work.documents.items()
        if not living(document) and living(documents.get(key, {}))
    )
    if work.documents == documents:
        raise InvalidData(NOTHING_CHANGES, {"_": [NOTHING_CHANGES]})
    return Plan(work.documents, work.left, work.moved, emptied)


def living(document: Mapping[str, Any]) -> list[Document]:
    """Return the roster's entries of people who live there."""
    return [entry for entry in roster_of(document) if entry.get("presence") in PRESENT]


class _Work:
    """Documents on their way from what is to what is asked."""

    def __init__(self, here: str, asked: Asked, documents: dict[str, Document]) -> None:
        self.here, self.asked, self.documents = here, asked, documents
        self.left: dict[str, str] = {}
        self.moved: dict[str, str] = {}
        self.answering = here  # the household whose answers change

    def take(self, household: str, members: Sequence[str]) -> list[Document]:
        """Take people out of a household and return their entries."""
        if not members:
            raise InvalidData(NOBODY, {"members": [NOBODY]})
        document = self.documents[household]
        entries = {str(entry["id"]): entry for entry in living(document)}
        if not set(members) <= entries.keys():
            raise InvalidData(NOT_HERE, {"members": [NOT_HERE]})
        self._put(household, [e for e in roster_of(document) if e["id"] not in members])
        return [entries[member] for member in members]

    def add(self, household: str, entries: Sequence[Document]) -> None:
        """Let people live in a household, as new members of it."""
        new = [{**entry, "presence": NEW_MEMBER} for entry in entries]
        self._put(household, [*roster_of(self.documents[household]), *new])

    def transfer(self, origin: str, target: str, members: Sequence[str]) -> None:
        """Let people move from one household to another."""
        self.add(target, self.take(origin, members))
        self.moved |= dict.fromkeys(members, origin)

    def edit(self, *, fields: frozenset[str] | None, answers: frozenset[str] | None) -> None:
        """Put new answers in their places; NotFound people and other questions are refused."""
        document = self.documents[self.answering]
        own = {name: value for name, value in document.items() if name != ROSTER}
        self.documents[self.answering] = {
            **_edited(own, self.asked.answers, answers),
            **{name: value for name, value in document.items() if name == ROSTER},
        }
        missing = {key for key, new in self.asked.people.items() if new} - self.left.keys()
        for household, known in self.documents.items():
            entries = [
                _edited(entry, self.asked.people.get(str(entry["id"]), {}), fields)
                for entry in roster_of(known)
            ]
            self._put(household, entries)
            missing -= {str(entry["id"]) for entry in entries}
        if missing:
            raise InvalidData(NOT_HERE, {"people": [NOT_HERE]})

    def _put(self, household: str, entries: Sequence[Document]) -> None:
        rest = {k: v for k, v in self.documents[household].items() if k != ROSTER}
        self.documents[household] = {**rest, ROSTER: list(entries)} if entries else rest


def _edited(record: Document, new: Mapping[str, Any], allowed: frozenset[str] | None) -> Document:
    wrong = [name for name in new if name in {"id", ROSTER} or not _may(name, allowed)]
    if wrong:
        raise InvalidData(NOT_ASKED, {name: [NOT_ASKED] for name in wrong})
    after = {**record, **new}
    return {name: value for name, value in after.items() if value not in (None, "", [])}


def _may(name: str, allowed: frozenset[str] | None) -> bool:
    return allowed is None or name in allowed


def _arrive(work: _Work) -> None:
    if not work.asked.newcomers:
        raise InvalidData(NOBODY, {"newcomers": [NOBODY]})
    work.add(work.here, work.asked.newcomers)


def _die(work: _Work) -> None:
    work.take(work.here, work.asked.members)
    work.left |= dict.fromkeys(work.asked.members, DIED)


def _leave(work: _Work) -> None:
    work.take(work.here, work.asked.members)
    work.left |= dict.fromkeys(work.asked.members, work.asked.presence)


def _move(work: _Work) -> None:
    work.transfer(work.here, _other(work), work.asked.members)


def _split(work: _Work) -> None:
    document = {k: v for k, v in work.documents[work.here].items() if k != ROSTER}
    work.documents[work.asked.household] = {**document, "id": work.asked.household}
    work.transfer(work.here, work.asked.household, work.asked.members)
    if not living(work.documents[work.here]):
        raise InvalidData(NOBODY_STAYS, {"members": [NOBODY_STAYS]})
    work.answering = work.asked.household


def _join(work: _Work) -> None:
    other = _other(work)
    people = [str(entry["id"]) for entry in living(work.documents[other])]
    work.transfer(other, work.here, people)


def _stay(work: _Work) -> None:
    """Nobody comes and nobody goes: only answers change."""


def _other(work: _Work) -> str:
    if not work.asked.household:
        raise InvalidData(NO_OTHER, {"household": [NO_OTHER]})
    if work.asked.household == work.here:
        raise InvalidData(SAME_HOUSEHOLD, {"household": [SAME_HOUSEHOLD]})
    return work.asked.household


STEPS: dict[Kind, Callable[[_Work], None]] = {
    Kind.BIRTH: _arrive,
    Kind.DEATH: _die,
    Kind.MOVED_IN: _arrive,
    Kind.MOVED_OUT: _leave,
    Kind.MOVE: _move,
    Kind.SPLIT: _split,
    Kind.JOIN: _join,
    Kind.HEAD: _stay,
    Kind.KK: _stay,
    Kind.ADDRESS: _stay,
    Kind.CORRECTION: _stay,
}

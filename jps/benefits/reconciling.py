"""Payments against the plan: who was paid what was due, and who was not. Pure.

A person is known by account, else by NIK, else by a name that nobody else of the plan has. A
payment goes to the first delivery due that no payment was written for; one that is exactly the sum
of the next ones goes to all of them.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from jps.benefits.reading import NOT_PAID, Paid
from jps.benefits.rules import Outcome

MOST_TOGETHER = 12  # deliveries paid at once


@dataclass(frozen=True, slots=True)
class Due:
    """One delivery of the plan. `taken` is the reference of the payment written for it."""

    id: str
    amount: int | None
    delivered: bool = False
    taken: str = ""


@dataclass(frozen=True, slots=True)
class Payee:
    """A recipient with what is due, in order; `struck` ones are known and get nothing more."""

    id: str
    area_code: str
    account: str = ""
    nik: str = ""
    name: str = ""
    struck: bool = False
    due: Sequence[Due] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """What a payment (None: there is none) means, for whom, and for which deliveries."""

    outcome: Outcome
    paid: Paid | None = None
    payee: Payee | None = None
    due: Sequence[Due] = ()
    problems: tuple[str, ...] = ()

    @property
    def planned(self) -> int | None:
        """What is due, None where a delivery has no amount."""
        amounts = [one.amount for one in self.due if one.amount is not None]
        return sum(amounts) if self.due and len(amounts) == len(self.due) else None


def reconcile(
    payments: Iterable[Paid], payees: Sequence[Payee], *, written: Collection[str]
) -> Iterator[Result]:
    """Yield what every payment means, then the deliveries that none is for.

    `written` are the references written before.
    """
    book = _Book(payees)
    seen: set[str] = set()
    for paid in payments:
        if NOT_PAID in paid.problems:
            payee, _ = book.find(paid)
            yield Result(Outcome.FAILED, paid, payee, problems=paid.problems)
        elif _broken(paid):
            yield Result(Outcome.UNREADABLE, paid, problems=paid.problems)
        elif paid.reference in written:
            payee, _ = book.find(paid)
            yield Result(Outcome.RECORDED, paid, payee, problems=paid.problems)
        elif paid.reference in seen:
            payee, _ = book.find(paid)
            yield Result(Outcome.REPEATED, paid, payee, problems=paid.problems)
        else:
            seen.add(paid.reference)
            yield book.place(paid)
    yield from book.missing()


def _broken(paid: Paid) -> bool:
    return any(not code.endswith("-lost") or code == "amount-lost" for code in paid.problems)


@dataclass
class _Book:
    """The plan while payments are placed in it."""

    payees: Sequence[Payee]
    taken: set[str] = field(default_factory=set)  # deliveries that a payment of this file is for

    def __post_init__(self) -> None:
        self.accounts = _unique((one.account, one) for one in self.payees)
        self.niks = _unique((one.nik, one) for one in self.payees)
        self.names = _unique((one.name.casefold(), one) for one in self.payees if not one.struck)
        self.shared = Counter(one.name.casefold() for one in self.payees if not one.struck)

    def find(self, paid: Paid) -> tuple[Payee | None, tuple[str, ...]]:
        """Return whom a payment names, and what is to be said about it."""
        by_account, by_nik = self.accounts.get(paid.account), self.niks.get(paid.nik)
        if by_account and by_nik and by_account is not by_nik:
            return None, ("two-people",)
        if found := by_account or by_nik:
            return found, ("struck",) if found.struck else ()
        name = paid.name.casefold()
        if self.shared[name] > 1:
            return None, ("name-shared",)
        known = self.names.get(name)
        if known is None or _contradicts(paid, known):
            return None, ()
        return known, ("by-name",)

    def place(self, paid: Paid) -> Result:
        """Say what a payment is for."""
        payee, said = self.find(paid)
        problems = (*paid.problems, *said)
        if payee is None or payee.struck:
            return Result(Outcome.UNKNOWN, paid, payee, problems=problems)
        if not payee.due:
            return Result(Outcome.UNKNOWN, paid, payee, problems=(*problems, "not-planned"))
        left = [one for one in payee.due if not one.taken and one.id not in self.taken]
        if not left:
            return Result(Outcome.TWICE, paid, payee, problems=problems)
        due = _covered(left, paid.amount)
        outcome = Outcome.MATCHED if due else Outcome.DIFFERS
        due = due or left[:1]
        self.taken.update(one.id for one in due)
        problems += ("bundle",) if len(due) > 1 else ()
        problems += ("by-hand",) if any(one.delivered for one in due) else ()
        return Result(outcome, paid, payee, due, problems)

    def missing(self) -> Iterator[Result]:
        """Yield for every recipient what is due and neither paid nor delivered."""
        for payee in self.payees:
            left = [
                one for one in payee.due if not (one.taken or one.delivered or one.id in self.taken)
            ]
            if left and not payee.struck:
                yield Result(Outcome.MISSING, payee=payee, due=left)


def _covered(left: Sequence[Due], amount: int | None) -> Sequence[Due]:
    """Return the first deliveries whose sum is exactly `amount`; any amount covers an unknown."""
    total = 0
    for count, one in enumerate(left[:MOST_TOGETHER], start=1):
        if one.amount is None:
            return left[:1] if count == 1 else ()
        total += one.amount
        if total == amount:
            return left[:count]
    return ()


def _contradicts(paid: Paid, payee: Payee) -> bool:
    """Whether numbers that both have say that the one of the same name is somebody else."""
    return any(
        ours and theirs and ours != theirs
        for ours, theirs in ((paid.account, payee.account), (paid.nik, payee.nik))
    )


def _unique(pairs: Iterable[tuple[str, Payee]]) -> Mapping[str, Payee]:
    """Return key -> the one who has it; those on two decrees count where something is due."""
    found: dict[str, Payee] = {}
    for key, payee in pairs:
        known = found.get(key)
        if key and (known is None or _rank(payee) > _rank(known)):
            found[key] = payee
    return found


def _rank(payee: Payee) -> tuple[bool, bool]:
    return bool(payee.due) and not payee.struck, not payee.struck

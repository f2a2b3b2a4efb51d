"""What must fit together between the members of a household.

The form knows each answer alone; these rules look across the roster. `check_household` runs both,
and is what every way in (page, REST, list, ODK) calls.

Errors are what cannot be true of one family card (KK): no head, two heads on one card, a spouse of
the same sex, one NIK for two people, a KK number that is somebody's NIK, a child older than its
parents for certain. Everything that is rare but happens (late adoption, a second wife, a son's
wife older than his mother, a large household) is a warning. Source of the rules: the checks that
Dukcapil and Kemensos publish as anomalies of KK data.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations

from jps.questionnaire.checking import Checked
from jps.questionnaire.form import Form
from jps.questionnaire.nik import NumberState, check_kk, check_nik, nik_state, number_state
from jps.questionnaire.people import Person, read_person
from jps.questionnaire.problems import Problem
from jps.text import N_

MANY_MEMBERS = 15  # more live together rarely; usually two households entered as one
PARENT_GAP = 12  # years between a parent and a child
YOUNG_HEAD = 15  # years
YOUNG_SPOUSE = 10  # years
YEAR = 365.25  # days

HEAD, SPOUSE, CHILD, GRANDCHILD, PARENT = "1", "2", "3", "5", "6"
PRESENT = frozenset({"", "1", "5"})

NOBODY = N_("Kunjungan lengkap, tetapi tidak ada anggota yang tinggal bersama keluarga.")
NO_HEAD = N_("Tidak ada kepala keluarga di antara anggota yang tinggal bersama.")
TWO_HEADS = N_("Ada dua kepala keluarga dalam satu Kartu Keluarga.")
HEAD_WITHOUT_KK = N_("Ada kepala keluarga lain. Isi nomor KK agar kedua keluarga dapat dibedakan.")
FAMILY_WITHOUT_HEAD = N_("Tidak ada kepala keluarga dengan nomor KK ini di rumah tangga ini.")
ALONE_ON_KK = N_("Hanya anggota ini yang memakai nomor KK ini. Periksa salah ketik.")
SAME_SEX = N_("Jenis kelamin istri/suami sama dengan kepala keluarga.")
MANY_SPOUSES = N_("Kepala keluarga memiliki lebih dari satu istri/suami.")
SPOUSE_SINGLE = N_("Istri/suami kepala keluarga, tetapi status perkawinannya bukan kawin.")
HEAD_SINGLE = N_("Istri/suaminya terdaftar, tetapi status perkawinannya bukan kawin.")
CHILD_OLDER = N_("Anak lebih tua daripada orang tuanya.")
CHILD_CLOSE = N_("Selisih umur dengan orang tuanya kurang dari {years} tahun.")
GRANDCHILD_CLOSE = N_("Selisih umur cucu dengan kepala keluarga kurang dari {years} tahun.")
PARENT_CLOSE = N_("Selisih umur orang tua/mertua dengan anaknya kurang dari {years} tahun.")
TOO_YOUNG_HEAD = N_("Kepala keluarga berumur kurang dari {years} tahun.")
TOO_YOUNG_SPOUSE = N_("Berstatus pernah kawin, tetapi berumur kurang dari {years} tahun.")
KK_IS_NIK = N_("Nomor KK sama dengan NIK seorang anggota.")
NIK_TWICE = N_("NIK ini sudah dipakai anggota lain di rumah tangga ini.")
PERSON_TWICE = N_("Nama, tanggal lahir, dan jenis kelamin sama dengan anggota lain.")
OWN_MOTHER = N_("Nama ibu kandung sama dengan nama anggota ini sendiri.")
MANY = N_("Ada {count} anggota. Periksa apakah ini lebih dari satu rumah tangga.")


def check_household(
    form: Form,
    answers: object,
    *,
    today: date,
    regions: Collection[str] | None = None,
) -> Checked:
    """Check a document by the form, its numbers by `nik`, and its members against each other.

    `regions` are the district codes in use today as six digits (`750101`); without them no
    district is judged.
    """
    checked = form.check(answers, today)
    found = check_members(checked.answers, today=today, regions=regions)
    return replace(checked, problems=(*checked.problems, *found))


def check_members(
    answers: Mapping[str, object], *, today: date, regions: Collection[str] | None = None
) -> tuple[Problem, ...]:
    """Return the problems of numbers and between members of a document that the form has cleaned.

    What the form itself has refused already (a NIK without 16 digits) is not repeated; its
    suggestion is given.
    """
    entries = answers.get("members", [])
    members = entries if isinstance(entries, list) else []
    problems: list[Problem] = []
    for place, entry in enumerate(members):
        problems += _number_problems(entry, place, today=today, regions=regions)
    people = [
        read_person(entry, place)
        for place, entry in enumerate(members)
        if entry and entry.get("presence", "") in PRESENT
    ]
    if not people:
        return (*problems, *_nobody(answers))
    for rule in RULES:
        problems.extend(rule(people))
    return tuple(problems)


def _number_problems(
    entry: Mapping[str, object], place: int, *, today: date, regions: Collection[str] | None
) -> Iterator[Problem]:
    nik, kk = str(entry.get("nik", "")), str(entry.get("kk", ""))
    born, sex = str(entry.get("born", "")), str(entry.get("sex", ""))
    found = (
        *check_nik(nik, today=today, born=born, sex=sex, regions=regions, member=place),
        *check_kk(kk, today=today, regions=regions, member=place),
    )
    refused = {NumberState.NOT_DIGITS, NumberState.WRONG_LENGTH}
    states = {"nik": number_state(nik), "kk": number_state(kk)}
    for problem in found:
        if problem.level != "error" or states[problem.question] not in refused:
            yield problem


def _nobody(answers: Mapping[str, object]) -> Iterator[Problem]:
    if answers.get("visit_result") == "1":
        yield Problem("members", "members", "error", NOBODY, rule="family")


def heads_are_one_per_card(people: Sequence[Person]) -> Iterator[Problem]:
    """A household has a head; a KK has at most one; several heads need KK numbers to tell them
    apart."""
    heads = [person for person in people if person.relation == HEAD]
    if not heads and all(person.relation for person in people):
        yield Problem("members", "members", "error", NO_HEAD, rule="family")
    seen: set[str] = set()
    for head in heads:
        if head.family in seen:
            yield head.problem("relation", TWO_HEADS, "error")
        elif not head.family and len(heads) > 1:
            yield head.problem("kk", HEAD_WITHOUT_KK)
        seen.add(head.family)


def cards_have_heads(people: Sequence[Person]) -> Iterator[Problem]:
    """A KK that only one member carries is often a typing error; one without a head is unusual."""
    headed = {person.family for person in people if person.relation == HEAD}
    cards: dict[str, list[Person]] = {}
    for person in people:
        if person.family:
            cards.setdefault(person.family, []).append(person)
    for card, family in cards.items():
        if len(cards) == 1 or card in headed:
            continue
        first = family[0]
        if len(family) == 1:
            near = [other for other in sorted(headed - {""}) if _one_slip(card, other)]
            suggested = near[0] if near else None
            yield replace(first.problem("kk", ALONE_ON_KK), suggested=suggested)
        else:
            yield first.problem("kk", FAMILY_WITHOUT_HEAD)


def _one_slip(one: str, other: str) -> bool:
    """Do two numbers differ in one digit, or in two neighbours exchanged?"""
    places = [place for place in range(16) if one[place] != other[place]]
    if len(places) == 2:
        first, second = places
        return second == first + 1 and one[first] == other[second] and one[second] == other[first]
    return len(places) == 1


def spouses_fit(people: Sequence[Person]) -> Iterator[Problem]:
    """Head and spouse differ in sex and are married."""
    for head in people:
        if head.relation != HEAD:
            continue
        spouses = [
            person
            for person in people
            if person.relation == SPOUSE and person.family in {head.family, ""}
        ]
        for spouse in spouses:
            if spouse.sex and spouse.sex == head.sex:
                yield spouse.problem("sex", SAME_SEX, "error")
            if spouse.marital not in {"", "2"}:
                yield spouse.problem("marital_status", SPOUSE_SINGLE)
        if spouses and head.marital not in {"", "2"}:
            yield head.problem("marital_status", HEAD_SINGLE)
        if len(spouses) > 1:
            yield spouses[1].problem("relation", MANY_SPOUSES)


def generations_fit(people: Sequence[Person]) -> Iterator[Problem]:
    """Children are younger than head or spouse, parents older, grandchildren much younger."""
    for person in people:
        couple = _couple_of(person, people)
        if person.relation == CHILD:
            gap = _largest_gap(couple, person)
            if gap is not None and gap < 0:
                yield person.problem("relation", CHILD_OLDER, "error")
            elif gap is not None and gap < PARENT_GAP:
                yield person.problem("relation", CHILD_CLOSE, years=PARENT_GAP)
        elif person.relation == GRANDCHILD:
            gap = _largest_gap(couple, person)
            if gap is not None and gap < 2 * PARENT_GAP:
                yield person.problem("relation", GRANDCHILD_CLOSE, years=2 * PARENT_GAP)
        elif person.relation == PARENT:
            gaps = [_largest_gap([person], child) for child in couple]
            if gaps and all(gap is not None and gap < PARENT_GAP for gap in gaps):
                yield person.problem("relation", PARENT_CLOSE, years=PARENT_GAP)


def _couple_of(person: Person, people: Sequence[Person]) -> list[Person]:
    """Return head and spouse of the person's card, or the only ones when it has no head.

    A spouse whose card nobody showed may belong to any head.
    """
    cards = [other.family for other in people if other.relation == HEAD]
    card = cards[0] if len(cards) == 1 and person.family not in cards else person.family
    near = {HEAD: {card}, SPOUSE: {card, ""}}
    return [other for other in people if other.family in near.get(other.relation, ())]


def _largest_gap(elders: Sequence[Person], younger: Person) -> float | None:
    """Return the most years by which any of `elders` can be older, None when one is unknown."""
    gaps: list[timedelta] = []
    for elder in elders:
        if elder.earliest is None or younger.latest is None:
            return None
        gaps.append(younger.latest - elder.earliest)
    return max(gaps).days / YEAR if gaps else None


def ages_fit(people: Sequence[Person]) -> Iterator[Problem]:
    """Heads and married people are not children."""
    for person in people:
        if person.age is None:
            continue
        if person.relation == HEAD and person.age < YOUNG_HEAD:
            yield person.problem("birth_date", TOO_YOUNG_HEAD, years=YOUNG_HEAD)
        if person.marital in {"2", "3", "4"} and person.age < YOUNG_SPOUSE:
            yield person.problem("marital_status", TOO_YOUNG_SPOUSE, years=YOUNG_SPOUSE)


def numbers_are_own(people: Sequence[Person]) -> Iterator[Problem]:
    """A NIK belongs to one person, and no KK number is a NIK."""
    owners: set[str] = set()
    for person in people:
        if nik_state(person.nik) is NumberState.VALID:
            if person.nik in owners:
                yield person.problem("nik", NIK_TWICE, "error")
            owners.add(person.nik)
    for person in people:
        if person.kk in owners:
            yield person.problem("kk", KK_IS_NIK, "error")


def people_are_different(people: Sequence[Person]) -> Iterator[Problem]:
    """Nobody is entered twice, and nobody is the own mother."""
    for one, other in combinations(people, 2):
        same_name = one.name.casefold() == other.name.casefold()
        if same_name and one.born == other.born != "" and one.sex == other.sex:
            yield other.problem("name", PERSON_TWICE)
    for person in people:
        if person.mother and person.mother.casefold() == person.name.casefold():
            yield person.problem("mother_name", OWN_MOTHER)


def household_is_one(people: Sequence[Person]) -> Iterator[Problem]:
    """Very many members are usually two households."""
    if len(people) > MANY_MEMBERS:
        params = {"count": len(people)}
        yield Problem("members", "members", "warning", MANY, params, rule="family")


RULES: tuple[Callable[[Sequence[Person]], Iterator[Problem]], ...] = (
    heads_are_one_per_card,
    cards_have_heads,
    spouses_fit,
    generations_fit,
    ages_fit,
    numbers_are_own,
    people_are_different,
    household_is_one,
)

"""Reading an answers document as it arrived into typed answers, keeping what cannot be read."""

from collections.abc import Mapping
from datetime import date

from jps.questionnaire.answers import Answers, Record
from jps.questionnaire.plan import Plan
from jps.questionnaire.problems import Problem, Rule, member_path
from jps.questionnaire.questions import Question
from jps.questionnaire.values import MAX_WHOLE, Unclear, answer_text, read_answer
from jps.text import N_, one_line

MAX_MEMBERS = 50  # roster entries read; a longer list is a mistake
MAX_UNKNOWN = 20  # unknown names reported one by one

NOT_OBJECT = N_("Jawaban harus berupa objek JSON dengan nama pertanyaan.")
NOT_LIST = N_("Daftar anggota harus berupa larik (list).")
MEMBER_NOT_OBJECT = N_("Anggota harus berupa objek JSON dengan nama pertanyaan.")
TOO_MANY = N_("Terlalu banyak anggota: {count}, paling banyak {limit}.")
UNKNOWN = N_("Pertanyaan {name} tidak ada dalam kuesioner.")
MORE_UNKNOWN = N_("Masih ada {count} nama pertanyaan lain yang tidak dikenal.")


class Document:
    """One document on its way through the check. Nothing that arrives makes it raise.

    `problems` and `dropped` fill up while it is read and checked; `faults` are unreadable answers
    by question and place, which only count where the question applies.
    """

    def __init__(self, plan: Plan, today: date) -> None:
        self.plan = plan
        self.answers = Answers(plan, today)
        self.problems: list[Problem] = []
        self.dropped: dict[str, object] = {}
        self.faults: dict[tuple[str, int | None], tuple[Problem, object]] = {}
        self.entries = 0  # roster entries that arrived, unreadable ones included

    def path(self, question: str, place: int | None) -> str:
        """Return the path of a question in the document."""
        return member_path(place, question, roster=self.plan.roster_name)

    def add(
        self, question: str, place: int | None, message: str, *, rule: Rule, **params: object
    ) -> None:
        """Note an error at a question."""
        path = self.path(question, place)
        self.problems.append(Problem(path, question, "error", message, params, rule))

    def read(self, document: object) -> None:
        """Read a document: an object by question name, whose roster is a list of such objects."""
        if not isinstance(document, Mapping):
            self.add("", None, NOT_OBJECT, rule="type")
            return
        roster = self.plan.roster_name
        self._read_record(self.answers.household, document, in_roster=False)
        entries = document.get(roster)
        if entries is None or entries == "":
            return
        if not isinstance(entries, list | tuple):
            self.add(roster, None, NOT_LIST, rule="type")
            self.dropped[roster] = entries
            return
        if len(entries) > MAX_MEMBERS:
            self.add(roster, None, TOO_MANY, rule="size", count=len(entries), limit=MAX_MEMBERS)
            self.dropped[f"{roster}[{MAX_MEMBERS}:]"] = entries[MAX_MEMBERS:]
        self.entries = min(len(entries), MAX_MEMBERS)
        for place, entry in enumerate(entries[:MAX_MEMBERS]):
            self._read_member(place, entry)

    def _read_member(self, place: int, entry: object) -> None:
        if not isinstance(entry, Mapping):
            path = f"{self.plan.roster_name}[{place}]"
            self.problems.append(
                Problem(path, self.plan.roster_name, "error", MEMBER_NOT_OBJECT, rule="type")
            )
            self.dropped[path] = entry
            return
        record = Record(place)
        self.answers.members.append(record)
        self._read_record(record, entry, in_roster=True)

    def _read_record(
        self, record: Record, document: Mapping[object, object], *, in_roster: bool
    ) -> None:
        unknown: dict[str, object] = {}
        steps = (self.plan.member if in_roster else self.plan.household).steps
        values, texts = record.values, record.texts
        for name, raw in document.items():
            step = steps.get(name) if isinstance(name, str) else None
            if step is None:
                if in_roster or name != self.plan.roster_name:
                    unknown[name if isinstance(name, str) else type(name).__name__] = raw
            elif raw.__class__ is str and step.plain(raw):
                values[step.name] = texts[step.name] = raw
            elif raw.__class__ is list and len(raw) == 1 and _is_code(raw[0], step.codes):
                values[step.name], texts[step.name] = [raw[0]], raw[0]
            elif raw.__class__ is int and step.whole and -MAX_WHOLE < raw < MAX_WHOLE:
                values[step.name], texts[step.name] = raw, str(raw)
            elif not step.question.is_calculated:
                self._read_answer(record, step.question, raw)
        if unknown:
            self._report_unknown(record, unknown)

    def _read_answer(self, record: Record, question: Question, raw: object) -> None:
        try:
            value = read_answer(question, raw)
        except Unclear as fault:
            problem = Problem(
                self.path(question.name, record.place),
                question.name,
                "error",
                fault.message,
                fault.params,
                fault.rule,
                fault.suggested,
            )
            self.faults[question.name, record.place] = problem, raw
            return
        if value is not None:
            record.values[question.name] = value
            record.texts[question.name] = answer_text(value)

    def _report_unknown(self, record: Record, unknown: Mapping[str, object]) -> None:
        for count, (name, raw) in enumerate(unknown.items()):
            short = one_line(name[:40].encode("utf-8", "replace").decode())
            self.dropped[self.path(name, record.place)] = raw
            if count < MAX_UNKNOWN:
                self.add(short, record.place, UNKNOWN, rule="unknown", name=short)
        if len(unknown) > MAX_UNKNOWN:
            more = len(unknown) - MAX_UNKNOWN
            self.add("", record.place, MORE_UNKNOWN, rule="unknown", count=more)


def _is_code(part: object, codes: frozenset[str]) -> bool:
    return part.__class__ is str and part in codes

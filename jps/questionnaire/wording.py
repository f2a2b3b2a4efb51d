"""Conditions of the form in words, for people who do not read XPath.

Knows what questionnaires are made of: comparisons of one question with one value, joined by `and`
and `or`. Anything else is not put into words, so that nothing is told wrongly.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from jps.questionnaire.questions import Question
from jps.text import N_

_COMPARISON = re.compile(
    r"\$\{(?P<name>[\w-]+)\}\s*(?P<sign><=|>=|!=|=|<|>)\s*(?:'(?P<text>[^']*)'|(?P<number>[\d.]+))"
)
_SELECTED = re.compile(r"selected\(\$\{(?P<name>[\w-]+)\},\s*'(?P<text>[^']*)'\)")

# Sign -> words; {question} and {value} are filled in.
_WORDS = {
    "=": N_("{question}: {value}"),
    "!=": N_("{question}: bukan {value}"),
    ">=": N_("{question}: paling sedikit {value}"),
    "<=": N_("{question}: paling banyak {value}"),
    ">": N_("{question}: lebih dari {value}"),
    "<": N_("{question}: kurang dari {value}"),
    "blank": N_("{question}: tidak diisi"),
    "filled": N_("{question}: diisi"),
    "holds": N_("{question}"),
}
_AND, _OR = N_("dan"), N_("atau")

Translate = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class _Part:
    """One comparison: which question, how, with what."""

    question: Question
    words: str
    value: str


def in_words(
    condition: str,
    questions: Mapping[str, Question],
    language: str,
    translate: Translate = str,
) -> str | None:
    """Return one condition of the form as a phrase in `language`.

    `translate` looks the connecting words up in the catalogue. None when the condition is more than
    plain comparisons.

    `a = 1 or a = 2 or b = 3`: comparisons of one question with several values become one.
    """
    ways = []
    for way in re.split(r"\s+or\s+", condition.strip()):
        parts = [_part(text, questions, language) for text in re.split(r"\s+and\s+", way)]
        if any(part is None for part in parts):
            return None
        ways.append([part for part in parts if part is not None])
    phrases = []
    for _, alike in groupby(ways, key=_subject):
        same = list(alike)
        if len(same[0]) == 1:
            value = _listed([way[0].value for way in same], translate(_OR))
            phrases.append(_said(same[0][0], value, language, translate))
        else:
            phrases += [
                _joined([_said(p, p.value, language, translate) for p in way], translate(_AND))
                for way in same
            ]
    return _joined(phrases, translate(_OR))


def _subject(way: Sequence[_Part]) -> object:
    """Ways of one comparison about the same question belong together, others stand alone."""
    return (way[0].question.name, way[0].words) if len(way) == 1 else id(way)


def _part(text: str, questions: Mapping[str, Question], language: str) -> _Part | None:
    found = _COMPARISON.fullmatch(text.strip()) or _SELECTED.fullmatch(text.strip())
    if found is None or found["name"] not in questions:
        return None
    question, bits = questions[found["name"]], found.groupdict()
    sign, number = bits.get("sign") or "=", bits.get("number")
    value = number if number is not None else bits["text"] or ""
    if not value and sign in {"=", "!="}:
        return _Part(question, "blank" if sign == "=" else "filled", "")
    if question.is_calculated and sign == "=" and value == "1":  # a yes that the form computed
        return _Part(question, "holds", "")
    return _Part(question, sign, question.answer_label(value, language))


def _said(part: _Part, value: str, language: str, translate: Translate) -> str:
    label = part.question.label(language).rstrip("?: ")
    return translate(_WORDS[part.words]).format(question=label, value=value)


def _listed(values: Sequence[str], word: str) -> str:
    """Return `A, B or C`."""
    return f" {word} ".join(part for part in (", ".join(values[:-1]), values[-1]) if part)


def _joined(phrases: Sequence[str], word: str) -> str:
    return f"; {word} ".join(phrases)

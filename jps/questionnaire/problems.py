"""What is wrong with an answer, told so that the person who typed it can act on it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from jps.text import N_

Level = Literal["error", "warning", "suggestion"]
Rule = Literal["required", "type", "choice", "constraint", "unknown", "size", "nik", "family"]

REQUIRED = N_("Wajib diisi.")


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding about one answer.

    `path` is the place in the answers document (`floor_material`, `members[0].nik`; roster places
    count from 0), `question` the question's name. An `error` stops a submission, a `warning` asks
    for a second look, a `suggestion` offers `suggested` as the value probably meant. `rule` says
    which kind of check spoke, so that a draft may be kept although `required` answers are missing.

    `message` is an Indonesian template for `params`; messages written in the questionnaire itself
    bring their other languages along in `translations`. Params hold no names and no numbers of
    persons, `suggested` may: never log it.
    """

    path: str
    question: str
    level: Level
    message: str
    params: Mapping[str, object] = field(default_factory=dict)
    rule: Rule = "constraint"
    suggested: str | None = None
    translations: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the problem as it is stored."""
        return {name: getattr(self, name) for name in self.__slots__}

    def text(self, language: str = "id", translate: Callable[[str], str] = str) -> str:
        """Return the message in `language`; `translate` looks a template up in the catalogue."""
        if self.translations:
            return self.translations.get(language) or self.message
        template = translate(self.message)
        return template.format(**self.params) if self.params else template


def member_path(index: int | None, question: str, *, roster: str = "members") -> str:
    """Return the path of a question, in roster entry `index` (from 0) or of the household."""
    return question if index is None else f"{roster}[{index}].{question}"

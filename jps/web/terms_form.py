"""What the form of terms sends, read into values; and stored terms as the form shows them."""

import json
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from jps.db import db
from jps.errors import InvalidData
from jps.http import error_text
from jps.programmes.given import TermsFacts
from jps.programmes.models import ProgrammeTerms
from jps.programmes.rules import Frequency
from jps.programmes.services import BAD_TERMS
from jps.programmes.terms import Component, Package, Share
from jps.targeting.services import checked_tree
from jps.text import N_, one_line
from jps.web.target_forms import newest_rules

MOST_ROWS = 40  # of components, packages or shares that a form takes
MOST_TEXT = 50_000  # characters of a rule as JSON
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "components": ("code", "name", "amount", "most", "verified"),
    "packages": ("area", "contents", "value", "verified"),
    "shares": ("payer", "percent", "verified"),
}
RULES = ("eligibility", "exclusion")

BAD_DAY = N_("Isi tanggal.")
BAD_NUMBER = N_("Isi bilangan bulat tanpa tanda lain.")
BAD_PERCENT = N_("Isi persen sebagai angka, misalnya 60 atau 33,3.")
BAD_CHOICE = N_("Pilih salah satu.")
NOT_JSON = N_("Aturan ini bukan JSON yang utuh.")


class _Typed:
    """Reads the fields of a form and gathers what is wrong with them."""

    def __init__(self, form: Mapping[str, str]) -> None:
        self.form = form
        self.problems: dict[str, list[str]] = {}

    def text(self, name: str, most: int = 2_000) -> str:
        """Return a text without what nobody can see."""
        return one_line(self.form.get(name, ""))[:most]

    def day(self, name: str) -> date | None:
        """Return a date, None where none was typed."""
        text = self.form.get(name, "")
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            self._wrong(name, BAD_DAY)
            return None

    def whole(self, name: str, at: str = "") -> int | None:
        """Return a whole number, its thousands parted by dots or not."""
        text = self.text(name, 30).removeprefix("Rp").replace(".", "").strip()
        if not text:
            return None
        if not (text.isascii() and text.isdigit()) or len(text) > 15:
            self._wrong(at or name, BAD_NUMBER)
            return None
        return int(text)

    def percent(self, name: str) -> Fraction:
        """Return a percentage."""
        text = self.text(name, 20).rstrip("% ").replace(",", ".")
        if text.replace(".", "", 1).isdigit() and text.isascii():
            return Fraction(text)
        self._wrong("shares", BAD_PERCENT)
        return Fraction(0)

    def tree(self, name: str) -> dict[str, Any] | None:
        """Return a rule: a stored one that was chosen, or JSON."""
        chosen = self.form.get(f"{name}_rule", "")
        for rule in newest_rules() if chosen else ():
            if str(rule.id) == chosen:
                return rule.tree
        text = self.form.get(name, "").strip()
        if not text:
            return None
        try:
            found = json.loads(text) if len(text) <= MOST_TEXT else None
            return checked_tree(db.session(), found)
        except InvalidData as error:
            self._wrong(name, error_text(error))
        except (ValueError, RecursionError):
            self._wrong(name, NOT_JSON)
        return None

    def rows(self, kind: str) -> list[int]:
        """Return the numbers of the rows in which anything but a tick was given."""
        return [
            number
            for number in range(MOST_ROWS)
            if any(
                self.form.get(f"{kind}-{number}-{column}", "").strip()
                for column in COLUMNS[kind]
                if column not in {"verified", "area"}
            )
        ]

    def _wrong(self, name: str, message: str) -> None:
        self.problems.setdefault(name, [message])


def read_terms(form: Mapping[str, str]) -> TermsFacts:
    """Return the terms that were typed. Raises InvalidData."""
    typed = _Typed(form)
    begins = typed.day("valid_from")
    frequency = form.get("frequency", "")
    if begins is None:
        typed.problems["valid_from"] = [BAD_DAY]
    if frequency not in set(Frequency):
        typed.problems["frequency"] = [BAD_CHOICE]
    values: dict[str, Any] = {
        "valid_to": typed.day("valid_to"),
        "legal_basis": typed.text("legal_basis"),
        "source": typed.text("source"),
        "verified": "verified" in form,
        "components": tuple(_component(typed, number) for number in typed.rows("components")),
        "packages": tuple(_package(typed, number) for number in typed.rows("packages")),
        "shares": tuple(_share(typed, number) for number in typed.rows("shares")),
        **{name: typed.tree(name) for name in RULES},
    }
    for name in ("amount", "deliveries", "most_components", "most_deciles"):
        values[name] = typed.whole(name)
    if typed.problems or begins is None:
        raise InvalidData(BAD_TERMS, typed.problems)
    return TermsFacts(valid_from=begins, frequency=Frequency(frequency), **values)


def _component(typed: _Typed, number: int) -> Component:
    at = f"components-{number}"
    return Component(
        typed.text(f"{at}-code", 24),
        typed.text(f"{at}-name", 120),
        typed.whole(f"{at}-amount", "components") or 0,
        typed.whole(f"{at}-most", "components"),
        f"{at}-verified" in typed.form,
    )


def _package(typed: _Typed, number: int) -> Package:
    at = f"packages-{number}"
    return Package(
        typed.text(f"{at}-area", 13),
        typed.text(f"{at}-contents"),
        typed.whole(f"{at}-value", "packages"),
        f"{at}-verified" in typed.form,
    )


def _share(typed: _Typed, number: int) -> Share:
    at = f"shares-{number}"
    return Share(
        typed.text(f"{at}-payer", 120),
        typed.percent(f"{at}-percent"),
        f"{at}-verified" in typed.form,
    )


def shown_terms(terms: ProgrammeTerms) -> dict[str, Any]:
    """Return stored terms as the form shows them."""
    plain = ("amount", "deliveries", "most_components", "most_deciles", "frequency")
    found = {name: "" if (v := getattr(terms, name)) is None else str(v) for name in plain}
    found |= {"legal_basis": terms.legal_basis, "source": terms.source}
    found |= {"valid_from": terms.valid_from.isoformat()}
    found |= {"valid_to": terms.valid_to.isoformat() if terms.valid_to else ""}
    if terms.verified:
        found["verified"] = "1"
    for name in RULES:
        tree = getattr(terms, name)
        found[name] = json.dumps(tree, ensure_ascii=False, indent=1) if tree else ""
    for kind in COLUMNS:
        for number, row in enumerate(getattr(terms, kind)):
            for column, value in row.items():
                if value is not False:
                    text = str(value).replace(".", ",") if column == "percent" else str(value)
                    found[f"{kind}-{number}-{column}"] = text
    return found

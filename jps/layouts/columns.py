"""Columns that come from the questionnaire: every question can be one, under its name or label."""

from collections.abc import Iterable, Iterator, Mapping

from jps.layouts.cells import word_key
from jps.layouts.layout import AREA_NAMES, HOUSEHOLD_KEY, MEMBER_KEY, VERSION, Column, Scope
from jps.questionnaire import Form, Question
from jps.text import N_

Words = Mapping[str, Mapping[str, str]]  # list of choices -> word as compared -> code

STATE = "state"
# Shown above the columns of the own template that are no question; the names work as well.
KEY_HEADERS = {
    HOUSEHOLD_KEY: (
        N_("Kode rumah tangga"),
        "Nomor rumah tangga",
        "ID rumah tangga",
        "Nomor urut rumah tangga dalam berkas ini",
        "household_no",
    ),
    MEMBER_KEY: (N_("Kode anggota"), "ID anggota"),
    VERSION: (N_("Versi kuesioner"),),
    STATE: (N_("Status data"),),
    AREA_NAMES[0]: (N_("Provinsi"), "Nama provinsi"),
    AREA_NAMES[1]: (N_("Kabupaten/kota"), "Kab/Kota", "Kabupaten", "Nama kabupaten"),
    AREA_NAMES[2]: (N_("Kecamatan"), "Nama kecamatan"),
    AREA_NAMES[3]: (N_("Desa/kelurahan"), "Desa", "Kelurahan", "Kelurahan/Desa", "Nama desa"),
}
KEPT_REASONS = {STATE: N_("Status dicatat oleh JPS dan tidak diimpor.")}
LONG_NUMBERS = frozenset({"nik", "kk"})
_BY_TYPE = {
    "integer": "number",
    "decimal": "number",
    "date": "date",
    "select_one": "choice",
    "select_multiple": "choices",
}


def key_columns() -> tuple[Column, ...]:
    """Return the columns of the own template that are no question."""
    return tuple(
        Column(
            name,
            (headers[0], name, *headers[1:]),
            "member" if name == MEMBER_KEY else "household",
            "keep",
            reason=KEPT_REASONS.get(name, ""),
        )
        for name, headers in KEY_HEADERS.items()
    )


def question_columns(form: Form, words: Words) -> tuple[Column, ...]:
    """Return one column per question that is not calculated, in the order of the form."""
    return tuple(
        question_column(question, words)
        for roster in (False, True)
        for question in form
        if question.in_roster == roster and not question.is_calculated
    )


def question_column(question: Question, words: Words) -> Column:
    """Return the column of a question, known by its labels and its name."""
    labels = dict.fromkeys((question.label("id"), question.name, question.label("en")))
    return Column(
        to=question.name,
        headers=tuple(labels),
        scope="member" if question.in_roster else "household",
        reads=reader_of(question),
        options=choice_words(question, words),
    )


def reader_of(question: Question) -> str:
    """Return the transform that reads answers to `question`."""
    if question.name in LONG_NUMBERS:
        return "identity"
    if question.type == "date" and "month-year" in question.appearance.split():
        return "month"
    return _BY_TYPE.get(question.type, "text")


def choice_words(question: Question, words: Words) -> dict[str, str]:
    """Return word -> code for a question: its codes, its labels, and words known to mean them."""
    found: dict[str, str] = {}
    for word, code in words.get(question.list_name, {}).items():
        found[word] = code
    labels = [(word_key(text), c.code) for c in question.choices for text in c.labels.values()]
    for word, code in _unambiguous(labels):
        found[word] = code
    return {**found, **{choice.code: choice.code for choice in question.choices}}


def _unambiguous(pairs: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    meanings: dict[str, set[str]] = {}
    for word, code in pairs:
        meanings.setdefault(word, set()).add(code)
    return ((word, next(iter(codes))) for word, codes in meanings.items() if len(codes) == 1)


def split_columns(question: Question) -> Iterator[Column]:
    """Yield the columns that hold one choice each (`id_documents/4`), 1 where it was chosen."""
    if question.type != "select_multiple":
        return
    scope: Scope = "member" if question.in_roster else "household"
    for choice in question.choices:
        labels = (f"{question.label(one)}/{choice.label(one)}" for one in ("id", "en"))
        headers = (f"{question.name}/{choice.code}", *labels)
        yield Column(question.name, headers, scope, "split", {"code": choice.code})


def part_columns(question: Question) -> Iterator[Column]:
    """Yield the columns that hold one number of a GPS point each."""
    if question.type != "geopoint":
        return
    scope: Scope = "member" if question.in_roster else "household"
    for place, part in enumerate(("Latitude", "Longitude", "Altitude", "Accuracy")):
        headers = (f"{question.name}-{part}", f"_{question.name}_{part.lower()}")
        yield Column(question.name, headers, scope, "part", {"place": str(place)})
    precision = (f"_{question.name}_precision",)  # Kobo's word for the accuracy
    yield Column(question.name, precision, scope, "part", {"place": "3"})

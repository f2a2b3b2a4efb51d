"""Every text that people read has its English, and both say the same things."""

import re
from functools import cache
from typing import Any

import pytest
from babel.messages import frontend
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po
from flask import Flask
from flask_babel import force_locale, gettext

from jps.errors import InvalidFile
from jps.http import error_text
from jps.text import N_
from jps.translations import LANGUAGES
from tests.repository import ROOT

JPS = ROOT / "jps"
ENGLISH = JPS / "translations" / "en" / "LC_MESSAGES" / "messages.po"
GAPS = re.compile(r"%\((\w+)\)[sd]|\{(\w*)\}")


@cache
def english() -> Catalog:
    """Return the English catalogue."""
    with ENGLISH.open("rb") as file:
        return read_po(file, locale="en", abort_invalid=True)


@cache
def texts() -> frozenset[str]:
    """Return the texts that stand in code and templates, collected as `make catalogues` does."""
    parse: Any = frontend.parse_mapping_cfg  # it has no types
    with (JPS / "translations" / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse(file)
    keywords = {**DEFAULT_KEYWORDS, "N_": None}
    found = extract_from_dir(JPS, methods, options, keywords)
    return frozenset(text if isinstance(text, str) else text[0] for _, _, text, _, _ in found)


def forms(message: Message) -> tuple[str, ...]:
    """Return the translation: one text, or one for each plural form."""
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def original(message: Message) -> str:
    """Return the Indonesian text, of a plural the singular."""
    return message.id if isinstance(message.id, str) else message.id[0]


def gaps(text: str) -> set[str]:
    """Return the names that are filled in."""
    return {named or braced for named, braced in GAPS.findall(text)}


def test_nothing_waits_for_its_english() -> None:
    known = {original(message) for message in english() if message.id}
    missing = sorted(texts() - known)
    assert not missing, "run make catalogues and translate:\n" + "\n".join(missing)


def test_nothing_is_translated_that_no_longer_stands() -> None:
    known = {original(message) for message in english() if message.id}
    assert not sorted(known - texts())


def test_every_text_is_translated() -> None:
    empty = [original(m) for m in english() if m.id and not all(forms(m))]
    assert not empty, "\n".join(empty)


def test_translations_fill_in_the_same() -> None:
    other = [
        f"{original(message)!r} / {form!r}"
        for message in english()
        if message.id
        for form in forms(message)
        if gaps(form) != gaps(original(message))
    ]
    assert not other, "\n".join(other)


def test_translations_keep_the_spaces_at_the_ends() -> None:
    other = [
        original(message)
        for message in english()
        if message.id
        for form in forms(message)
        if form and (form != form.strip()) != (original(message) != original(message).strip())
    ]
    assert not other, "\n".join(other)


@pytest.mark.parametrize("language", LANGUAGES)
def test_errors_are_told_in_the_readers_language(app: Flask, language: str) -> None:
    error = InvalidFile(N_("Hanya pekerjaan yang gagal atau dibatalkan yang dapat diulang."))
    with app.test_request_context(), force_locale(language):
        told = error_text(error)
        assert gettext(error.message) == told
    assert (told == error.message) == (language == "id")


def test_values_with_braces_and_percents_come_through(app: Flask) -> None:
    error = InvalidFile(N_("Akun {username} tidak ada."), username="100% {x} %(y)s")
    with app.test_request_context():
        assert "100% {x} %(y)s" in error_text(error)

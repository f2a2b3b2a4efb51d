"""What must never be committed: numbers of people, paths of a machine, code and hosts of others."""

import hashlib
import re
from datetime import date

import pytest

from jps.web.vendor import folder
from tests.repository import ROOT, files, texts

SIXTEEN = re.compile(r"(?<![\d.])\d{16}(?![\d.])")
INVENTED_SERIALS = range(9000, 10_000)  # nobody holds them: serials begin at 0001 each day
TOY_NUMBERS = {"1234567890123456", "0123456789012345"}
MACHINES = re.compile(r"(?<![\w.])(/work/|/tmp/|/home/|/root/|/Users/|[A-Z]:\\|\.\./shared)")
LOADED = re.compile(
    r"""(?:\b(?:src|srcset|href|action|data|poster)\s*=\s*["']?|url\(\s*["']?|@import\s+["']?"""
    r"""|\b(?:fetch|import|importScripts|Worker|open)\(\s*["'`])\s*(?:https?:)?//""",
    re.IGNORECASE,
)
LINKS = re.compile(r"<a\b[^>]*>", re.IGNORECASE)
COMMENTS = re.compile(r"\{#.*?#\}|<!--.*?-->|/\*.*?\*/|^\s*//.*?$", re.DOTALL | re.MULTILINE)
LARGEST = 500_000  # bytes of one committed file; the catalogue of translations is the largest
CODE_OF_OTHERS = re.compile(r"\.min\.(js|css)$|\.(map|whl|jar|so|dll|pyc|mo|woff2?|ttf)$")

# The browser's libraries come inside Python packages; a wheel that changed shows here.
# Bootstrap 5.3.8, htmx 2.0.3 and Leaflet 1.9.4 are equal to the files on npm.
VENDORED = {
    "bootstrap/css/bootstrap.min.css": (
        "d85327d99c7a3ee1f9b5d0500d1370acea3ad2db39c163c2f51f232baedbdede"
    ),
    "bootstrap/js/bootstrap.min.js": (
        "7b0f14895d69247fd88e93840489cfd47c55bd3fd27eb0a6c12a14cc5f492207"
    ),
    "htmx/htmx.min.js": "491955cd1810747d7d7b9ccb936400afb760e06d25d53e4572b64b6563b2784e",
    "leaflet/leaflet.css": "a7837102824184820dfa198d1ebcd109ff6d0ff9a2672a074b9a1b4d147d04c6",
    "leaflet/leaflet.js": "db49d009c841f5ca34a888c96511ae936fd9f5533e90d8b2c4d57596f4e5641a",
    "swagger/swagger-ui-bundle.js": (
        "3f6abf70480db7e07914df4c98a77385f22ea585eaf457a3e6415ba0eae2d167"
    ),
}


def could_be_a_person(number: str) -> bool:
    """Whether `number` is built like a NIK or KK that somebody may hold."""
    if number in TOY_NUMBERS or len(set(number)) == 1:
        return False
    day, month, year = int(number[6:8]), int(number[8:10]), int(number[10:12])
    try:
        date(2000 + year, month, day - 40 if day > 40 else day)
    except ValueError:
        return False
    return int(number[12:]) > 0 and int(number[12:]) not in INVENTED_SERIALS


def test_what_counts_as_a_person() -> None:
    assert could_be_a_person("750101" + "410190" + "0001")
    assert could_be_a_person("750101" + "310190" + "8999")
    invented = ("7501014101909001", "7501013102909001", "1234567890123456", "3333333333333333")
    assert not any(map(could_be_a_person, invented))


def test_no_number_that_somebody_may_hold() -> None:
    found = [
        f"{name}: {number[:8]}..."
        for name, text in texts()
        for number in SIXTEEN.findall(text)
        if could_be_a_person(number)
    ]
    assert not found, "\n".join(found)


def test_no_path_of_a_machine() -> None:
    found = [
        f"{name}: {match.group()}"
        for name, text in texts()
        if name != "tests/test_repository.py"
        for match in MACHINES.finditer(text)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("where", ["jps/templates", "jps/static"])
def test_pages_load_nothing_from_other_hosts(where: str) -> None:
    found = [
        f"{name}: {match.group()}"
        for name, text in texts(where)
        for match in LOADED.finditer(LINKS.sub("", COMMENTS.sub("", text)))
    ]
    assert not found, "\n".join(found)


def test_no_code_of_others_is_committed() -> None:
    found = [
        path.relative_to(ROOT).as_posix()
        for path in files()
        if CODE_OF_OTHERS.search(path.name) or (path.is_file() and path.stat().st_size > LARGEST)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(("name", "expected"), VENDORED.items())
def test_libraries_of_the_browser_are_the_ones_we_know(name: str, expected: str) -> None:
    library, _, inside = name.partition("/")
    content = (folder(library) / inside).read_bytes()
    assert hashlib.sha256(content).hexdigest() == expected


def test_documents_lead_to_files_that_are_there() -> None:
    found = [
        f"{name}: {target}"
        for name, text in texts(endings=(".md",))
        for target in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", text)
        if not (ROOT / name).parent.joinpath(target).exists()
    ]
    assert not found, "\n".join(found)

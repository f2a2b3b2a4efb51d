"""The form for phones: what ODK's own validator says of it, and that it is the same questionnaire.

The validator's jar comes with pyxform; it needs Java, which `.ci/java` installs.
"""

import os
import shutil
import subprocess
import sys
from hashlib import md5
from importlib.util import find_spec
from pathlib import Path

import pytest
from lxml import etree

from jps.config import DATA
from jps.questionnaire import load_form
from jps.questionnaire.collect import ADDED, collect_form

FOLDER = DATA / "questionnaire"
JAR = "validators/odk_validate/bin/ODK_Validate.jar"  # in the folder of pyxform
XFORMS = "{http://www.w3.org/2002/xforms}"
WHOLE, BROKEN = b"once(uuid())", b"once(uuid("


@pytest.fixture(scope="module")
def java() -> str:
    """Where Java is. Skipped without it, except in continuous integration."""
    found = shutil.which("java")
    if found is None and not os.environ.get("CI"):
        pytest.skip("no Java: ODK Validate needs it")
    assert found is not None, "continuous integration installs Java with .ci/java"
    return found


def validate(java: str, xml: bytes, path: Path) -> subprocess.CompletedProcess[bytes]:
    """Let ODK Validate look at a form."""
    path.write_bytes(xml)
    package = find_spec("pyxform")
    assert package is not None
    assert package.origin is not None
    jar = Path(package.origin).parent / JAR
    command = [java, "-Djava.awt.headless=true", "-jar", str(jar), str(path)]
    return subprocess.run(command, capture_output=True, timeout=120, check=False)


def test_the_form_passes_odk_validate(java: str, tmp_path: Path) -> None:
    xml = collect_form(FOLDER).xml
    good = validate(java, xml, tmp_path / "form.xml")
    assert good.returncode == 0, good.stderr.decode()
    assert b"Xform is valid" in good.stdout + good.stderr
    bad = validate(java, xml.replace(WHOLE, BROKEN), tmp_path / "bad.xml")
    assert bad.returncode != 0, "the validator says so when something is wrong"


def test_it_asks_what_the_questionnaire_asks() -> None:
    def nodes(xml: bytes) -> set[str]:
        root = etree.fromstring(xml)
        return {str(bind.get("nodeset")) for bind in root.iter(f"{XFORMS}bind")}

    ours, theirs = nodes(load_form(FOLDER).xml.encode()), nodes(collect_form(FOLDER).xml)
    added = {path for path in theirs - ours if "/meta/" not in path}
    assert ours <= theirs
    assert {path.rpartition("/")[2] for path in added} == set(ADDED)


def test_it_is_the_same_in_every_process() -> None:
    code = (
        "import hashlib; from jps.config import DATA;"
        "from jps.questionnaire.collect import collect_form;"
        "print(hashlib.md5(collect_form(DATA / 'questionnaire').xml).hexdigest())"
    )
    seeded = {**os.environ, "PYTHONHASHSEED": "7"}
    other = subprocess.run(
        [sys.executable, "-c", code], env=seeded, capture_output=True, check=True
    )
    assert other.stdout.decode().strip() == md5(collect_form(FOLDER).xml).hexdigest()

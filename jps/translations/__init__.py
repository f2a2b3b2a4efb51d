"""The catalogues. Texts in the code are Indonesian; `en` translates them.

Catalogues are compiled at start into the instance folder, so that nobody has to remember it.
"""

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from jps.config import Settings

LANGUAGES = ("id", "en")  # the first is the default and needs no catalogue
_HERE = Path(__file__).parent


def compile_catalogues(settings: Settings) -> None:
    """Write the compiled catalogues that are missing or older than their source."""
    for source in sorted(_HERE.glob("*/LC_MESSAGES/*.po")):
        target = settings.folder("translations") / source.relative_to(_HERE).with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        with source.open("rb") as text:
            catalogue = read_po(text, locale=source.parent.parent.name)
        draft = target.with_suffix(".new")
        with draft.open("wb") as binary:
            write_mo(binary, catalogue)
        draft.replace(target)

"""The offline form: a shell without anybody's data, which a phone keeps and starts without network.

Every file of the shell stands at an address with the hash of the whole shell, so that a phone has
one version of all of them and never a mixture. Nothing here depends on who asks: the doors are
open, because a phone whose session has ended must still start.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    make_response,
    render_template,
    request,
    url_for,
)
from flask_babel import force_locale, gettext

from jps.areas.queries import names_at
from jps.areas.rules import Level
from jps.db import db
from jps.http import Door, requires
from jps.questionnaire.pack import pack_form
from jps.web.codebook import form_in_force
from jps.web.compression import compressed
from jps.web.icons import PNG_ICONS, draw_png

bp = Blueprint("phone", __name__, url_prefix="/phone")

FORM = "form.json"
SENDING = "sync.js"
STYLES = ("entry/entry.css", "phone/phone.css")
ICON = "icon.svg"
KINDS = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
_TEXTS = re.compile(r'\b(?:_|N_)\(\s*("(?:[^"\\]|\\.)*")')
_IMPORTS = re.compile(r'^import .*?"\./([a-z]+\.js)";$', re.MULTILINE)


@dataclass(frozen=True)
class Shell:
    """The files of the offline form by name, and the hash of them all."""

    version: str
    files: Mapping[str, bytes]

    @property
    def first_scripts(self) -> list[str]:
        """The scripts that the first page needs: `app.js` and what it imports, and they."""
        found = ["app.js"]
        for name in found:  # it grows while it is read
            source = self.files[name].decode()
            found += [one for one in _IMPORTS.findall(source) if one not in found]
        return found


@bp.get("/")
@requires(Door.OPEN)
def index() -> Response:
    """Answer with the page that everything else happens on."""
    page = render_template("phone/shell.html", shell=shell())
    return _fresh(compressed(make_response(page)))


@bp.get("/manifest.webmanifest")
@requires(Door.OPEN)
def manifest() -> Response:
    """Say how the form is installed on a home screen."""
    drawing = url_for(".asset", version=shell().version, name=ICON)
    about = {
        "id": url_for(".index"),
        "name": gettext("JPS Pendataan"),
        "short_name": "JPS",
        "start_url": url_for(".index"),
        "scope": url_for(".index"),
        "display": "standalone",
        "background_color": "#f4f7f6",
        "theme_color": "#084543",
        "icons": [
            {"src": drawing, "sizes": "any", "type": KINDS[".svg"], "purpose": "any"},
            *(
                {
                    "src": url_for(".icon", name=name),
                    "sizes": f"{pixels}x{pixels}",
                    "type": "image/png",
                    "purpose": "maskable" if cut else "any",
                }
                for name, (pixels, cut) in PNG_ICONS.items()
            ),
        ],
    }
    return _fresh(Response(json.dumps(about), mimetype="application/manifest+json"))


@bp.get("/icons/<name>")
@requires(Door.OPEN)
def icon(name: str) -> Response:
    """Answer with the icon as PNG, for phones that install nothing with an SVG."""
    if name not in PNG_ICONS:
        abort(404)
    drawing = Path(current_app.static_folder or "") / ICON
    answer = Response(_png(drawing.read_bytes(), name), mimetype="image/png")
    answer.headers["Cache-Control"] = "public, max-age=86400"
    return answer


@bp.get("/worker.js")
@requires(Door.OPEN)
def worker() -> Response:
    """Answer with the service worker; another shell makes another worker, which replaces it.

    With `?sends` it is a module that also sends what waits, when the browser wakes it.
    """
    kept = shell()
    sends = "sends" in request.args and url_for(".asset", version=kept.version, name=SENDING)
    addresses = [url_for(".asset", version=kept.version, name=name) for name in kept.files]
    text = render_template(
        "phone/worker.js",
        version=kept.version,
        start=url_for(".index"),
        addresses=addresses,
        sends=sends,
    )
    return _fresh(Response(text, mimetype=KINDS[".js"]))


@bp.get("/<version>/<name>")
@requires(Door.OPEN)
def asset(version: str, name: str) -> Response:
    """Answer with one file of the shell, to be kept for a year."""
    kept = shell()
    if version != kept.version or name not in kept.files:
        abort(404)
    answer = compressed(Response(kept.files[name], mimetype=KINDS[Path(name).suffix]))
    answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return answer


def shell() -> Shell:
    """Return the shell in force; it changes with its files, the questionnaire and the districts."""
    static = Path(current_app.static_folder or "")
    regions = names_at(db.session(), Level.KECAMATAN)
    paths = (static / ICON, *(static / name for name in STYLES), *_scripts(static))
    changed = tuple((path, path.stat().st_mtime_ns) for path in paths)
    codes = tuple(code.replace(".", "") for code in regions)
    return _shell(changed, form_in_force().version, codes)


@lru_cache(maxsize=4)
def _shell(paths: tuple[tuple[Path, int], ...], form: str, regions: tuple[str, ...]) -> Shell:
    files = {path.name: path.read_bytes() for path, _ in paths}
    texts = sorted({text for content in files.values() for text in _texts(content.decode())})
    with force_locale("en"):
        english = {text: gettext(text) for text in texts}
    packed = {**pack_form(form_in_force()), "regions": regions, "english": english}
    files[FORM] = json.dumps(packed, ensure_ascii=False, separators=(",", ":")).encode()
    digest = hashlib.sha256(form.encode())
    for name, content in sorted(files.items()):
        digest.update(name.encode() + content)
    digest.update((Path(current_app.root_path) / "templates/phone/shell.html").read_bytes())
    return Shell(digest.hexdigest()[:12], files)


@lru_cache(maxsize=len(PNG_ICONS))
def _png(svg: bytes, name: str) -> bytes:
    pixels, cut = PNG_ICONS[name]
    return draw_png(svg, pixels, cut=cut)


def _scripts(static: Path) -> Iterator[Path]:
    yield from sorted((static / "phone").glob("*.js"))


def _texts(source: str) -> Iterator[str]:
    """Yield the texts that a script shows."""
    yield from (json.loads(found) for found in _TEXTS.findall(source))


def _fresh(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "no-cache"
    answer.add_etag()
    return answer


@bp.app_context_processor
def _templates() -> dict[str, object]:
    return {"phone_version": lambda: shell().version}

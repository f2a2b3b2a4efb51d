"""Scripts of one page sent as one file: every request more costs a page some milliseconds."""

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, abort, current_app, url_for

from jps.http import Door, requires
from jps.web.compression import compressed

bp = Blueprint("bundles", __name__, url_prefix="/bundles")

# Bundle -> its scripts, under the static folder, in the order in which they run.
BUNDLES: dict[str, tuple[str, ...]] = {
    "map": tuple(
        f"maps/{name}.js"
        for name in ("areas", "words", "layers", "points", "picks", "tips", "table", "page")
    )
}


def bundle(name: str) -> str:
    """Return the address of a bundle, with a version of its content in it."""
    return url_for("bundles.script", name=name, version=_version(_files(name)))


@bp.get("/<name>/<version>.js")
@requires(Door.OPEN)
def script(name: str, version: str) -> Response:
    """Answer with the scripts of a bundle behind each other, to be kept for a year."""
    if name not in BUNDLES or version != _version(_files(name)):
        abort(404)
    content = b"\n".join(path.read_bytes() for path, _ in _files(name))
    answer = compressed(Response(content, mimetype="text/javascript"))
    answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return answer


def _files(name: str) -> tuple[tuple[Path, int], ...]:
    """Return the files of a bundle and when each was written."""
    static = Path(current_app.static_folder or "")
    paths = [static / file for file in BUNDLES[name]]
    return tuple((path, path.stat().st_mtime_ns) for path in paths)


@lru_cache(maxsize=len(BUNDLES))
def _version(files: tuple[tuple[Path, int], ...]) -> str:
    digest = hashlib.sha256()
    for path, _ in files:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]

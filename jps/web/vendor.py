"""Browser libraries, served from the packages that carry them."""

from importlib.util import find_spec
from pathlib import Path

from flask import Blueprint, Response, abort, send_from_directory, url_for

from jps.http import Door, requires

bp = Blueprint("vendor", __name__, url_prefix="/vendor")

# Library -> (version, package, folder in it). The version is in the address: cached for ever.
LIBRARIES: dict[str, tuple[str, str, str]] = {
    "bootstrap": ("5.3.8", "flask_bootstrap", "static/bootstrap5"),
    "icons": ("5.3.8", "flask_bootstrap", "static/bootstrap5/css/font"),
    "htmx": ("2.0.3", "js_lib_htmx", "static/htmx"),
    "leaflet": ("1.9.4", "js_lib_leaflet", "static/js_lib_leaflet"),
    "swagger": ("5.34.0", "flask_swagger_ui", "dist"),
}


def folder(library: str) -> Path:
    """Return where the installed files of `library` lie."""
    _, package, inside = LIBRARIES[library]
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise LookupError(f"package {package} is not installed")
    return Path(spec.submodule_search_locations[0]) / inside


def vendor(library: str, name: str) -> str:
    """Return the address of file `name` of `library`, for templates."""
    return url_for("vendor.asset", library=library, version=LIBRARIES[library][0], name=name)


@bp.get("/<library>/<version>/<path:name>")
@requires(Door.OPEN)
def asset(library: str, version: str, name: str) -> Response:
    """Answer with one file of a library, to be kept for a year."""
    if library not in LIBRARIES or version != LIBRARIES[library][0]:
        abort(404)
    answer = send_from_directory(folder(library), name, max_age=31_536_000)
    answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return answer


@bp.app_context_processor
def _templates() -> dict[str, object]:
    return {"vendor": vendor}

"""Answers made smaller for slow lines."""

import gzip
from http import HTTPStatus
from pathlib import Path

from flask import Response, current_app, request, url_for

SMALLEST = 1_000  # bytes; below it compressing gains nothing
LEVEL = 5  # a page of 200 KB takes about 3 ms


def compressed(answer: Response) -> Response:
    """Return `answer` gzipped if the browser takes that.

    Only for answers that hold no secret of the reader beside text that somebody else chose.
    """
    answer.headers["Vary"] = "Accept-Encoding"
    content = answer.get_data()
    if len(content) >= SMALLEST and "gzip" in request.headers.get("Accept-Encoding", ""):
        answer.set_data(gzip.compress(content, LEVEL, mtime=0))
        answer.headers["Content-Encoding"] = "gzip"
    return answer


def asset(filename: str) -> str:
    """Return the address of a static file with a version in it, under which it is kept for a year.

    The version is when the file was written: another file is another address.
    """
    path = Path(current_app.static_folder or "") / filename
    return url_for("static", filename=filename, v=format(path.stat().st_mtime_ns, "x"))


def compress_assets(answer: Response) -> Response:
    """Return scripts and styles of our own and of libraries gzipped; hooked in behind each request.

    Other answers stay as they are: their views know whether they may be compressed.
    """
    if request.endpoint == "static" and "v" in request.args and answer.status_code == HTTPStatus.OK:
        answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    text = answer.mimetype in ("text/css", "text/javascript", "application/javascript")
    asset = request.endpoint in ("static", "vendor.asset")
    if text and asset and answer.status_code == HTTPStatus.OK and request.method == "GET":
        answer.direct_passthrough = False
        return compressed(answer)
    return answer

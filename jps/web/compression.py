"""Answers made smaller for slow lines."""

import gzip
from http import HTTPStatus

from flask import Response, request

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


def compress_assets(answer: Response) -> Response:
    """Return scripts and styles of our own and of libraries gzipped; hooked in behind each request.

    Other answers stay as they are: their views know whether they may be compressed.
    """
    text = answer.mimetype in ("text/css", "text/javascript", "application/javascript")
    asset = request.endpoint in ("static", "vendor.asset")
    if text and asset and answer.status_code == HTTPStatus.OK and request.method == "GET":
        answer.direct_passthrough = False
        return compressed(answer)
    return answer

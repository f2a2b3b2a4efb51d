"""Frames over HTTP, from the server of an office."""

import json
from collections.abc import Mapping
from http.client import HTTPException
from io import BytesIO
from typing import TYPE_CHECKING
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from jps.analysis.frames import Frame
from jps.analysis.rules import Ask
from jps.errors import InvalidData, JpsError
from jps.text import N_

if TYPE_CHECKING:
    import pyarrow as pa

PATH = "/api/v1/analysis/"
_PATIENCE = 600  # seconds that a frame may take
_LOCAL = frozenset({"127.0.0.1", "::1", "localhost"})

NOT_SAFE = N_("Alamat kantor harus dimulai dengan https://, agar token tidak terbaca orang.")
NO_ANSWER = N_("Kantor di {host} tidak dapat dihubungi: {reason}.")
REFUSED = N_("Kantor menolak ({status}): {reason}")


class OfficeRefused(JpsError):
    """The office answered and gave nothing; its own words are the reason."""

    code = "office-refused"


class NoAnswer(JpsError):
    """The office could not be reached; nothing was read."""

    code = "no-answer"


class _NoRedirect(HTTPRedirectHandler):
    """A token goes to the address that was given, and to no other."""

    def redirect_request(self, *_told: object, **_more: object) -> None:
        return None


class RemoteSource:
    """Frames of the server at `url`, read with a person's token."""

    def __init__(self, url: str, token: str) -> None:
        parts = urlsplit(url)
        host = parts.hostname or ""
        if not host or (parts.scheme != "https" and not _is_local(parts.scheme, host)):
            raise InvalidData(NOT_SAFE)
        self._base, self._host, self._token = url.rstrip("/"), host, token
        self._opener = build_opener(_NoRedirect)

    def frames(self) -> tuple[Frame, ...]:
        """Return the frames that may be read."""
        known = set(Frame)
        told = json.loads(self._get(""))["frames"]
        return tuple(Frame(one["name"]) for one in told if one["name"] in known)

    def fetch(self, asked: Mapping[Frame, Ask], *, purpose: str) -> dict[Frame, "pa.Table"]:
        """Return frames, one request each."""
        return {frame: self._fetch(frame, ask, purpose) for frame, ask in asked.items()}

    def _fetch(self, frame: Frame, ask: Ask, purpose: str) -> "pa.Table":
        import pyarrow.parquet as pq

        query = {
            "columns": ",".join(ask.columns),
            "area": ask.area,
            "identified": "1" if ask.identified else "",
            "purpose": purpose,
        }
        query = {name: text for name, text in query.items() if text}
        content = self._get(f"{frame}?{urlencode(query)}" if query else str(frame))
        return pq.ParquetFile(BytesIO(content)).read()

    def _get(self, rest: str) -> bytes:
        headers = {"Authorization": f"Bearer {self._token}"}
        request = Request(self._base + PATH + rest, headers=headers)
        try:
            with self._opener.open(request, timeout=_PATIENCE) as answer:
                content: bytes = answer.read()
        except HTTPError as error:
            raise OfficeRefused(REFUSED, status=error.code, reason=_told(error)) from None
        except (URLError, HTTPException, OSError) as error:
            reason = getattr(error, "reason", error)
            raise NoAnswer(NO_ANSWER, host=self._host, reason=reason) from None
        return content


def _is_local(scheme: str, host: str) -> bool:
    return scheme == "http" and host in _LOCAL


def _told(error: HTTPError) -> str:
    """Return the office's own words, else the name of the status."""
    try:
        told = json.loads(error.read(100_000))
    except (ValueError, OSError):
        return str(error.reason)
    return str(told.get("detail") or told.get("title") or error.reason)

"""ODK Collect as far as a server can tell: what it asks, what it believes, what it sends again.

Written after the behaviour of the app's source: the header without which a server is none, the list
that is dropped whole for one missing field, the hash over exact bytes, 204 before a submission and
201 or 202 after it, parts of at most 100 files, and going on at the part that failed.
"""

import http.client
import json
import uuid
import zlib
from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from hashlib import md5
from urllib.parse import quote, urlsplit

from lxml import etree

LISTS = "{http://openrosa.org/xforms/xformsList}"
MANIFEST = "{http://openrosa.org/xforms/xformsManifest}"
RESPONSE = "{http://openrosa.org/http/response}"
MOST_FILES = 100  # in one part
DEFAULT_LENGTH = 10_485_760  # bytes, when the server names none


class NotOpenRosa(Exception):
    """ "This is not a server of our kind", or a captive portal in between."""


class Unusable(Exception):
    """An answer that the app throws away whole."""


class LostResponse(Exception):
    """The network died after the server had everything."""


@dataclass(frozen=True)
class Answer:
    """What the server said; names of headers are lower case, as their case means nothing."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def message(self) -> str:
        """What the person reads."""
        found = etree.fromstring(self.body).find(f"{RESPONSE}message")
        return "" if found is None or found.text is None else found.text


@dataclass
class Filled:
    """A finished form on the phone; `sent` counts the parts that the server has for certain."""

    xml: bytes
    files: dict[str, bytes] = field(default_factory=dict)
    sent: int = 0


@dataclass(frozen=True)
class Blank:
    """A form that the phone has."""

    form_id: str
    version: str
    xml: bytes
    media: Mapping[str, bytes]
    integrity: str
    manifest_hash: str


@dataclass
class Result:
    """How sending one form ended: the answers in order, and what the person sees."""

    ok: bool
    answers: list[Answer]

    @property
    def last(self) -> Answer:
        """The last answer."""
        return self.answers[-1]


def server_of(code: str) -> str:
    """Return the server's address from the text of a QR code of settings."""
    found = json.loads(zlib.decompress(b64decode(code)))
    assert {"general", "admin", "project"} <= found.keys()
    return str(found["general"]["server_url"])


class Collect:
    """One phone."""

    def __init__(self, server: str, *, language: str = "id-ID", chunked: bool = False) -> None:
        self.server = server.rstrip("/")
        self.device = f"collect:{uuid.uuid4().hex[:16]}"
        self.language, self.chunked = language, chunked
        self.lose_next = False  # the answer to the next part gets lost

    # Downloading

    def refresh(self) -> list[Blank]:
        """Fetch the list and every form with its files."""
        answer = self.get(f"{self.server}/formList")
        root = self._document(answer)
        if root.tag != f"{LISTS}xforms":
            raise Unusable("not a form list")
        found = []
        for item in root.findall(f"{LISTS}xform"):
            texts = {etree.QName(child).localname: child.text or "" for child in item}
            if not all(texts.get(name) for name in ("formID", "name", "downloadUrl")):
                raise Unusable("one form lacks a field: the whole list is dropped")
            found.append(texts)
        return [self._download(texts) for texts in found]

    def _download(self, texts: Mapping[str, str]) -> Blank:
        xml = self.get(texts["downloadUrl"]).body
        if texts["hash"] != f"md5:{md5(xml).hexdigest()}":
            raise Unusable("the form is not the one that was listed")
        answer = self.get(texts["manifestUrl"])
        root = self._document(answer)
        if root.tag != f"{MANIFEST}manifest":
            raise Unusable("not a manifest")
        media, integrity = {}, ""
        for item in root.findall(f"{MANIFEST}mediaFile"):
            parts = {etree.QName(child).localname: child.text or "" for child in item}
            if not all(parts.get(name) for name in ("filename", "hash", "downloadUrl")):
                raise Unusable("one file lacks a field: the manifest is dropped")
            content = self.get(parts["downloadUrl"]).body
            if parts["hash"] != f"md5:{md5(content).hexdigest()}":
                raise Unusable("the file is not the one that was listed")
            media[parts["filename"]] = content
            integrity = parts.get("integrityUrl", integrity)
        digest = md5(answer.body).hexdigest()
        return Blank(texts["formID"], texts["version"], xml, media, integrity, digest)

    def deleted(self, blank: Blank, ids: list[str]) -> dict[str, bool]:
        """Ask which households of the phone are gone."""
        root = self._document(self.get(f"{blank.integrity}?id={quote(','.join(ids))}"))
        entities = root.find("entities")
        if root.tag != "data" or entities is None:
            raise Unusable("no integrity")
        found = {}
        for entity in entities:
            deleted = entity.find("deleted")
            if deleted is None or deleted.text not in {"true", "false"}:
                raise Unusable("no state")
            found[str(entity.get("id"))] = deleted.text == "true"
        return found

    def _document(self, answer: Answer) -> etree._Element:
        if answer.status != 200:
            raise Unusable(f"status {answer.status}")
        if "x-openrosa-version" not in answer.headers:
            raise NotOpenRosa("no version header")
        if "text/xml" not in answer.headers.get("content-type", ""):
            raise NotOpenRosa("not text/xml: a captive portal?")
        return etree.fromstring(answer.body)

    # Sending

    def send(self, filled: Filled) -> Result:
        """Send a form, going on at the part that the server does not have for certain."""
        head = self.ask("HEAD", f"{self.server}/submission")
        if head.status != 204:
            return Result(False, [head])  # "you may need to log in to your network"
        if "x-openrosa-version" not in head.headers:
            raise NotOpenRosa("no version header")
        length = int(head.headers.get("x-openrosa-accept-content-length", DEFAULT_LENGTH))
        answers = []
        parts = list(split(filled, length))
        for number, files in enumerate(parts):
            if number < filled.sent:
                continue
            answer = self.post(filled.xml, files, last=number == len(parts) - 1)
            answers.append(answer)
            if answer.status == 204:
                raise Unusable("204 is no answer to a submission")
            if answer.status not in {201, 202}:  # 200 is a failure too
                return Result(False, answers)
            filled.sent = number + 1
        return Result(True, answers)

    def post(self, xml: bytes, files: Mapping[str, bytes], *, last: bool = True) -> Answer:
        """Send one part; `LostResponse` when its answer gets lost."""
        boundary = uuid.uuid4().hex
        body = b"".join(_multipart(boundary, xml, files, last=last))
        content_type = f"multipart/form-data; boundary={boundary}"
        answer = self.ask("POST", f"{self.server}/submission", body, content_type)
        if self.lose_next:
            self.lose_next = False
            raise LostResponse
        return answer

    def get(self, url: str) -> Answer:
        """Ask for something."""
        return self.ask("GET", url)

    def ask(
        self, method: str, url: str, body: bytes | None = None, content_type: str = "", **more: str
    ) -> Answer:
        """Send a request as the app does: its headers, and the phone's number in the address."""
        parts = urlsplit(url)
        query = "&".join(filter(None, [parts.query, f"deviceID={quote(self.device)}"]))
        connection = http.client.HTTPConnection(parts.netloc, timeout=30)
        headers = {
            "X-OpenRosa-Version": "1.0",
            "Date": formatdate(usegmt=True),
            "Accept-Language": self.language,
            "User-Agent": "org.odk.collect.android/v2025.3.0 Dalvik/2.1.0",
            **({"Content-Type": content_type} if content_type else {}),
            **{name.replace("_", "-"): value for name, value in more.items()},
        }
        sent = iter([body]) if self.chunked and body is not None else body
        try:
            connection.request(
                method,
                f"{parts.path}?{query}",
                sent,
                headers,
                encode_chunked=self.chunked and body is not None,
            )
            got = connection.getresponse()
            return Answer(got.status, {k.lower(): v for k, v in got.getheaders()}, got.read())
        finally:
            connection.close()


def split(filled: Filled, length: int) -> Iterator[dict[str, bytes]]:
    """Yield the files of each part: at most 100, and as many as fit beside the answers."""
    part: dict[str, bytes] = {}
    size = len(filled.xml)
    for name, content in filled.files.items():
        if part and (len(part) == MOST_FILES or size + len(content) > length):
            yield part
            part, size = {}, len(filled.xml)
        part[name] = content
        size += len(content)
    yield part


def _multipart(
    boundary: str, xml: bytes, files: Mapping[str, bytes], *, last: bool
) -> Iterator[bytes]:
    yield _part(boundary, "xml_submission_file", "instance.xml", "text/xml", xml)
    for name, content in files.items():
        kind = "image/jpeg" if name.endswith("jpg") else "application/octet-stream"
        yield _part(boundary, name, name, kind, content)
    if not last:
        yield (
            f'--{boundary}\r\nContent-Disposition: form-data; name="*isIncomplete*"\r\n\r\nyes\r\n'
        ).encode()
    yield f"--{boundary}--\r\n".encode()


def _part(boundary: str, name: str, file: str, kind: str, content: bytes) -> bytes:
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{file}"\r\n'
        f"Content-Type: {kind}\r\n\r\n"
    )
    return head.encode() + content + b"\r\n"

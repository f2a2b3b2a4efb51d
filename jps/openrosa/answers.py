"""Answers as ODK Collect reads them: OpenRosa XML with the headers without which it believes that
it does not talk to a server of its kind."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus

from flask import Response, request
from lxml import etree

from jps.http import settings
from jps.odk.rules import MAX_BODY

VERSION = "1.0"
XML = "text/xml; charset=utf-8"
RESPONSE = "http://openrosa.org/http/response"
FORM_LIST = "http://openrosa.org/xforms/xformsList"
MANIFEST = "http://openrosa.org/xforms/xformsManifest"

Fields = Mapping[str, str]


def accept_length() -> int:
    """Return how many bytes one part of a submission may have."""
    return min(MAX_BODY, settings().upload_mb * 2**20)


def mark(answer: Response) -> Response:
    """Put the headers of the interface on every answer."""
    answer.headers["X-OpenRosa-Version"] = VERSION
    answer.headers["X-OpenRosa-Accept-Content-Length"] = str(accept_length())
    answer.headers["Content-Language"] = language()
    return answer


def language() -> str:
    """Return the language of the phone as far as we speak it."""
    return "en" if request.accept_languages.best_match(("id", "in", "en")) == "en" else "id"


def message(status: HTTPStatus, text: str) -> Response:
    """Return what a person reads on the phone about a submission or a refusal."""
    nature = "submit_success" if status < HTTPStatus.BAD_REQUEST else "submit_error"
    root = etree.Element("OpenRosaResponse", nsmap={None: RESPONSE})
    said = etree.SubElement(root, "message", nature=nature)
    said.text = text
    return _xml(root, status)


def listing(root: str, item: str, namespace: str, items: Iterable[tuple[Fields, Fields]]) -> bytes:
    """Return a list of `item` elements, each given as its attributes and its fields in order."""
    top = etree.Element(root, nsmap={None: namespace})
    for attributes, fields in items:
        element = etree.SubElement(top, item, dict(attributes))
        for name, text in fields.items():
            etree.SubElement(element, name).text = text
    return etree.tostring(top, xml_declaration=True, encoding="UTF-8")


def integrity(states: Iterable[tuple[str, bool]]) -> bytes:
    """Return which households a phone may forget. No blanks between: Collect reads by place."""
    top = etree.Element("data")
    entities = etree.SubElement(top, "entities")
    for entity_id, is_gone in states:
        entity = etree.SubElement(entities, "entity", id=entity_id)
        etree.SubElement(entity, "deleted").text = "true" if is_gone else "false"
    return etree.tostring(top, xml_declaration=True, encoding="UTF-8")


def body(content: bytes, content_type: str = XML) -> Response:
    """Return a body as it stands, byte by byte: phones compare hashes."""
    return Response(content, HTTPStatus.OK, content_type=content_type)


def _xml(root: etree._Element, status: HTTPStatus) -> Response:
    content = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return Response(content, status, content_type=XML)

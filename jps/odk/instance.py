"""Reading the XML that ODK Collect fills in: what it is about, and the answers as a document.

Nothing that arrives makes it raise anything but `BadInstance`. Entities, outside references and
document types are refused by defusedxml before anything is expanded.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from jps.errors import JpsError
from jps.households.documents import ROSTER
from jps.odk.rules import MAX_DEPTH, MAX_ID, MAX_NODES, MAX_XML
from jps.questionnaire.collect import ADDED
from jps.text import N_

NAMESPACE = uuid.UUID("6f1c9c0e-54a5-4f0e-9d4b-0b6c3d7f2a11")  # of ids made from instance ids

TOO_LARGE = N_("Isian terlalu besar: paling banyak {limit} MB.")
NOT_XML = N_("Isian formulir ini bukan XML yang utuh. Tidak ada yang disimpan.")
FORBIDDEN = N_("Isian formulir ini memuat rujukan XML yang tidak diizinkan.")
TOO_MANY = N_("Isian formulir ini memuat terlalu banyak bagian.")
NO_ID = N_("Isian formulir ini tidak memiliki nomor kiriman (instanceID).")


class BadInstance(JpsError):
    """What was sent cannot be read as the answers of a form."""

    code = "bad-instance"


class TooLarge(JpsError):
    """More than the answers of one household can be."""

    status, code = 413, "too-large"


@dataclass(frozen=True, slots=True)
class Entity:
    """The household that a submission makes (`creates`) or changes, as Collect names it.

    `base` is the version that the phone had; `branch` one run of changes made without signal, which
    began at the server's version `trunk` (None: at a household made on the phone).
    """

    id: uuid.UUID
    creates: bool
    base: int | None = None
    trunk: int | None = None
    branch: str = ""


@dataclass(frozen=True, slots=True)
class Instance:
    """A filled-in form. `document` is the answers document, as typed."""

    form_id: str
    form_version: str
    instance_id: str
    deprecated_id: str | None
    entity: Entity | None
    document: dict[str, Any] = field(repr=False)


def household_id_of(instance_id: str) -> uuid.UUID:
    """Return the household's id for a submission that names none: always the same for the same."""
    text = instance_id.removeprefix("uuid:")
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.uuid5(NAMESPACE, instance_id)


def read_instance(xml: bytes) -> Instance:
    """Return what `xml` says; raises `BadInstance` or `TooLarge`."""
    if len(xml) > MAX_XML:
        raise TooLarge(TOO_LARGE, limit=MAX_XML // 2**20)
    try:
        root = fromstring(xml, forbid_dtd=True)
    except DefusedXmlException:
        raise BadInstance(FORBIDDEN) from None
    except (ParseError, ValueError, LookupError):  # a charset that nobody knows is a LookupError
        raise BadInstance(NOT_XML) from None
    _bound(root)
    meta = next((child for child in root if _name(child) == "meta"), None)
    texts = {} if meta is None else {_name(child): (child.text or "").strip() for child in meta}
    instance_id = texts.get("instanceID", "")
    if not 0 < len(instance_id) <= MAX_ID:
        raise BadInstance(NO_ID)
    return Instance(
        form_id=(root.get("id") or _namespace(root))[:MAX_ID],
        form_version=root.get("version", "")[:MAX_ID],
        instance_id=instance_id,
        deprecated_id=texts.get("deprecatedID", "")[:MAX_ID] or None,
        entity=None if meta is None else _entity(meta),
        document=_document(root),
    )


def _bound(root: Element) -> None:
    """Refuse what is too wide or too deep before anything walks down it."""
    level, nodes = [root], 1
    for _ in range(MAX_DEPTH):
        level = [child for element in level for child in element]
        nodes += len(level)
        if nodes > MAX_NODES:
            break
        if not level:
            return
    raise BadInstance(TOO_MANY)


def _entity(meta: Element) -> Entity | None:
    found = next((child for child in meta if _name(child) == "entity"), None)
    if found is None:
        return None
    try:
        entity_id = uuid.UUID(found.get("id", ""))
    except ValueError:
        return None
    return Entity(
        entity_id,
        creates=found.get("update", "") not in {"1", "true"},
        base=_version(found.get("baseVersion", "")),
        trunk=_version(found.get("trunkVersion", "")),
        branch=found.get("branchId", "")[:40],
    )


def _version(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _document(root: Element) -> dict[str, Any]:
    document: dict[str, Any] = dict(_answers(root))
    entries = [dict(_answers(node)) for node in _entries(root)]
    if entries := [entry for entry in entries if any(entry.values())]:
        document[ROSTER] = entries
    return document


def _answers(node: Element) -> Iterator[tuple[str, str]]:
    """Yield the answers below `node` by name, those of the roster left out."""
    for child in node:
        name = _name(child)
        if name in {"meta", ROSTER} or name in ADDED:
            continue
        if len(child):
            yield from _answers(child)
        elif child.text:
            yield name, child.text


def _entries(node: Element) -> Iterator[Element]:
    for child in node:
        if _name(child) == ROSTER:
            yield child
        elif _name(child) != "meta":
            yield from _entries(child)


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _namespace(element: Element) -> str:
    return str(element.tag).partition("}")[0].removeprefix("{")

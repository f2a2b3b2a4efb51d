"""Filled-in forms, as ODK Collect writes them to the phone."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from jps.config import DATA
from jps.questionnaire import Form, Question, load_form

JPEG = b"\xff\xd8\xff\xe0" + b"photo" * 40


@dataclass(frozen=True)
class EntityMark:
    """What Collect writes about the household of the list."""

    id: str
    base: str = ""
    trunk: str = ""
    branch: str = ""
    updates: bool = False


def form() -> Form:
    """Return the questionnaire."""
    return load_form(DATA / "questionnaire")


def fill(
    document: Mapping[str, Any],
    *,
    instance_id: str = "",
    deprecated: str = "",
    entity: EntityMark | None = None,
    form_id: str = "jps_household",
) -> bytes:
    """Return the XML of the answers of `document`, groups and roster as the form has them."""
    questionnaire = form()
    root = etree.Element("household", id=form_id, version=questionnaire.version)
    for question in questionnaire:
        if not question.in_roster and question.name in document:
            _put(root, question, document[question.name])
    for member in document.get("members", []):
        entry = etree.SubElement(root, "members")
        for question in questionnaire.roster.questions:
            if question.name in member:
                _put(entry, question, member[question.name], skip=2)
    etree.SubElement(etree.SubElement(root, "location"), "visited")
    _meta(root, instance_id or f"uuid:{uuid.uuid4()}", deprecated, entity)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _put(parent: etree._Element, question: Question, value: object, *, skip: int = 1) -> None:
    *groups, name = question.nodeset.strip("/").split("/")[skip:]
    for group in groups:
        found = parent.find(group)
        parent = etree.SubElement(parent, group) if found is None else found
    text = " ".join(value) if isinstance(value, list) else str(value)
    etree.SubElement(parent, name).text = text


def _meta(
    root: etree._Element, instance_id: str, deprecated: str, entity: EntityMark | None
) -> None:
    meta = etree.SubElement(root, "meta")
    if entity is not None:
        node = etree.SubElement(
            meta,
            "entity",
            dataset="households",
            id=entity.id,
            create="" if entity.updates else "1",
            update="1" if entity.updates else "",
            baseVersion=entity.base,
            trunkVersion=entity.trunk,
            branchId=entity.branch,
        )
        etree.SubElement(node, "label").text = "Contoh"
    etree.SubElement(meta, "instanceID").text = instance_id
    if deprecated:
        etree.SubElement(meta, "deprecatedID").text = deprecated
    etree.SubElement(meta, "instanceName").text = "Contoh"

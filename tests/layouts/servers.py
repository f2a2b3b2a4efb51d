"""What KoboToolbox and ODK Central hand out for one household, in each of their shapes."""

from typing import Any

from jps.layouts import Row
from tests.households_examples import child_document, household_document, member_document
from tests.layouts.shared import FORM

UUID = "5f3c2d10-0000-4000-8000-00000000000a"
DOCUMENT = household_document(
    area_code="75.01.01.1003", gps="0.63 122.98 20 5", members=[member_document(), child_document()]
)
ROSTER = [question.name for question in FORM.columns(roster=True)]
HOUSEHOLD = [question.name for question in FORM.columns(roster=False)]


def path(name: str, cut: str = "/") -> str:
    """Return the path of a question in the form's groups, without the roster."""
    nodes = FORM.question(name).nodeset.strip("/").split("/")[1:]
    return cut.join(node for node in nodes if node != "members")


def joined(value: object) -> object:
    """Return an answer as an XForm holds it."""
    return " ".join(value) if isinstance(value, list) else value


def split(name: str, value: Any) -> dict[str, object]:
    """Return one column per choice of a question with several answers."""
    codes = [choice.code for choice in FORM.question(name).choices]
    return {f"{path(name)}/{code}": int(code in (value or [])) for code in codes}


def kobo(*, several: str = "both") -> tuple[dict[str, list[str]], list[Row]]:
    """Return headers and rows of an XLSX export: submissions, and members on a second sheet."""
    main: dict[str, object] = {"start": "2024-03-05T08:00:00", **{
        path(name): DOCUMENT.get(name, "") for name in HOUSEHOLD if name != "gps"
    }}  # fmt: skip
    latitude, longitude, altitude, precision = str(DOCUMENT["gps"]).split()
    main |= {
        "_gps_latitude": latitude, "_gps_longitude": longitude, "_gps_altitude": altitude,
        "_gps_precision": precision, "_id": 7, "_uuid": UUID, "_index": 1,
    }  # fmt: skip
    tables: dict[str, list[dict[str, object]]] = {"JPS": [main], "members": []}
    for place, member in enumerate(DOCUMENT["members"], start=1):
        row: dict[str, object] = {}
        for name in ROSTER:
            if FORM.question(name).type != "select_multiple":
                row[path(name)] = member.get(name, "")
                continue
            if several in {"both", "joined"}:
                row[path(name)] = joined(member.get(name, ""))
            if several in {"both", "split"}:
                row |= split(name, member.get(name))
        row |= {"_index": place, "_parent_index": 1, "_submission__uuid": UUID}
        tables["members"].append(row)
    headers = {name: list(rows[0]) for name, rows in tables.items()}
    rows = [
        Row(number, list(row.values()), name)
        for name, found in tables.items()
        for number, row in enumerate(found, start=2)
    ]
    return headers, rows


def central() -> tuple[dict[str, list[str]], list[Row]]:
    """Return headers and rows of the files in a ZIP of ODK Central."""
    main = {"SubmissionDate": "2024-03-05", **{
        path(name, "-"): DOCUMENT.get(name, "") for name in HOUSEHOLD if name != "gps"
    }}  # fmt: skip
    numbers = str(DOCUMENT["gps"]).split()
    for name, number in zip(
        ("Latitude", "Longitude", "Altitude", "Accuracy"), numbers, strict=True
    ):
        main[f"location-gps-{name}"] = number
    main["KEY"] = f"uuid:{UUID}"
    members = [
        {path(name, "-"): joined(member.get(name, "")) for name in ROSTER}
        | {"PARENT_KEY": f"uuid:{UUID}", "KEY": f"uuid:{UUID}/members[{place}]"}
        for place, member in enumerate(DOCUMENT["members"], start=1)
    ]
    headers = {"jps_household": list(main), "jps_household-members": list(members[0])}
    rows = [Row(2, list(main.values()), "jps_household")]
    rows += [
        Row(number, list(member.values()), "jps_household-members")
        for number, member in enumerate(members, start=2)
    ]
    return headers, rows


def nested(names: list[str], record: dict[str, Any], point: object) -> dict[str, Any]:
    """Return answers as OData nests them in groups."""
    tree: dict[str, Any] = {}
    for name in names:
        *groups, last = path(name).split("/")
        place = tree
        for group in groups:
            place = place.setdefault(group, {})
        place[last] = point if name == "gps" else joined(record.get(name))
    return tree


def central_submission() -> dict[str, Any]:
    """Return a submission as OData answers it."""
    point = {"type": "Point", "coordinates": [122.98, 0.63, 20], "properties": {"accuracy": 5}}
    return nested(HOUSEHOLD, DOCUMENT, point) | {
        "__id": f"uuid:{UUID}",
        "members": [nested(ROSTER, member, None) for member in DOCUMENT["members"]],
    }


def kobo_submission() -> dict[str, Any]:
    """Return a submission as the API of KoboToolbox answers it."""
    submission: dict[str, Any] = {path(name): joined(DOCUMENT.get(name)) for name in HOUSEHOLD}
    submission |= {"_id": 7, "_uuid": UUID, "_geolocation": [0.63, 122.98], "_tags": []}
    submission["members"] = [
        {f"members/{path(name)}": joined(member.get(name)) for name in ROSTER}
        for member in DOCUMENT["members"]
    ]
    return submission

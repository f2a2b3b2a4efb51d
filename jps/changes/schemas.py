"""The gate for what a change request asks: one payload, of which each kind may use its part."""

from collections.abc import Mapping
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load, validate

from jps.changes.planning import Asked
from jps.changes.rules import NOTHING, SHAPES, Kind
from jps.errors import InvalidData
from jps.households.documents import draft_problems, is_uuid
from jps.text import N_, one_line

REFUSED = N_("Permohonan ini belum dapat diterima.")
NOT_FOR_KIND = N_("Isian ini tidak berlaku untuk permohonan jenis ini.")
WRONG = N_("Isian ini tidak terbaca.")
NO_PRESENCE = N_("Pilih ke mana anggota pindah.")
_ERRORS: dict[str, Any] = {
    "invalid": WRONG,
    "invalid_uuid": N_("Id harus berupa UUID."),
    "required": N_("Wajib diisi."),
}
_AREA = validate.Regexp(
    r"^([0-9]{2}\.[0-9]{2}\.[0-9]{2}\.[0-9]{4})?\Z", error=N_("Kode wilayah tidak dikenal.")
)
_SHORT = validate.Length(max=200, error=N_("Paling banyak 200 karakter."))


class AskedSchema(Schema):
    """Loads the payload of a request of one kind into `Asked`; `InvalidData` says what is wrong."""

    class Meta:
        unknown = EXCLUDE

    members = fields.List(fields.UUID(error_messages=_ERRORS), load_default=list)
    newcomers = fields.List(fields.Dict(keys=fields.String()), load_default=list)
    people = fields.Dict(
        keys=fields.UUID(error_messages=_ERRORS),
        values=fields.Dict(keys=fields.String()),
        load_default=dict,
    )
    answers = fields.Dict(keys=fields.String(), load_default=dict)
    household = fields.UUID(load_default=None, allow_none=True, error_messages=_ERRORS)
    presence = fields.String(load_default="", error_messages=_ERRORS)
    area_code = fields.String(load_default="", validate=_AREA, error_messages=_ERRORS)
    hint = fields.String(load_default="", validate=_SHORT, error_messages=_ERRORS)

    def __init__(self, kind: Kind) -> None:
        super().__init__()
        self.kind = kind

    @post_load
    def make(self, data: dict[str, Any], **kwargs: Any) -> Asked:
        """Freeze the payload, or refuse what is not of this kind."""
        asked = Asked(
            members=tuple(dict.fromkeys(map(str, data["members"]))),
            newcomers=tuple(dict(entry) for entry in data["newcomers"]),
            people={str(key): dict(value) for key, value in data["people"].items() if value},
            answers=dict(data["answers"]),
            household=str(data["household"] or ""),
            presence=data["presence"],
            area_code=data["area_code"],
            hint=one_line(data["hint"]),
        )
        if found := self._problems(asked):
            raise InvalidData(REFUSED, found)
        return asked

    def handle_error(self, error: ValidationError, data: Any, **kwargs: Any) -> None:
        """Turn marshmallow's finding into ours."""
        found = error.messages if isinstance(error.messages, Mapping) else {"_": error.messages}
        raise InvalidData(REFUSED, {str(path): [_first(text)] for path, text in found.items()})

    def _problems(self, asked: Asked) -> dict[str, list[str]]:
        shape = SHAPES[self.kind]
        unfit = {
            "members": bool(asked.members) and not shape.members,
            "newcomers": bool(asked.newcomers) and not shape.newcomers,
            "people": bool(asked.people) and shape.fields == NOTHING,
            "answers": bool(asked.answers) and shape.answers == NOTHING,
            "household": bool(asked.household) and not (shape.other or self.kind is Kind.SPLIT),
            "area_code": bool(asked.area_code or asked.hint) and self.kind is not Kind.MOVE,
        }
        found = {name: [NOT_FOR_KIND] for name, wrong in unfit.items() if wrong}
        if shape.presence and asked.presence not in shape.presence:
            found["presence"] = [NO_PRESENCE]
        roster = [*asked.newcomers, *({**new} for new in asked.people.values())]
        found |= draft_problems({**asked.answers, "members": roster})
        if any(not is_uuid(str(entry.get("id", ""))) for entry in asked.newcomers):
            found["newcomers"] = [N_("Id harus berupa UUID.")]
        return found


def _first(texts: object) -> str:
    while isinstance(texts, Mapping | list):
        texts = next(iter(texts.values() if isinstance(texts, Mapping) else texts), WRONG)
    return str(texts)


def read_asked(kind: Kind, payload: object) -> Asked:
    """Return a payload as it passed the gate, or raise `InvalidData`."""
    asked = AskedSchema(kind).load(payload if isinstance(payload, Mapping) else {})
    assert isinstance(asked, Asked)
    return asked


def asked_json(asked: Asked) -> dict[str, Any]:
    """Return a payload as it is stored, and as `read_asked` reads it again."""
    found: dict[str, Any] = {
        "members": list(asked.members),
        "newcomers": list(asked.newcomers),
        "people": {key: dict(value) for key, value in asked.people.items()},
        "answers": dict(asked.answers),
        "household": asked.household or None,
        "presence": asked.presence,
        "area_code": asked.area_code,
        "hint": asked.hint,
    }
    return {name: value for name, value in found.items() if value}

"""What phones send and are told, for the gate and for the description of the API."""

from typing import Any

from marshmallow import EXCLUDE, Schema, fields, validate

from jps.households.arrivals import Fate
from jps.text import N_

MOST_RECORDS = 20  # of one batch
DEVICE = 64  # characters

_TEXT: dict[str, Any] = {
    "invalid": N_("Isian ini harus berupa teks."),
    "required": N_("Wajib diisi."),
}


class PhoneUser(Schema):
    """The person who is signed in."""

    id = fields.UUID()
    username = fields.String()
    full_name = fields.String()


class PhoneSession(Schema):
    """What a phone needs after signing in."""

    user = fields.Nested(PhoneUser)
    csrf = fields.String(metadata={"description": "for the header X-CSRFToken"})
    key = fields.String(metadata={"description": "32 bytes in Base64: encrypts what is kept"})
    server_time = fields.DateTime()


class PackArea(Schema):
    """A village of the person."""

    code = fields.String()
    name = fields.String()
    kecamatan = fields.String()


class PackRemark(Schema):
    """What somebody wants put right at a field."""

    member = fields.UUID(allow_none=True)
    field = fields.String()
    text = fields.String()
    by = fields.String()
    at = fields.DateTime()


class PackHousehold(Schema):
    """A household of the person's villages; `document` where they go on filling it in."""

    id = fields.UUID()
    version = fields.Integer()
    state = fields.String()
    area_code = fields.String()
    head_name = fields.String()
    address = fields.String()
    size = fields.Integer(allow_none=True)
    entered_by_me = fields.Boolean()
    reason = fields.String(allow_none=True)
    remarks = fields.List(fields.Nested(PackRemark))
    document = fields.Dict(allow_none=True)


class Pack(Schema):
    """Villages and households to take along."""

    made_at = fields.DateTime()
    areas = fields.List(fields.Nested(PackArea))
    households = fields.List(fields.Nested(PackHousehold))


class SyncRecord(Schema):
    """One household as the phone has it."""

    class Meta:
        unknown = EXCLUDE

    id = fields.UUID(required=True)
    base = fields.Integer(strict=True, allow_none=True, load_default=None)
    submit = fields.Boolean(load_default=False)
    document = fields.Dict(keys=fields.String(), required=True)
    saved_at = fields.Raw(allow_none=True, load_default=None)


class SyncBody(Schema):
    """A batch; each record is read by itself, so that one that is broken stops no other."""

    class Meta:
        unknown = EXCLUDE

    device = fields.String(
        load_default="",
        validate=validate.Length(max=DEVICE, error=N_("Paling banyak 64 karakter.")),
        error_messages=_TEXT,
    )
    records = fields.List(
        fields.Raw(metadata={"description": "see SyncRecord"}),
        required=True,
        validate=validate.Length(max=MOST_RECORDS, error=N_("Paling banyak 20 rumah tangga.")),
        error_messages=_TEXT,
    )


class SyncProblem(Schema):
    """What is wrong, or odd, with one answer."""

    member = fields.String(allow_none=True)
    field = fields.String()
    level = fields.String()
    text = fields.String()


class SyncResult(Schema):
    """What became of one record."""

    id = fields.String()
    outcome = fields.String(validate=validate.OneOf([str(fate) for fate in Fate]))
    version = fields.Integer(allow_none=True)
    problems = fields.List(fields.Nested(SyncProblem))
    text = fields.String()


class SyncAnswer(Schema):
    """What became of a batch, in the order sent."""

    server_time = fields.DateTime()
    results = fields.List(fields.Nested(SyncResult))

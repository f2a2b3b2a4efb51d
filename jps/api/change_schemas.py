"""What the API takes and answers about change requests."""

from marshmallow import EXCLUDE, Schema, fields, validate

from jps.api.schemas import TEXT_ERRORS
from jps.changes.rules import Kind, RequestState
from jps.text import N_

_KIND = validate.OneOf(list(Kind), error=N_("Jenis perubahan ini tidak dikenal."))
_STATE = validate.OneOf(list(RequestState), error=N_("Status ini tidak dikenal."))


class RequestQuery(Schema):
    """Which requests are asked for."""

    class Meta:
        unknown = EXCLUDE

    state = fields.String(validate=_STATE, error_messages=TEXT_ERRORS)
    page = fields.Integer(load_default=1, validate=validate.Range(1, 1_000_000))


class ProposalBody(Schema):
    """A request. What `asked` holds depends on the kind; see docs/changes.md."""

    id = fields.UUID(metadata={"description": "made by the client: sent again, it is the same"})
    household_id = fields.UUID(required=True)
    kind = fields.String(required=True, validate=_KIND, error_messages=TEXT_ERRORS)
    effective_on = fields.Date(required=True)
    reason = fields.String(required=True, error_messages=TEXT_ERRORS)
    document_number = fields.String(load_default="", error_messages=TEXT_ERRORS)
    evidence = fields.List(
        fields.String(error_messages=TEXT_ERRORS),
        load_default=list,
        validate=validate.Length(max=5),
        metadata={"description": "names of files that are kept with the household already"},
    )
    asked = fields.Dict(keys=fields.String(), required=True)


class ApprovalBody(Schema):
    """The versions that were looked at; for people from elsewhere also where they go."""

    versions = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    household = fields.UUID()
    people = fields.Dict(
        keys=fields.String(), values=fields.Dict(keys=fields.String()), load_default=dict
    )


class FieldChange(Schema):
    """One field before and after; numbers are masked."""

    household = fields.UUID()
    entity = fields.String()
    id = fields.String()
    field = fields.String()
    key = fields.String()
    old = fields.Raw(allow_none=True)
    new = fields.Raw(allow_none=True)


class RequestAnswer(Schema):
    """A request with what it changes, or would change now (`versions`), and what hinders it."""

    id = fields.UUID()
    household_id = fields.UUID()
    other_id = fields.UUID(allow_none=True)
    area_code = fields.String()
    target_area_code = fields.String(allow_none=True)
    kind = fields.String()
    state = fields.String()
    effective_on = fields.Date()
    document_number = fields.String()
    evidence = fields.List(fields.String())
    reason = fields.String()
    asked = fields.Dict()
    versions = fields.Dict()
    proposed_by = fields.String()
    proposed_at = fields.DateTime()
    decided_by = fields.String(allow_none=True)
    decided_at = fields.DateTime(allow_none=True)
    decision_reason = fields.String(allow_none=True)
    undone_by = fields.String(allow_none=True)
    undone_at = fields.DateTime(allow_none=True)
    undone_reason = fields.String(allow_none=True)
    problem = fields.String()
    changes = fields.List(fields.Nested(FieldChange))


class RequestList(Schema):
    """One page of requests."""

    items = fields.List(fields.Nested(RequestAnswer))
    total = fields.Integer()
    page = fields.Integer()
    pages = fields.Integer()

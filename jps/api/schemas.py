"""What the API takes besides household documents, and what it answers, for checks and the docs.

Documents themselves pass `jps.households.schemas`; their questions stand in the docs as component
`HouseholdDocument`, made from the questionnaire.
"""

from typing import Any

from marshmallow import EXCLUDE, Schema, fields, validate
from webargs.fields import DelimitedList

from jps.households.queries import MAX_PAGE
from jps.households.rules import State
from jps.text import N_

_STATES = [state.value for state in State]
_AREA = validate.Regexp(
    r"^[0-9]{2}(\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?)?\Z", error=N_("Kode wilayah tidak dikenal.")
)
_PERSON = validate.Regexp(r"^[A-Za-z0-9.@_-]{1,64}\Z", error=N_("Nama pengguna ini tidak dikenal."))
_STATE = validate.OneOf(_STATES, error=N_("Status ini tidak dikenal."))
_NUMBER: dict[str, Any] = {"invalid": N_("Isi dengan bilangan bulat, misalnya 36.")}
TEXT_ERRORS: dict[str, Any] = {
    "invalid": N_("Isian ini harus berupa teks."),
    "required": N_("Wajib diisi."),
}


def _whole(default: int, most: int) -> fields.Integer:
    limit = validate.Range(1, most, error=N_("Nilainya di luar batas."))
    return fields.Integer(load_default=default, validate=limit, error_messages=_NUMBER)


class PageQuery(Schema):
    """Which page of a list."""

    class Meta:
        unknown = EXCLUDE

    page = _whole(1, 1_000_000)
    page_size = _whole(50, MAX_PAGE)


class ListQuery(PageQuery):
    """Filters of the list of households. Names are searched with POST /search."""

    area = fields.String(validate=_AREA, error_messages=TEXT_ERRORS)
    state = DelimitedList(fields.String(validate=_STATE, error_messages=TEXT_ERRORS))
    entered_by = fields.String(validate=_PERSON, error_messages=TEXT_ERRORS)
    with_conflicts = fields.Boolean(error_messages=TEXT_ERRORS)


class SearchBody(PageQuery):
    """A search by name, address, KK number or last digits of a NIK, and the list's filters."""

    text = fields.String(
        required=True,
        validate=validate.Length(1, 200, error=N_("Ketik 1 sampai 200 karakter.")),
        error_messages=TEXT_ERRORS,
    )
    area = fields.String(validate=_AREA, error_messages=TEXT_ERRORS)
    state = fields.List(fields.String(validate=_STATE, error_messages=TEXT_ERRORS))
    entered_by = fields.String(validate=_PERSON, error_messages=TEXT_ERRORS)


class ChangesQuery(Schema):
    """Where reading in the order of changes goes on."""

    class Meta:
        unknown = EXCLUDE

    after = fields.String(metadata={"description": "`next` of the answer before"})
    page_size = _whole(MAX_PAGE, MAX_PAGE)


class ReasonBody(Schema):
    """Why it is done, in the person's words."""

    reason = fields.String(required=True, error_messages=TEXT_ERRORS)


class LetterBody(Schema):
    """The number of the letter under which it is done."""

    letter = fields.String(required=True, error_messages=TEXT_ERRORS)


class RemarkBody(Schema):
    """What is to be put right at one question of the household, or of the member `member`."""

    field = fields.String(required=True, error_messages=TEXT_ERRORS)
    text = fields.String(required=True, error_messages=TEXT_ERRORS)
    member = fields.UUID(load_default=None, allow_none=True)


class ReturnBody(ReasonBody):
    """Why a household is returned, and at which answers something is to be put right."""

    remarks = fields.List(fields.Nested(RemarkBody), load_default=list)


class RemarkAnswer(Schema):
    """A remark; `closed_at` is null while it is open, `answered` that the household was sent again.
    What was answered is in the history."""

    id = fields.UUID()
    member = fields.UUID(attribute="member_id", allow_none=True)
    field = fields.String()
    text = fields.String()
    by = fields.String()
    at = fields.DateTime()
    closed_by = fields.String(allow_none=True)
    closed_at = fields.DateTime(allow_none=True)
    answered = fields.Boolean()


class RemarkList(Schema):
    """Remarks, newest first."""

    items = fields.List(fields.Nested(RemarkAnswer))


class ResolutionBody(Schema):
    """Per key of a difference: keep what is stored, or take what was refused."""

    choices = fields.Dict(
        keys=fields.String(),
        values=fields.String(
            validate=validate.OneOf(
                ["stored", "refused"], error=N_("Pilih 'stored' atau 'refused'.")
            ),
            error_messages=TEXT_ERRORS,
        ),
        required=True,
        error_messages=TEXT_ERRORS,
    )


class HouseholdRow(Schema):
    """One household of a list."""

    id = fields.UUID()
    version = fields.Integer()
    area_code = fields.String()
    state = fields.String(validate=validate.OneOf(_STATES))
    state_reason = fields.String(allow_none=True)
    head_name = fields.String()
    address = fields.String()
    household_size = fields.Integer(allow_none=True)
    interview_date = fields.Date(allow_none=True)
    entered_by = fields.String()
    changed_at = fields.DateTime()
    has_draft = fields.Boolean()
    merged_into = fields.UUID(
        allow_none=True, metadata={"description": "the household that this one counts as"}
    )


class HouseholdList(Schema):
    """One page of households; `X-Pagination` repeats the numbers."""

    items = fields.List(fields.Nested(HouseholdRow))
    total = fields.Integer()
    page = fields.Integer()
    pages = fields.Integer()


class ChangeList(Schema):
    """Households in the order of their last change; `next` continues, null at the end."""

    items = fields.List(fields.Nested(HouseholdRow))
    next = fields.String(allow_none=True)
    resume = fields.String(metadata={"description": "`after` of the next reading"})


class FamilyAnswer(Schema):
    """A family of the household; its KK number is masked."""

    id = fields.UUID()
    kk = fields.String()
    valid_from = fields.Date()
    members = fields.List(fields.UUID())


class Finding(Schema):
    """Something to look at again; `error` stops, `warning` does not."""

    path = fields.String()
    level = fields.String()
    message = fields.String()
    suggested = fields.String(allow_none=True)


class HouseholdAnswer(HouseholdRow):
    """A household; `document` is what PUT takes, NIK and KK numbers masked."""

    source = fields.String()
    questionnaire_version = fields.String(allow_none=True)
    entered_at = fields.DateTime()
    edited_by = fields.String(allow_none=True)
    edited_at = fields.DateTime(allow_none=True)
    state_by = fields.String()
    state_at = fields.DateTime()
    families = fields.List(fields.Nested(FamilyAnswer))
    document = fields.Dict()
    calculated = fields.Dict()
    warnings = fields.List(fields.Nested(Finding))


class DraftAnswer(Schema):
    """What was typed and not sent yet."""

    id = fields.UUID()
    version = fields.Integer()
    draft_by = fields.String()
    document = fields.Dict()


class DocumentAnswer(Schema):
    """A document with full numbers."""

    document = fields.Dict()


class ProblemAnswer(Schema):
    """An error after RFC 9457. `code` is stable, `detail` is for people, `errors` says where."""

    type = fields.String()
    title = fields.String()
    status = fields.Integer()
    code = fields.String()
    detail = fields.String()
    instance = fields.String()
    errors = fields.Dict()

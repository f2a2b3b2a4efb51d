"""What the search for a person takes, and what it answers."""

from typing import Any

from marshmallow import Schema, fields, validate

from jps.text import N_

MOST = 20  # candidates of each list
_LEAST_WEIGHT = -10.0  # bits; who fits less is nobody

_TEXT: dict[str, Any] = {"invalid": N_("Isian ini harus berupa teks.")}
_NUMBER: dict[str, Any] = {"invalid": N_("Isi dengan bilangan.")}
_DATE = validate.Regexp(
    r"^([0-9]{4}(-[0-9]{2}-[0-9]{2})?)?\Z", error=N_("Tulis seperti 1965-08-17 atau 1965.")
)
_SEX = validate.OneOf(["", "1", "2"], error=N_("Pilih '1' (laki-laki) atau '2' (perempuan)."))
_VILLAGE = validate.Regexp(
    r"^([0-9]{2}\.[0-9]{2}\.[0-9]{2}\.[0-9]{4})?\Z", error=N_("Tulis kode desa/kelurahan.")
)


def _text(most: int, *rules: Any, about: str = "") -> fields.String:
    size = validate.Length(max=most, error=N_("Terlalu panjang."))
    return fields.String(
        load_default="",
        validate=[size, *rules],
        error_messages=_TEXT,
        metadata={"description": about} if about else {},
    )


class PersonBody(Schema):
    """What is known of a person; anything may be left out, as in the form."""

    nik = _text(40)
    kk = _text(40)
    name = _text(120, about="as written; titles and spelling do not matter")
    birth_date = _text(10, _DATE, about="YYYY-MM-DD, or YYYY")
    sex = _text(1, _SEX, about="1 male, 2 female")
    mother_name = _text(120)
    area_code = _text(13, _VILLAGE, about="of the desa or kelurahan")
    without = fields.List(
        fields.UUID(error_messages={"invalid_uuid": N_("Kenali anggota dengan id-nya.")}),
        load_default=list,
        metadata={"description": "members of ours to leave out, such as the person's own entry"},
    )
    limit = fields.Integer(
        load_default=5,
        validate=validate.Range(1, MOST, error=N_("Nilainya di luar batas.")),
        error_messages=_NUMBER,
    )
    least_weight = fields.Float(
        load_default=0.0,
        validate=validate.Range(_LEAST_WEIGHT, 100.0, error=N_("Nilainya di luar batas.")),
        error_messages=_NUMBER,
        metadata={"description": "bits; who has the very same NIK is told whatever they weigh"},
    )


class EvidenceLine(Schema):
    """One fact: `bits` for (positive) or against; `field` is null for the start and the family."""

    field = fields.String(allow_none=True)
    level = fields.Integer()
    bits = fields.Float()
    reason = fields.String()


class CandidateAnswer(Schema):
    """Somebody who may be the person; null where it is not for the reader to see."""

    weight = fields.Float()
    probability = fields.Float()
    state = fields.String(validate=validate.OneOf(["sure", "likely", "unlikely"]))
    certainty = fields.String()
    same_nik = fields.Boolean()
    visible = fields.Boolean()
    area_code = fields.String()
    area_name = fields.String()
    name = fields.String(allow_none=True)
    nik = fields.String(allow_none=True)
    kk = fields.String(allow_none=True)
    sex = fields.String(allow_none=True)
    birth_date = fields.String(allow_none=True)
    mother_name = fields.String(allow_none=True)
    evidence = fields.List(fields.Nested(EvidenceLine))


class RegistryCandidate(CandidateAnswer):
    """A person of the registry."""

    status = fields.String(allow_none=True)


class OwnCandidate(CandidateAnswer):
    """A member of our own list."""

    member_id = fields.UUID(allow_none=True)
    household_id = fields.UUID(allow_none=True)


class SearchAnswer(Schema):
    """The candidates of both lists; `snapshot` is null before a registry was imported."""

    snapshot = fields.Integer(allow_none=True)
    model = fields.Integer(allow_none=True)
    registry = fields.List(fields.Nested(RegistryCandidate))
    own = fields.List(fields.Nested(OwnCandidate))

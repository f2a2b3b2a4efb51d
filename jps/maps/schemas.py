"""What a reader may ask of the map, as typed values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load, validate

from jps.areas.rules import Level, is_code
from jps.assessment.rules import Line
from jps.errors import InvalidData
from jps.maps.files import Format
from jps.maps.indicators import BY_KEY, INDICATORS
from jps.text import N_

UNKNOWN = N_("Pilihan ini tidak dikenal.")
_SMALL = validate.Range(1, 2**31 - 1, error=UNKNOWN)
_MAPPED = (Level.KABKOTA, Level.KECAMATAN, Level.DESA)


@dataclass(frozen=True)
class MapChoice:
    """What to show: an indicator of the areas of `level` inside the area `inside`.

    `inside` empty means all areas of the reader; `level` None the one below `inside`.
    """

    indicator: str = INDICATORS[0].key
    level: Level | None = None
    inside: str = ""
    line: Line = Line.NPL100
    programme: str = ""
    period: int | None = None  # None: now
    compare: int | None = None


def _is_area_code(text: str) -> None:
    if text and not is_code(text):
        raise ValidationError(UNKNOWN)


class MapChoiceSchema(Schema):
    """The address of a map. Raises `InvalidData`; what it does not know is ignored."""

    class Meta:
        unknown = EXCLUDE

    indicator = fields.String(validate=validate.OneOf(tuple(BY_KEY), error=UNKNOWN))
    level = fields.Enum(
        Level,
        by_value=True,
        validate=validate.OneOf(_MAPPED, error=UNKNOWN),
        error_messages={"unknown": UNKNOWN},
    )
    inside = fields.String(validate=_is_area_code)
    line = fields.Enum(Line, by_value=True, error_messages={"unknown": UNKNOWN})
    programme = fields.String(validate=validate.Length(max=24, error=UNKNOWN))
    period = fields.Integer(validate=_SMALL, error_messages={"invalid": UNKNOWN})
    compare = fields.Integer(validate=_SMALL, error_messages={"invalid": UNKNOWN})

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> MapChoice:
        """Freeze what was asked."""
        return MapChoice(**data)

    def handle_error(self, error: ValidationError, data: Any, **_: Any) -> NoReturn:
        """Say it as ours."""
        found = error.messages if isinstance(error.messages, dict) else {}
        problems = {str(name): list(map(str, messages)) for name, messages in found.items()}
        raise InvalidData(N_("Alamat peta ini salah. Buka peta lagi dari menu."), problems)


def read_choice(asked: Mapping[str, str]) -> MapChoice:
    """Return what the address asks for; empty entries count as not given."""
    given = {name: text for name, text in asked.items() if text}
    choice: MapChoice = MapChoiceSchema().load(given)
    return choice


def read_format(asked: Mapping[str, str]) -> Format:
    """Return the asked format of a download. Raises `InvalidData`."""
    try:
        return Format(asked.get("format", ""))
    except ValueError as error:
        raise InvalidData(N_("Format unduhan ini tidak dikenal."), {"format": [UNKNOWN]}) from error

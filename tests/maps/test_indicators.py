"""Classes and colours: frozen, complete, and told apart without colour vision."""

from itertools import pairwise
from pathlib import Path

import pytest

from jps.areas.rules import Level
from jps.errors import InvalidFile
from jps.maps.indicators import (
    BY_KEY,
    CLASSES,
    GREY,
    INDICATORS,
    PALETTES,
    class_limits,
    limits_of,
)
from jps.maps.views import AreaRow

# Full protanopia and deuteranopia on linear RGB: G. Machado, M. Oliveira, L. Fernandes,
# IEEE Trans. Visualization and Computer Graphics 15(6), 2009, severity 1.0.
_VISION = {
    "normal": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
}


def _lightness(colour: str, vision: str) -> float:
    """Return CIE L* (0-100) of `#rrggbb` as seen with `vision`."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    red, green, blue = (
        min(1.0, max(0.0, sum(weight * part for weight, part in zip(row, linear, strict=True))))
        for row in _VISION[vision]
    )
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return 116 * luminance ** (1 / 3) - 16 if luminance > 0.008856 else 903.3 * luminance


@pytest.mark.parametrize("vision", _VISION)
@pytest.mark.parametrize("palette", PALETTES)
def test_more_is_darker_to_every_eye(palette: str, vision: str) -> None:
    shades = [_lightness(colour, vision) for colour in PALETTES[palette]]
    assert len(shades) == CLASSES
    assert all(light - dark >= 3 for light, dark in pairwise(shades)), shades


def test_grey_is_no_class() -> None:
    assert all(GREY not in colours for colours in PALETTES.values())


def test_every_indicator_has_limits_at_every_level() -> None:
    for indicator in INDICATORS:
        assert indicator.palette in PALETTES
        assert indicator.with_it in BY_KEY
        for level in (Level.KABKOTA, Level.KECAMATAN, Level.DESA):
            assert len(limits_of(indicator, level)) == CLASSES - 1


def test_every_indicator_has_a_value() -> None:
    empty = AreaRow(code="75.01", name="Contoh", type="kabupaten")
    assert all(empty.value(indicator.key) is None for indicator in INDICATORS)
    with pytest.raises(KeyError):
        empty.value("unheard-of")


@pytest.mark.parametrize(
    "line",
    ["poverty_rate,,0.3 0.2 0.4 0.5 0.6 0.7,", "poverty_rate,,0.1 0.2,", "luck,,1 2 3 4 5 6,"],
)
def test_odd_classes_are_refused(line: str, tmp_path: Path) -> None:
    file = tmp_path / "classes.csv"
    file.write_text(f"indicator,level,limits,note\n{line}\n")
    with pytest.raises(InvalidFile):
        class_limits(file)

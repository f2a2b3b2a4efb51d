"""The map itself: folium writes it, our own layer fetches outlines once and colours them.

folium loads its libraries from other hosts and does not escape; here it gets the addresses of our
own copies and nothing but those addresses and codes. Its parts go into our page with the nonce of
the answer (https://python-visualization.github.io/folium/latest/, issue 1368: offline use is left
to the application).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

_TAG = re.compile(r"<(script|style|link)\b")


@dataclass(frozen=True)
class Assets:
    """Addresses of the scripts and styles that the map needs, all on this server."""

    leaflet_js: str
    leaflet_css: str
    layer_js: str


@dataclass(frozen=True)
class MapParts:
    """HTML of the map: what belongs into the head, where it stands, and its script."""

    head: str
    body: str
    script: str

    def with_nonce(self, nonce: str) -> "MapParts":
        """Return the parts as allowed by a content security policy with this nonce.

        Scripts run one after another when the page has been read: none stops its reading.
        """
        return MapParts(
            _TAG.sub(rf'<\1 nonce="{nonce}"', self.head.replace("<script", "<script defer")),
            self.body,
            f'<script type="module" nonce="{nonce}">{self.script}</script>',
        )


@lru_cache(maxsize=8)
def map_parts(assets: Assets) -> MapParts:
    """Return the map as folium writes it. The same for everybody: it holds no figures."""
    from branca.element import Figure, MacroElement
    from folium import Map
    from folium.elements import JSCSSMixin
    from folium.template import Template

    class LocalMap(Map):
        """A map that names no other host."""

    class AreaLayer(JSCSSMixin, MacroElement):
        """Hands the map over to our layer, and that to our page."""

        _template = Template(
            "{% macro script(this, kwargs) %}"
            "window.jpsMap(window.jpsAreas.start({{ this._parent.get_name() }}));"
            "{% endmacro %}"
        )

    LocalMap.default_js = [("leaflet", assets.leaflet_js)]
    LocalMap.default_css = [("leaflet_css", assets.leaflet_css)]
    AreaLayer.default_js = [("areas", assets.layer_js)]
    make_layer: Callable[[], MacroElement] = AreaLayer

    drawn = LocalMap(tiles=None, prefer_canvas=True, zoom_control=False, attribution_control=False)
    drawn._id = "areas"  # its element is #map_areas
    make_layer().add_to(drawn)
    figure = drawn.get_root()
    assert isinstance(figure, Figure)
    figure.render()
    links = [
        child.render()
        for child in figure.header._children.values()
        if type(child).__name__ in {"JavascriptLink", "CssLink"}
    ]
    return MapParts("\n".join(links), figure.html.render(), figure.script.render())

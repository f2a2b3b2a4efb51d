// The coloured areas on the map: outlines fetched once per version, colours put on in the browser.
"use strict";

window.jpsAreas = (() => {
  const EDGE = "#44524f";
  const cache = new Map(); // address -> promise of areas by code

  // One area from rings of whole numbers x, y in a world `world` wide: nothing is left to project.
  const Area = L.Polygon.extend({
    initialize(code, { rings, box }, world, options) {
      L.setOptions(this, options);
      this.code = code;
      this.world = world;
      this.box = box;
      this._latlngs = rings;
      this._bounds = L.latLngBounds(box.map((corner) => L.CRS.EPSG3857.pointToLatLng(corner.divideBy(world / 256), 0)));
    },

    // Corners that fall on one pixel are one.
    _projectLatlngs(rings, result, bounds) {
      const scale = this._map.options.crs.scale(this._map.getZoom()) / this.world;
      const origin = this._map.getPixelOrigin();
      for (const ring of rings) {
        const points = [];
        let left = NaN;
        let top = NaN;
        for (let at = 0; at < ring.length; at += 2) {
          const x = Math.round(ring[at] * scale) - origin.x;
          const y = Math.round(ring[at + 1] * scale) - origin.y;
          if (x !== left || y !== top) { points.push(new L.Point(x, y)); }
          left = x;
          top = y;
        }
        result.push(points);
      }
      for (const corner of this.box) { bounds.extend(corner.multiplyBy(scale).subtract(origin)); }
    },
  });

  class AreaMap {
    constructor(map) {
      this.map = map;
      this.canvas = L.canvas({ padding: 0.3 });
      this.svg = L.svg({ padding: 0.3 });
      this.paths = new Map();
      this.tooltip = L.tooltip({ sticky: true, className: "area-tip", opacity: 1 });
      this.onpick = () => {};
      this.onhover = () => {};
      this.onchoose = () => {};
      this.touched = null;
      map.options.zoomSnap = 0.25;
      map.on("zoomend", () => this.letFingersScroll());
      map.scrollWheelZoom.disable(); // the page scrolls; Ctrl and the wheel zoom
      map.getContainer().addEventListener("wheel", (event) => this.zoomByWheel(event), { passive: false });
    }

    zoomByWheel(event) {
      if (event.ctrlKey) {
        event.preventDefault();
        this.map.setZoomAround(this.map.mouseEventToContainerPoint(event), this.map.getZoom() - Math.sign(event.deltaY) / 2);
      }
    }

    // One finger scrolls the page as long as the whole map is to be seen; two fingers zoom.
    letFingersScroll() {
      const whole = this.map.getZoom() <= this.whole + 0.1;
      this.map.getContainer().classList.toggle("is-fitted", whole);
      const drags = this.map.dragging;
      if (whole && matchMedia("(hover: none)").matches) { drags.disable(); } else { drags.enable(); }
    }

    controls(texts) {
      L.control.zoom({ zoomInTitle: texts.zoom_in, zoomOutTitle: texts.zoom_out }).addTo(this.map);
      const whole = L.control({ position: "topleft" });
      whole.onAdd = () => {
        const box = L.DomUtil.create("div", "leaflet-bar");
        const button = L.DomUtil.create("a", "map-whole", box);
        button.href = "#";
        button.role = "button";
        button.title = button.ariaLabel = texts.whole;
        button.innerHTML = '<i class="bi bi-arrows-angle-expand" aria-hidden="true"></i>';
        L.DomEvent.disableClickPropagation(box);
        button.addEventListener("click", (event) => { event.preventDefault(); this.fit(); });
        return box;
      };
      whole.addTo(this.map);
      this.map.keyboard.enable();
    }

    // Draws the outlines at `address` that `styles` (code -> fill) names; returns when drawn.
    async show(address, styles, tips) {
      this.asked = address;
      this.tips = tips;
      if (this.layer && this.drawn === address && same(this.styles, styles)) {
        this.recolour(styles);
        return;
      }
      const outlines = address === null ? null : await load(address);
      if (this.asked !== address) {
        return;
      }
      this.outlines = outlines;
      this.drawn = address;
      this.touched = null;
      this.draw(styles, this.canvas);
    }

    // Lets a narrow screen make the frame as flat as the areas are.
    shape(bounds) {
      if (bounds.isValid()) {
        const size = this.map.project(bounds.getSouthEast(), 10).subtract(this.map.project(bounds.getNorthWest(), 10));
        this.map.getContainer().parentElement.style.setProperty("--flatness", (size.y / size.x).toFixed(3));
        this.map.invalidateSize({ animate: false });
      }
    }

    // Areas are put on the map when it shows their place: thousands of corners are projected once.
    draw(styles, renderer) {
      this.styles = styles;
      this.layer?.remove();
      this.paths.clear();
      if (!this.outlines) {
        this.layer = null;
        return;
      }
      const { areas, world } = this.outlines;
      for (const code of styles.keys()) {
        if (areas.has(code)) {
          const options = { renderer, noClip: true, smoothFactor: 0, ...this.style(code) };
          this.paths.set(code, new Area(code, areas.get(code), world, options));
        }
      }
      this.layer = L.featureGroup([...this.paths.values()]).on({
        mouseover: (event) => this.enter(event.layer.code, event.latlng),
        mousemove: (event) => this.tooltip.setLatLng(event.latlng),
        mouseout: () => this.leave(),
        click: (event) => this.click(event.layer.code, event),
      });
      this.shape(this.layer.getBounds());
      this.fit();
      this.layer.addTo(this.map);
    }

    style(code) {
      const fill = this.styles.get(code);
      const weight = this.styles.size > 150 ? 0.5 : 1;
      return fill === null
        ? { color: "#8b9996", weight, dashArray: "3 3", fillColor: "#ffffff", fillOpacity: 0.6 }
        : { color: EDGE, weight, dashArray: null, fillColor: fill, fillOpacity: 1 };
    }

    enter(code, at) {
      this.mark(code);
      this.tooltip.setContent(this.tips(code)).setLatLng(at).addTo(this.map);
      this.onhover(code);
    }

    leave() {
      this.mark(null);
      this.tooltip.remove();
      this.onhover(null);
    }

    click(code, event) {
      if (event.originalEvent.shiftKey || event.originalEvent.ctrlKey || event.originalEvent.metaKey) {
        this.onchoose(code);
        return;
      }
      const touch = event.originalEvent.pointerType === "touch" || matchMedia("(hover: none)").matches;
      if (touch && this.touched !== code) {
        this.touched = code;
        this.enter(code, event.latlng);
        return;
      }
      this.tooltip.remove();
      this.onpick(code);
    }

    // Draws the outline of one area stronger, and that of the one before as usual.
    mark(code) {
      if (this.marked && this.paths.has(this.marked)) {
        this.paths.get(this.marked).setStyle(this.style(this.marked));
      }
      this.marked = code;
      if (code && this.paths.has(code)) {
        this.paths.get(code).setStyle({ color: "#0b2f2e", weight: 2, dashArray: null }).bringToFront();
      }
    }

    recolour(styles) {
      this.styles = styles;
      for (const [code, path] of this.paths) {
        path.setStyle(this.style(code));
      }
    }

    fit() {
      if (this.layer?.getBounds().isValid()) {
        this.map.setMinZoom(0);
        this.map.fitBounds(this.layer.getBounds(), { padding: [12, 12], animate: false });
        this.whole = this.map.getZoom();
        this.map.setMinZoom(this.whole - 1);
        this.letFingersScroll();
      }
    }

    // Paper gets vectors and its own size; afterwards the screen is as it was.
    resize(renderer) {
      this.map.invalidateSize({ animate: false });
      this.draw(this.styles, renderer);
    }
  }

  // Are the same areas drawn?
  const same = (one, other) => one.size === other.size && [...other.keys()].every((code) => one.has(code));

  // From steps between corners to corners; `box` are the north-west and the south-east of an area.
  function unpacked({ world, codes, rings }) {
    const areas = new Map();
    codes.forEach((code, place) => {
      let west = world;
      let north = world;
      let east = 0;
      let south = 0;
      for (const ring of rings[place]) {
        let x = 0;
        let y = 0;
        for (let at = 0; at < ring.length; at += 2) {
          ring[at] = x += ring[at];
          ring[at + 1] = y += ring[at + 1];
          if (x < west) { west = x; }
          if (x > east) { east = x; }
          if (y < north) { north = y; }
          if (y > south) { south = y; }
        }
      }
      areas.set(code, { rings: rings[place], box: [L.point(west, north), L.point(east, south)] });
    });
    return { world, areas };
  }

  async function load(address) {
    if (!cache.has(address)) {
      cache.set(address, fetch(address).then((answer) => {
        if (!answer.ok) {
          throw new Error(String(answer.status));
        }
        return answer.json();
      }).then(unpacked).catch((error) => { cache.delete(address); throw error; }));
    }
    return cache.get(address);
  }

  return {
    map: null,
    start(map) { return (this.map = new AreaMap(map)); },
  };
})();

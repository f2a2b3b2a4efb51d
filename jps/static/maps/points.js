// Where households stand: counts in a kecamatan, single ones in a desa. Asked for once, and recorded.
"use strict";

window.jpsPoints = (config, words, page) => {
  const { texts } = config;
  const { fill, number, share, element } = words;
  const button = document.getElementById("points");
  const map = window.jpsAreas.map.map;
  let layer = null;
  let asked = 0;

  function hide() {
    asked += 1; // points that are still on their way are of a map that was left
    layer?.remove();
    layer = null;
    button?.setAttribute("aria-pressed", "false");
  }

  // Only where there is a kecamatan or a desa to look into.
  function renew() {
    hide();
    if (button) { button.hidden = page.state.view.inside.split(".").length < 3; }
  }

  async function show() {
    const mine = ++asked;
    const given = new FormData();
    given.set("inside", page.state.view.inside);
    const token = document.querySelector("meta[name=csrf-token]").content;
    const answer = await fetch(button.dataset.page, { method: "POST", body: given, headers: { "X-CSRFToken": token } });
    if (mine !== asked) { return; }
    if (!answer.ok) { page.say(texts.offline); return; }
    const { bins, single } = await answer.json();
    if (mine !== asked) { return; }
    layer = L.layerGroup();
    for (const [lat, lon, n] of bins) {
      L.circleMarker([lat, lon], { radius: 4 + Math.sqrt(n) * 2, weight: 1, color: "#084543", fillColor: "#0b5d5b", fillOpacity: 0.55 })
        .bindTooltip(number(n)).addTo(layer);
    }
    for (const [lat, lon, chance, reached] of single) {
      L.circleMarker([lat, lon], { radius: 5, weight: reached ? 1 : 2.5, color: "#084543", fillColor: reached ? "#7bccc4" : "#cc4c02", fillOpacity: 0.9 })
        .bindTooltip(element("span", {}, [reached ? texts.point_reached : texts.point_not,
          ...(chance === null ? [] : [fill(texts.point_chance, { share: share(chance) })])].join(", "))).addTo(layer);
    }
    layer.addTo(map);
    button.setAttribute("aria-pressed", "true");
    const n = bins.length + single.length;
    page.say(n ? fill(texts.points_note, { n: number(n) }) : texts.points_none);
  }

  button?.addEventListener("click", () => { if (layer) { hide(); page.say(""); } else { show(); } });
  return { renew };
};

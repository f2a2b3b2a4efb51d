// Areas that the reader picked in the table or with Shift on the map, and where one goes with them.
"use strict";

window.jpsPicks = (config, words, page) => {
  const { texts } = config;
  const byId = (id) => document.getElementById(id);
  const chosen = new Set();

  function draw() {
    const { inside, indicator, line, programme } = page.choice();
    const areas = chosen.size ? [...chosen].sort() : inside ? [inside] : [...page.state.areas.keys()];
    byId("picked").textContent = chosen.size
      ? words.fill(texts.picked, { n: chosen.size })
      : words.fill(texts.all_here, { area: page.state.total.name || texts.mine });
    byId("unpick").hidden = !chosen.size;
    const given = new URLSearchParams({ indicator, line });
    if (programme) { given.set("programme", programme); }
    for (const area of areas) { given.append("area", area); }
    link("to-families", given);
    const simulated = chosen.size || inside ? areas : [];
    link("to-simulation", new URLSearchParams(simulated.map((area) => ["pick", area])));
  }

  function link(id, given) {
    if (byId(id)) { byId(id).href = `${byId(id).dataset.page}?${given}`; }
  }

  function set(code, on) {
    if (on) { chosen.add(code); } else { chosen.delete(code); }
    draw();
  }

  byId("unpick").addEventListener("click", () => {
    chosen.clear();
    for (const box of document.querySelectorAll("#figures input[type=checkbox]")) { box.checked = false; }
    draw();
  });

  return { draw, set, has: (code) => chosen.has(code), renew() { chosen.clear(); draw(); } };
};

// Areas that the reader picked in the table or with Shift on the map, and where one goes with them.
"use strict";

window.jpsPicks = (config, words, page) => {
  const { texts } = config;
  const byId = (id) => document.getElementById(id);
  const chosen = new Set();
  const KECAMATAN = 8; // characters of its code; simulations are for nothing smaller

  // The smallest area that holds all of these.
  function common(codes) {
    const parts = codes.map((code) => code.slice(0, KECAMATAN).split("."));
    const shared = [];
    for (let place = 0; parts.every((part) => part[place] !== undefined && part[place] === parts[0][place]); place += 1) {
      shared.push(parts[0][place]);
    }
    return shared.join(".");
  }

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
    link("to-simulation", new URLSearchParams({ area: common(areas) }));
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

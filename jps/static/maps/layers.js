// Further looks at the same figures: rate and number at once, what stands together, estimates.
"use strict";

window.jpsLayers = (config, words, page) => {
  const { texts } = config;
  const { fill, share, number, element } = words;
  const byId = (id) => document.getElementById(id);
  const indicators = new Map(config.indicators.map((found) => [found.key, found]));
  // Rows: rate low to high; columns: number low to high (J. Stevens, bivariate schemes, 2015).
  const BOTH = [["#e8e8e8", "#b0d5df", "#64acbe"], ["#e4acac", "#ad9ea5", "#627f8c"], ["#c85a5a", "#985356", "#574249"]];
  const SPOTS = { high: "#b2182b", low: "#2166ac", "high-low": "#ef8a62", "low-high": "#67a9cf", none: "#f7f7f7" };
  const STARS = { hot: SPOTS.high, cold: SPOTS.low, none: SPOTS.none };
  const star = (hot) => (hot === null ? "none" : hot ? "hot" : "cold");
  let found = {};
  let mode = "plain";
  let asked = 0;

  // The third of its frozen classes that a figure lies in.
  function third(area, key) {
    const value = area[key];
    const limits = page.state.view.limits[key];
    return value === null || !limits ? null : (value >= limits[2]) + (value >= limits[4]);
  }
  function pair() {
    const one = indicators.get(page.state.indicator);
    const other = indicators.get(one.with);
    return one.kind === "share" ? [one, other] : [other, one];
  }

  // Undefined: coloured as usual.
  function colour(area) {
    if (mode === "both") {
      const [rate, size] = pair().map((one) => third(area, one.key));
      return rate === null || size === null ? null : BOTH[rate][size];
    }
    const mine = found[area.code];
    if (mode === "spots") { return mine ? SPOTS[mine[0]] : null; }
    if (mode === "stars") { return mine ? STARS[star(mine[2])] : null; }
    if (mode === "estimate") {
      if (!mine) { return null; }
      const limits = page.state.view.limits.poverty_rate;
      const shade = indicators.get("poverty_rate").colours[limits.filter((limit) => mine[0] >= limit).length];
      return mine[3] === "good" ? shade : hatched(shade, mine[3] === "caution" ? 8 : 4);
    }
    return undefined;
  }

  // Lines over a colour: for figures that are not sure. Paper, which is SVG, shows the plain colour.
  function hatched(shade, gap) {
    const tile = Object.assign(document.createElement("canvas"), { width: gap, height: gap });
    const pen = tile.getContext("2d");
    pen.fillStyle = shade;
    pen.fillRect(0, 0, gap, gap);
    pen.strokeStyle = "#1c2b2acc";
    pen.beginPath();
    pen.moveTo(0, gap);
    pen.lineTo(gap, 0);
    pen.stroke();
    const pattern = pen.createPattern(tile, "repeat");
    pattern.toString = () => shade;
    return pattern;
  }

  const swatch = (shade, text) => {
    const box = element("b");
    box.style.background = shade;
    return element("span", {}, box, text);
  };

  // True when the legend was drawn here.
  function legend(place) {
    if (mode === "plain") { return false; }
    if (mode === "both") {
      const [rate, size] = pair();
      const grid = element("div", { class: "legend-both" }, ...[2, 1, 0].flatMap((row) => BOTH[row].map((shade) => {
        const cell = element("i");
        cell.style.background = shade;
        return cell;
      })));
      place.replaceChildren(element("div", { class: "legend-unit" }, fill(texts.both_axes, { rate: rate.name, size: size.name })), grid);
      return true;
    }
    const others = element("div", { class: "legend-others" });
    if (mode === "spots") {
      for (const [key, shade] of Object.entries(SPOTS)) { others.append(swatch(shade, texts[`spot_${key}`])); }
    } else if (mode === "stars") {
      for (const [key, shade] of Object.entries(STARS)) { others.append(swatch(shade, texts[`star_${key}`])); }
    } else {
      const colours = indicators.get("poverty_rate").colours;
      const limits = page.state.view.limits.poverty_rate;
      colours.forEach((shade, at) => others.append(swatch(shade, at === 0 ? `< ${number(limits[0] * 100)}` : `≥ ${number(limits[at - 1] * 100)}`)));
    }
    place.replaceChildren(element("div", { class: "legend-unit" }, texts[`${mode}_note`]), others);
    return true;
  }

  const byMoran = ([spot, p]) => [texts[`spot_${spot}`], `p ${number(p, 3)}`];
  const byStar = ([, , hot, z, p]) => [texts[`star_${star(hot)}`], `z ${number(Math.round(z * 10) / 10 || 0, 1)}, p ${number(p, 3)}`];

  // The column that a look adds to the table: its head, and word and numbers of an area.
  const column = () => ({ spots: { head: texts.moran, cell: byMoran }, stars: { head: texts.stars, cell: byStar } }[mode]);
  const told = (code) => found[code] && column().cell(found[code]);

  function tip(code, line) {
    const mine = found[code];
    if (column() && mine) {
      for (const [head, [word, numbers]] of [[texts.moran, byMoran(mine)], [texts.stars, byStar(mine)]]) {
        line(head, `${word} (${numbers})`);
      }
    }
    if (mode === "estimate" && mine) {
      line(texts.estimate, `${share(mine[0])} ± ${number(mine[1] * 100, 1)}`);
      line(texts.cv, mine[2] === null ? "–" : `${share(mine[2])} (${texts[mine[3]]})`);
    }
  }

  // Answers may overtake each other: the newest question wins.
  async function change(wanted) {
    const mine = ++asked;
    mode = wanted;
    found = {};
    if (config.layers[mode]) {
      const answer = await fetch(page.address(page.choice(), config.layers[mode]));
      if (mine !== asked) { return; }
      if (!answer.ok) { mode = "plain"; byId("look").value = mode; page.say(texts.offline); return; }
      const given = await answer.json();
      if (mine !== asked) { return; }
      found = given.areas;
      page.say(given.problem ?? (Object.keys(found).length ? "" : texts[`${mode === "stars" ? "spots" : mode}_none`]));
    }
    page.redraw();
  }

  byId("look").addEventListener("change", (event) => { event.stopPropagation(); change(event.target.value); });
  return { colour, column, told, legend, tip, renew() { return mode === "plain" ? undefined : change(mode); } };
};

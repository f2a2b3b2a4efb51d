// The table beside the map: the same numbers, sortable, with a way down into every area.
"use strict";

window.jpsTable = (config, words, page) => {
  const { texts } = config;
  const { fill, number, figure, element, icon, language } = words;
  const byId = (id) => document.getElementById(id);
  const indicators = new Map(config.indicators.map((found) => [found.key, found]));
  // What is mapped stands beside the names, its second figure next to it: a wide table shows both.
  function columns() {
    const first = [page.state.indicator, indicators.get(page.state.indicator).with];
    const all = config.indicators.filter((found) => found.topic === page.state.view.topic).map((found) => found.key);
    return [...first, ...all.filter((key) => !first.includes(key))];
  }

  function drawTable() {
    const look = page.layers.column(); // on a narrow screen it takes the place of the second figure
    const lead = [page.state.indicator, ...(look ? [] : [indicators.get(page.state.indicator).with])];
    const leads = (key) => (lead.includes(key) ? " is-lead" : "") + (key === page.state.indicator ? " is-chosen" : "");
    const sort = page.state.sort ?? { key: page.state.indicator, down: true };
    const heads = ["name", ...columns()].map((key) => {
      const text = key === "name" ? texts.area : indicators.get(key).short;
      const direction = sort.key === key ? (sort.down ? "descending" : "ascending") : "none";
      const button = element("button", { type: "button", title: fill(texts.sort, { column: text }) }, text,
        icon(direction === "none" ? "arrow-down-up" : sort.down ? "caret-down-fill" : "caret-up-fill"));
      button.addEventListener("click", () => sortBy(key));
      return element("th", { scope: "col", class: key === "name" ? "" : `num${leads(key)}`, "aria-sort": direction }, button);
    });
    if (look) { heads.splice(1, 0, element("th", { scope: "col", class: "is-lead look" }, look.head)); }
    byId("figures").tHead.replaceChildren(element("tr", {}, ...heads));
    drawRows(sorted(sort), leads);
    byId("figures").tFoot.replaceChildren(element("tr", {},
      element("th", { scope: "row" }, page.state.total.name || texts.mine), ...(look ? [element("td", { class: "is-lead look" })] : []), ...columns().map((key) => cell(page.state.total, key, leads))));
  }

  // What fits on a screen at once, the rest by and by when the map stands: a province has 729 desa.
  const AT_ONCE = 40;
  let waiting = null; // draws the rest

  function drawRows(areas, leads) {
    const body = byId("figures").tBodies[0];
    const rows = (some) => some.map((area) => tableRow(area, leads));
    body.replaceChildren(...rows(areas.slice(0, AT_ONCE)));
    let drawn = AT_ONCE;
    waiting = areas.length <= AT_ONCE ? null : (some = drawn) => {
      body.append(...rows(areas.slice(drawn, drawn + some)));
      drawn += some;
      if (drawn >= areas.length) { waiting = null; }
    };
  }

  // Draws what is left, in each pause as many as there are: the browser lays out all of them anew.
  function drawRest() {
    const mine = waiting;
    if (mine) { whenIdle(() => { if (waiting === mine) { mine(); drawRest(); } }); }
  }
  const whenIdle = (work) => (window.requestIdleCallback ? requestIdleCallback(work, { timeout: 500 }) : setTimeout(work, 50));
  window.addEventListener("beforeprint", () => waiting?.(page.state.areas.size));

  function tableRow(area, leads) {
    const swatch = element("b", { class: "swatch" });
    const shade = page.colour(area);
    if (shade === null) { swatch.classList.add("is-nodata"); } else { swatch.style.background = shade; }
    const short = area.name.replace(/^Kabupaten /, "Kab. ");
    const name = page.below[page.state.view.level] ? page.link(short, page.opened(area.code)) : short;
    const parent = page.state.view.parents[page.upper(area.code)];
    const box = element("input", { type: "checkbox", class: "form-check-input", "aria-label": fill(texts.pick, { area: area.name }) });
    box.checked = page.picks.has(area.code);
    box.addEventListener("change", () => page.picks.set(area.code, box.checked));
    const label = element("span", {}, name, ...(parent ? [element("small", {}, parent)] : []));
    const head = element("th", { scope: "row" }, element("span", { class: "area-name" }, box, swatch, label));
    const row = element("tr", { "data-code": area.code }, head, ...lookCell(area), ...columns().map((key) => cell(area, key, leads)));
    row.addEventListener("mouseenter", () => page.map.mark(area.code));
    row.addEventListener("mouseleave", () => page.map.mark(null));
    row.addEventListener("focusin", () => page.map.mark(area.code));
    row.addEventListener("focusout", () => page.map.mark(null));
    return row;
  }

  function lookCell(area) {
    if (!page.layers.column()) { return []; }
    const [word, numbers] = page.layers.told(area.code) ?? ["–", ""];
    return [element("td", { class: "is-lead look" }, word, element("small", {}, numbers))];
  }

  function cell(area, key, leads) {
    const made = element("td", { class: `num${leads(key)}` });
    const hidden = page.hiddenState(area, key);
    if (hidden) {
      made.append(element("span", { class: "hidden-figure", title: page.hiddenText(hidden) }, icon("eye-slash"),
        element("span", { class: "visually-hidden" }, page.hiddenText(hidden))));
    } else if (area[key] === null) {
      made.append(element("span", { class: "no-figure", title: texts.nodata }, "–",
        element("span", { class: "visually-hidden" }, texts.nodata)));
    } else {
      made.append(figure(key, area[key]));
      const was = key === page.state.indicator ? page.state.view.was[area.code] : undefined;
      if (was !== undefined && was !== null) {
        made.append(element("small", {}, fill(texts.was, { value: figure(key, was) })));
      }
      const published = key === "poverty_rate" && page.state.view.official[area.code];
      if (published) { made.append(element("small", {}, words.official(published).join(": "))); }
      if (key.startsWith("fgt") && area[`${key}_low`] !== null) {
        made.append(element("small", {}, words.span(area, key).join("–")));
      }
      if (key === "poverty_rate" && area.rate_low !== null) {
        made.append(element("small", {}, `${number(area.rate_low * 100, 1)}–${number(area.rate_high * 100, 1)}`));
      }
    }
    return made;
  }

  function sorted({ key, down }) {
    const names = new Intl.Collator(language, { numeric: true });
    return [...page.state.areas.values()].sort((a, b) => {
      if (key === "name") { return (down ? -1 : 1) * names.compare(a.name, b.name); }
      const [one, two] = [a, b].map((area) => (page.hiddenState(area, key) ? null : area[key]));
      if (one === null || two === null) { return (one === null) - (two === null) || names.compare(a.name, b.name); }
      return (down ? two - one : one - two) || names.compare(a.name, b.name);
    });
  }

  function sortBy(key) {
    const now = page.state.sort ?? { key: page.state.indicator, down: true };
    page.state.sort = now.key === key ? { key, down: !now.down } : { key, down: key !== "name" };
    drawTable();
    drawRest();
    byId("figures").tHead.querySelectorAll("button")[["name", ...columns()].indexOf(key)].focus();
  }

  return { draw: drawTable, rest: drawRest };
};

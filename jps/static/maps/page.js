// The map's page: what is chosen, key figures, legend, table; the address always says what is shown.
"use strict";

window.jpsMap = (map) => {
  const config = JSON.parse(document.getElementById("map-config").textContent);
  const { texts } = config;
  const byId = (id) => document.getElementById(id);
  const indicators = new Map(config.indicators.map((found) => [found.key, found]));
  const state = { view: null, areas: new Map(), indicator: config.view.indicator, sort: null };

  const words = window.jpsWords(config);
  const { fill, number, share, day, moment, count, figure, element } = words;

  // ---- values
  const named = (view, row) => Object.fromEntries(view.columns.map((column, place) => [column, row[place]]));
  const hiddenState = (area, key) => area[`${indicators.get(key).group}_hidden`];
  const hiddenText = (state_) => fill(texts[state_], { n: config.minimum });

  function colour(area, key = state.indicator) {
    if (hiddenState(area, key)) { return config.grey; }
    const other = layers.colour(area);
    if (other !== undefined) { return other; }
    const value = area[key];
    if (value === null) { return null; }
    const limits = state.view.limits[key];
    return indicators.get(key).colours[limits.filter((limit) => value >= limit).length];
  }

  const styles = () => new Map([...state.areas].map(([code, area]) => [code, colour(area)]));
  const upper = (code) => code.slice(0, code.lastIndexOf("."));
  const below = { kabkota: "kecamatan", kecamatan: "desa" };

  // ---- address and loading
  const FIELDS = ["indicator", "level", "inside", "line", "programme", "period", "compare"];
  function address(choice, page = config.page) {
    const given = new URLSearchParams();
    for (const name of FIELDS) {
      if (choice[name]) { given.set(name, choice[name]); }
    }
    return `${page}?${given}`;
  }
  let asked = 0;
  let pending = null; // what the newest question asks for: the next choice adds to it
  const choice = () => pending ?? ({
    indicator: state.indicator, level: state.view.level, inside: state.view.inside, line: state.view.line,
    programme: state.view.programme, period: state.view.period, compare: state.view.compare,
  });
  const opened = (code) => ({ ...choice(), inside: code, level: below[state.view.level] });

  // Answers may overtake each other: the newest question wins.
  async function go(wanted, { push = true } = {}) {
    const mine = ++asked;
    pending = wanted;
    document.body.classList.add("is-loading");
    try {
      // Names stay the same where only the figures change.
      const same = state.view.inside === wanted.inside && state.view.level === wanted.level;
      const answer = await fetch(address(wanted, config.values) + (same ? "&bare=1" : ""), { headers: { "HX-Request": "true" } });
      if (answer.headers.get("HX-Redirect")) { window.location = answer.headers.get("HX-Redirect"); return; }
      if (!answer.ok) { throw new Error(String(answer.status)); }
      const view = await answer.json();
      if (mine !== asked) { return; }
      pending = null;
      state.indicator = wanted.indicator;
      await show(same ? namedAgain(view) : view);
      if (push && mine === asked) { history.pushState(null, "", address(choice())); }
    } catch (error) {
      if (mine === asked) { pending = null; say(texts.offline); }
    } finally {
      if (mine === asked) { document.body.classList.remove("is-loading"); }
    }
  }

  function namedAgain(view) {
    const place = view.columns.indexOf("name");
    for (const row of view.rows) { row[place] = state.areas.get(row[0])?.name ?? row[0]; }
    view.parents = state.view.parents;
    return view;
  }

  function say(text) {
    byId("map-message").textContent = text;
    byId("map-message").hidden = !text;
  }

  function sayWhatIsMissing() {
    const key = state.indicator;
    const empty = [...state.areas.values()].every((area) => area[key] === null);
    const hidden = [...state.areas.values()].every((area) => hiddenState(area, key));
    const why = state.view.topic === "consumption" ? (state.view.model ? texts.nodata : texts.no_model)
      : state.view.topic === "aid" ? texts.no_aid : state.view.topic === "people" ? texts.nodata
      : key === "coverage" && state.total.households !== null ? texts.no_coverage : texts.no_interviews;
    const noModel = state.view.topic === "consumption" && !state.view.model;
    say(!state.view.geometry ? texts.no_boundary : noModel || (empty && !hidden) ? why : "");
  }

  // What no area of a level tells, why, and where it is told instead.
  const ofTopic = () => config.indicators.filter((found) => found.topic === state.view.topic);
  const isRare = (key) => state.areas.size > 0 && [...state.areas.values()].every((area) => hiddenState(area, key) === "rare");
  function sayWhatIsRare() {
    const { view } = state;
    const rare = ofTopic().filter((found) => isRare(found.key));
    byId("rare").hidden = !rare.length;
    if (!rare.length) { return; }
    const level = config.levels[view.level].toLowerCase();
    byId("rare-text").textContent = fill(texts.rare_note, { what: rare.map((found) => found.short).join(", "), level });
    const above = view.levels[view.levels.indexOf(view.level) - 1];
    byId("rare-above").replaceChildren(above
      ? link(fill(texts.rare_above, { level: config.levels[above].toLowerCase() }), { ...choice(), level: above })
      : link(texts.rare_none, { ...choice(), indicator: "reached_share", programme: "" }));
  }

  async function show(view) {
    state.view = view;
    state.areas = new Map(view.rows.map((row) => [row[0], named(view, row)]));
    state.total = named(view, view.total);
    picks.renew();
    points.renew();
    drawWords();
    table.draw();
    sayWhatIsMissing();
    sayWhatIsRare();
    layers.renew();
    try {
      await map.show(view.geometry && view.geometry.url, styles(), tip);
    } catch (error) {
      say(texts.offline);
    }
    requestAnimationFrame(() => requestAnimationFrame(table.rest));
  }

  function changeIndicator(key) {
    if (pending || indicators.get(key).topic !== state.view.topic || state.view.compare) {
      state.sort = null;
      go({ ...choice(), indicator: key });
      return;
    }
    state.indicator = key;
    state.sort = null;
    drawWords();
    table.draw();
    sayWhatIsMissing();
    table.rest();
    map.recolour(styles());
    picks.draw();
    layers.renew();
    history.replaceState(null, "", address(choice()));
  }

  // ---- words around the map
  const modelled = () => state.view.topic === "consumption";
  function drawWords() {
    const { view } = state;
    const found = indicators.get(state.indicator);
    drawCrumbs();
    byId("subtitle").textContent = [
      view.interviews
        ? fill(texts.interviews, { first: day(view.interviews[0]), last: day(view.interviews[1]) })
        : texts.no_interviews,
      modelled() ? view.model ? fill(texts.by_model, { model: view.model }) : texts.without_model
        : byId("controls").line.selectedOptions[0].textContent,
      fill(texts.counted, { moment: moment(view.counted_at) }),
    ].join(" · ");
    byId("controls").line.closest("label").hidden = modelled(); // a model has lines of its own
    byId("map-title").textContent = `${found.name}, ${config.levels[view.level].toLowerCase()}`;
    drawKeys();
    drawLegend(found);
    drawSources();
    for (const name of FIELDS) {
      for (const form of ["download", "controls"]) {
        const field = byId(form)?.elements[name];
        if (field) { setField(field, choice()[name] ?? ""); }
      }
    }
  }

  function setField(field, value) {
    if (field.tagName === "SELECT" && field.name === "programme") {
      field.replaceChildren(new Option(texts.any_programme, ""), ...state.view.programmes.map(([code, name]) => new Option(name, code)));
      field.closest("label").hidden = state.view.topic !== "aid";
    } else if (field.tagName === "SELECT" && field.name === "level") {
      field.replaceChildren(...state.view.levels.map((level) => new Option(config.levels[level], level)));
    } else if (field.tagName === "SELECT" && ![...field.options].some((option) => option.value === value)) {
      field.add(new Option(state.total.name || texts.mine, value));
    }
    field.value = value;
  }

  function drawCrumbs() {
    const { crumbs } = state.view;
    const last = crumbs.length - 1;
    byId("crumbs").replaceChildren(...crumbs.map(([code, name, open], place) => {
      if (place === last || !open) {
        return element("li", { class: `breadcrumb-item${place === last ? " active" : ""}`, ...(place === last && { "aria-current": "page" }) }, name);
      }
      return element("li", { class: "breadcrumb-item" }, link(name, { ...choice(), inside: code, level: "" }));
    }));
    const parent = last > 0 && crumbs[last - 1][2] ? crumbs[last - 1] : null;
    byId("back").hidden = !parent;
    if (parent) {
      byId("back-text").textContent = fill(texts.up, { area: parent[1] });
      byId("back").onclick = () => go({ ...choice(), inside: parent[0], level: "" });
    }
  }

  function link(name, wanted) {
    const made = element("a", { href: address(wanted) }, name);
    made.addEventListener("click", (event) => {
      if (!event.ctrlKey && !event.metaKey && !event.shiftKey) {
        event.preventDefault();
        go(wanted);
      }
    });
    return made;
  }

  const card = (label, value, note) => element("div", { class: "key" },
    element("dt", {}, label), element("dd", {}, element("strong", {}, value), element("span", {}, note)));
  const totalOf = (key, note) => {
    const hidden = hiddenState(state.total, key);
    const value = state.total[key];
    const told = !hidden && value !== null && value !== undefined;
    return card(indicators.get(key).name, told ? figure(key, value) : "–", hidden ? hiddenText(hidden) : told ? note : texts.nodata);
  };

  function drawKeys() {
    const { total } = state;
    if (state.view.topic === "aid") {
      byId("keys").replaceChildren(
        totalOf("poor_households", fill(texts.of_scored, { n: number(total.scored ?? 0) })),
        totalOf("reached_share", fill(texts.reached_of, { poor: count(total.poor_reached ?? 0), left: count(total.poor_unreached ?? 0) })),
        totalOf("overlaps", fill(texts.overlap_of, { share: share(total.overlap_share ?? 0) })),
      );
      return;
    }
    if (modelled()) {
      const sure = (key) => (total[`${key}_low`] === null ? fill(texts.of_modelled, { n: number(total.modelled ?? 0) })
        : `${words.interval(total, key)}, ${fill(texts.of_modelled, { n: number(total.modelled) })}`);
      byId("keys").replaceChildren(...["fgt0", "fgt1", "fgt2"].map((key) => totalOf(key, sure(key))));
      return;
    }
    if (state.view.topic === "people") {
      byId("keys").replaceChildren(
        totalOf("low_share", fill(texts.families_of, { n: number(total.low_families ?? 0) })),
        totalOf("unranked", indicators.get("unranked").unit),
        totalOf("no_nik_share", fill(texts.persons_of, { n: number(total.no_nik ?? 0) })),
      );
      return;
    }
    const key = card;
    const poverty = total.poverty_hidden ? hiddenText(total.poverty_hidden) : texts.nodata;
    const registered = total.registration_hidden ? hiddenText(total.registration_hidden) : texts.nodata;
    const known = total.poverty_rate !== null;
    byId("keys").replaceChildren(
      key(texts.rate_card, known ? share(total.poverty_rate) : "–", !known ? poverty
        : total.rate_low === null ? fill(texts.of_scored, { n: number(total.scored) })
          : fill(texts.interval, { low: share(total.rate_low).replace("\u00a0%", ""), high: share(total.rate_high) })),
      key(texts.poor_card, known ? count(total.poor_persons) : "–", !known ? poverty
        : fill(texts.poor_households_of, { poor: count(total.poor_households), n: number(total.scored) })),
      key(texts.registered_card, total.households === null ? "–" : number(total.households),
        total.households === null ? registered
          : total.coverage === null ? fill(texts.age, { n: number(total.age_days ?? 0) })
            : fill(texts.covers, { share: share(total.coverage), n: number(total.expected) })),
    );
  }

  function drawLegend(found) {
    if (layers.legend(byId("legend"))) { return; }
    const limits = state.view.limits[found.key];
    const short = (limit) => {
      const value = found.kind === "share" ? limit * 100 : limit;
      return number(value, words.decimals(value));
    };
    const bar = element("div", { class: "legend-bar" });
    found.colours.forEach((fillColour, place) => {
      const cell = element("span", {}, element("b"));
      cell.firstChild.style.background = fillColour;
      cell.append(element("small", {}, place === 0 ? `< ${short(limits[0])}`
        : place === limits.length ? `≥ ${short(limits[place - 1])}`
          : `${short(limits[place - 1])}–${short(limits[place])}`));
      bar.append(cell);
    });
    const others = element("div", { class: "legend-others" });
    const swatch = (kind, text) => others.append(element("span", {}, element("b", { class: kind }), text));
    const areas = [...state.areas.values()];
    if (areas.some((area) => hiddenState(area, found.key))) {
      swatch("is-hidden", isRare(found.key) ? texts.legend_rare : fill(texts.legend_hidden, { n: config.minimum }));
    }
    if (areas.some((area) => !hiddenState(area, found.key) && area[found.key] === null)) {
      swatch("is-nodata", texts.nodata);
    }
    byId("legend").replaceChildren(element("div", { class: "legend-unit" }, found.unit), bar, others);
  }

  function drawSources() {
    const { geometry, population, rows } = state.view;
    const texts_ = [];
    if (geometry) {
      texts_.push(geometry.schematic ? texts.schematic : fill(texts.boundary, { source: geometry.source.replace(/\.$/, "") }));
    }
    texts_.push(fill(texts.printed, { date: day(new Date().toLocaleDateString("en-CA", { timeZone: config.timezone })) }));
    byId("map-source").replaceChildren(...texts_.map((text, place) => element("span",
      { class: place === texts_.length - 1 ? "print-only" : place === 0 && geometry?.schematic ? "schematic" : "" }, `${text} `)));
    const notes = population ? [fill(texts.population, { source: config.sources[population[2]] ?? population[2], date: day(population[1]) })] : [];
    const missing = rows.length && [...state.areas.values()].every((area) => area.coverage === null);
    if (modelled() && state.view.model) { notes.push(fill(texts.model_note, { model: state.view.model })); }
    if (state.view.topic === "aid") { notes.push(texts.overlap_note); }
    byId("table-note").textContent = [...notes, ...(missing && state.view.topic === "poverty" ? [texts.no_coverage] : [])].join(" ");
  }

  // ---- paper
  function toPaper() {
    document.documentElement.classList.add("on-paper");
    map.resize(map.svg);
  }
  function toScreen() {
    document.documentElement.classList.remove("on-paper");
    map.resize(map.canvas);
  }
  for (const button of document.querySelectorAll("[data-print]")) {
    button.addEventListener("click", () => {
      button.closest("details").open = false;
      document.documentElement.dataset.paper = button.dataset.print;
      for (const size of ["a4", "a3"]) { byId(`paper-${size}`).media = size === button.dataset.print ? "print" : "not all"; }
      window.print();
    });
  }
  window.addEventListener("beforeprint", toPaper);
  window.addEventListener("afterprint", toScreen);

  // ---- begin
  const redraw = () => { map.recolour(styles()); drawLegend(indicators.get(state.indicator)); table.draw(); table.rest(); };
  const layers = window.jpsLayers(config, words, { state, choice, address, say, redraw });
  const tip = window.jpsTip(config, words, { state, below, upper, hiddenState, hiddenText, layers });
  const points = window.jpsPoints(config, words, { state, say });
  const picks = window.jpsPicks(config, words, { state, choice });
  const table = window.jpsTable(config, words, {
    picks, state, map, below, upper, colour, hiddenState, hiddenText, link, opened, layers,
  });
  byId("controls").addEventListener("change", (event) => {
    const wanted = { ...choice(), [event.target.name]: event.target.value };
    if (event.target.name === "indicator") { changeIndicator(event.target.value); return; }
    go(event.target.name === "inside" ? { ...wanted, level: "" } : wanted);
  });
  byId("download")?.addEventListener("submit", () => { byId("download").closest("details").open = false; });
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) { menu.open = false; }
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { document.querySelectorAll("details.menu[open]").forEach((menu) => { menu.open = false; }); }
  });
  window.addEventListener("popstate", () => {
    const given = Object.fromEntries(new URLSearchParams(window.location.search));
    go({ indicator: given.indicator || config.view.indicator, level: given.level, inside: given.inside, line: given.line, programme: given.programme, period: given.period, compare: given.compare }, { push: false });
  });
  map.controls(texts);
  map.onchoose = (code) => { picks.set(code, !picks.has(code)); table.draw(); table.rest(); };
  map.onpick = (code) => { if (below[state.view.level]) { go(opened(code)); } };
  map.onhover = (code) => {
    document.querySelector("tr.is-marked")?.classList.remove("is-marked");
    if (code) { document.querySelector(`tr[data-code="${code}"]`)?.classList.add("is-marked"); }
  };
  show(config.view).then(() => history.replaceState(null, "", address(choice())));
};

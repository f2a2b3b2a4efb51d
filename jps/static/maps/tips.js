// What the map tells of the area under the pointer: built from text only.
"use strict";

window.jpsTip = (config, words, { state, below, upper, hiddenState, hiddenText, layers }) => {
  const { texts } = config;
  const { fill, number, share, count, figure, element } = words;
  const indicators = new Map(config.indicators.map((found) => [found.key, found]));

  function tip(code) {
    const area = state.areas.get(code);
    const parent = state.view.parents[upper(code)];
    const box = element("div", {}, element("strong", {}, area.name));
    if (parent) { box.append(element("span", { class: "tip-parent" }, parent)); }
    const line = (label, value) => box.append(element("div", { class: "tip-line" }, element("span", {}, label), element("b", {}, value)));
    if (state.view.topic !== "poverty") {
      tipLines(area, box, line);
    } else if (area.poverty_hidden) {
      box.append(element("div", { class: "tip-note" }, hiddenText(area.poverty_hidden)));
    } else if (area.poverty_rate === null) {
      box.append(element("div", { class: "tip-note" }, texts.nodata));
    } else {
      line(texts.poverty_rate, share(area.poverty_rate) + (area.rate_low === null ? "" : ` (${number(area.rate_low * 100, 1)}–${number(area.rate_high * 100, 1)})`));
      line(texts.poor_persons, count(area.poor_persons));
      line(texts.poor_households, `${count(area.poor_households)} / ${number(area.scored)}`);
    }
    if (state.view.topic !== "poverty") {
      // told above
    } else if (area.registration_hidden && !area.poverty_hidden) {
      box.append(element("div", { class: "tip-note" }, hiddenText(area.registration_hidden)));
    } else if (area.households !== null) {
      line(texts.households, number(area.households));
      if (area.coverage !== null) { line(texts.coverage, share(area.coverage)); }
      if (area.age_days !== null) { line(texts.age_word, fill(texts.days, { n: number(area.age_days) })); }
    }
    layers.tip(code, line);
    if (state.view.official[code]) { line(...words.official(state.view.official[code])); }
    if (state.view.was[code] !== undefined && state.view.was[code] !== null) {
      line(fill(texts.was, { value: "" }), figure(state.indicator, state.view.was[code]));
    }
    if (!hiddenState(state.total, state.indicator) && state.total[state.indicator] !== null && indicators.get(state.indicator).kind !== "count") {
      line(state.total.name || texts.mine, figure(state.indicator, state.total[state.indicator]));
    }
    if (below[state.view.level]) {
      box.append(element("div", { class: "tip-open" }, matchMedia("(hover: none)").matches ? texts.open_touch : texts.open));
    }
    return box;
  }

  // The figures of the topic, and once for each reason why some are hidden.
  function tipLines(area, box, line) {
    const reasons = new Set();
    for (const found of indicators.values()) {
      const hidden = found.topic === state.view.topic && hiddenState(area, found.key);
      if (hidden) {
        reasons.add(hiddenText(hidden));
      } else if (found.topic === state.view.topic && area[found.key] !== null) {
        const sure = found.topic === "consumption" && area[`${found.key}_low`] !== null;
        line(found.short, figure(found.key, area[found.key]) + (sure ? ` (${words.span(area, found.key).join("–")})` : ""));
      }
    }
    if (area.modelled) { line(texts.modelled, number(area.modelled)); }
    box.append(...[...reasons].map((text) => element("div", { class: "tip-note" }, text)));
  }

  return tip;
};

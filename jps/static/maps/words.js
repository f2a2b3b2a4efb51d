// How the map's page writes numbers and dates in the reader's language, and makes elements from text.
"use strict";

window.jpsWords = (config) => {
  const { texts } = config;
  const language = config.locale === "en" ? "en-GB" : "id-ID";
  const kinds = new Map(config.indicators.map((found) => [found.key, found.kind]));
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const formats = [0, 1, 2, 3].map((digits) => new Intl.NumberFormat(language, {
    minimumFractionDigits: digits, maximumFractionDigits: digits,
  }));
  const number = (value, digits = 0) => formats[digits].format(value);
  const share = (value) => `${number(value * 100, 1)}\u00a0%`;
  // How many decimals a class limit is written with, at most two.
  const decimals = (value) => [0, 1, 2].find((digits) => Math.abs(value - Number(value.toFixed(digits))) < 1e-9) ?? 2;
  // Both ends of a share's 95 % interval.
  const interval = (area, key) => fill(texts.interval, { low: span(area, key)[0], high: `${span(area, key)[1]}\u00a0%` });
  const span = (area, key) => ["low", "high"].map((end) => number(area[`${key}_${end}`] * 100, shareDigits(key)));
  const shareDigits = (key) => (key === "fgt2" ? 2 : 1);
  const day = (iso) => new Intl.DateTimeFormat(language, { day: "numeric", month: "short", year: "numeric" })
    .format(new Date(`${iso}T12:00:00`));
  const moment = (iso) => new Intl.DateTimeFormat(language, {
    day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit",
    timeZone: config.timezone, timeZoneName: "short",
  }).format(new Date(iso));
  const count = (value) => number(value, value > 0 && value < 10 ? 1 : 0);
  const write = {
    share, count: (value) => number(Math.round(value)), days: (value) => number(value),
  };
  const figure = (key, value) => (key === "fgt2" ? number(value * 100, 2) : key.startsWith("poor_") ? count(value) : write[kinds.get(key)](value));

  function element(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name === "class") { made.className = value; } else { made.setAttribute(name, value); }
    }
    made.append(...children);
    return made;
  }
  const icon = (name) => element("i", { class: `bi bi-${name}`, "aria-hidden": "true" });

  // What BPS published for an area: label and value.
  const official = ([rate, , month]) => {
    const text = new Intl.DateTimeFormat(language, { month: "short", year: "numeric" }).format(new Date(`${month}T12:00:00`));
    return [`BPS ${text}`, share(rate)];
  };

  return { decimals, interval, span, official, language, fill, number, share, day, moment, count, figure, element, icon };
};

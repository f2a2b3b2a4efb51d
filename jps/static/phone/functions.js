// The functions of XPath and of OpenRosa, with the meanings of jps/questionnaire/functions.py.
"use strict";

const DAY = 86400000; // ms

export function text(value) {
  if (Array.isArray(value)) return value.length ? value[0] : "";
  return String(value);
}

export function num(value) {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  const written = text(value).trim();
  return /^-?(\d+(\.\d*)?|\.\d+)$/.test(written) ? Number(written) : NaN;
}

export function bool(value) {
  if (typeof value === "boolean") return value;
  if (typeof value === "number") return value !== 0 && !Number.isNaN(value);
  return value.length > 0; // of a text or of a node-set
}

// A day number since 1970-01-01 or an ISO text, as a Date in UTC; null when it is neither.
export function dateOf(value) {
  if (typeof value === "number") return Number.isFinite(value) ? new Date(Math.trunc(value) * DAY) : null;
  const match = /^(\d{4})-(\d{2})-(\d{2})/.exec(text(value));
  if (!match || match[1] === "0000") return null;
  const [year, month, day] = match.slice(1).map(Number);
  const found = new Date(0);
  found.setUTCFullYear(year, month - 1, day);
  return found.getUTCMonth() === month - 1 && found.getUTCDate() === day ? found : null;
}

export const dayNumber = (iso) => {
  const found = dateOf(iso);
  return found ? found.getTime() / DAY : NaN;
};

const two = (number) => String(number).padStart(2, "0");

function formatDate(value, pattern) {
  const found = dateOf(value);
  if (!found) return "";
  const [year, month, day] = [found.getUTCFullYear(), found.getUTCMonth() + 1, found.getUTCDate()];
  const parts = { Y: String(year).padStart(4, "0"), y: two(year % 100), m: two(month), n: String(month), d: two(day), e: String(day) };
  return text(pattern).replace(/%([A-Za-z])/g, (_, letter) => parts[letter] ?? "");
}

const patterns = new Map();

function regex(value, pattern) {
  const source = text(pattern);
  if (!patterns.has(source)) {
    try {
      patterns.set(source, new RegExp(`^(?:${source})$`, "su"));
    } catch {
      patterns.set(source, null);
    }
  }
  const found = patterns.get(source);
  return found !== null && found.test(text(value));
}

const codes = (value) => text(value).split(/\s+/).filter(Boolean);
const flat = (values) => values.flat();
const numbers = (values) => flat(values).map(num).filter((one) => !Number.isNaN(one));
const least = (values) => (values.length ? Math.min(...values) : NaN);
const most = (values) => (values.length ? Math.max(...values) : NaN);
const letters = (value) => [...text(value)];

function round(value, places = 0) {
  const factor = 10 ** Math.trunc(num(places));
  return Math.floor(num(value) * factor + 0.5) / factor; // XPath rounds halves upwards
}

function substring(value, start, length = Infinity) {
  const first = round(start);
  const last = first + (length === Infinity ? Infinity : round(length));
  return letters(value).filter((_, place) => place + 1 >= first && place + 1 < last).join("");
}

function translate(value, from, to) {
  const [away, instead] = [letters(from), letters(to)];
  return letters(value)
    .map((one) => (away.includes(one) ? (instead[away.indexOf(one)] ?? "") : one))
    .join("");
}

function split(value, at) {
  const [whole, mark] = [text(value), text(at)];
  const place = whole.indexOf(mark);
  return place < 0 ? ["", ""] : [whole.slice(0, place), whole.slice(place + mark.length)];
}

export const FUNCTIONS = {
  true: () => true,
  false: () => false,
  not: (value) => !bool(value),
  boolean: bool,
  number: num,
  string: text,
  count: (nodes) => nodes.length,
  sum: (nodes) => nodes.reduce((total, node) => total + num(node), 0),
  floor: (value) => Math.floor(num(value)),
  ceiling: (value) => Math.ceil(num(value)),
  concat: (...values) => values.map(text).join(""),
  contains: (value, part) => text(value).includes(text(part)),
  "starts-with": (value, part) => text(value).startsWith(text(part)),
  "ends-with": (value, part) => text(value).endsWith(text(part)),
  "string-length": (value) => letters(value).length,
  "normalize-space": (value) => codes(value).join(" "),
  "substring-before": (value, at) => split(value, at)[0],
  "substring-after": (value, at) => split(value, at)[1],
  substring,
  substr: (value, start, end) => letters(value).slice(num(start), end === undefined ? undefined : num(end)).join(""),
  translate,
  regex,
  selected: (value, code) => codes(value).includes(text(code)),
  "selected-at": (value, place) => codes(value)[num(place)] ?? "",
  "count-selected": (value) => codes(value).length,
  if: (condition, yes, no) => (bool(condition) ? yes : no),
  coalesce: (...values) => values.find((value) => text(value) !== "") ?? "",
  int: (value) => Math.trunc(num(value)),
  "round-to": round,
  min: (...values) => least(numbers(values)),
  max: (...values) => most(numbers(values)),
  abs: (value) => Math.abs(num(value)),
  date: (value) => {
    const found = dateOf(value);
    return found ? found.getTime() / DAY : NaN;
  },
  "format-date": formatDate,
  join: (between, ...values) => flat(values).map(text).join(text(between)),
};
FUNCTIONS["decimal-date-time"] = FUNCTIONS.date;

// Small helpers to build a page without writing HTML: texts are always texts.
"use strict";

// h("a.btn", { href: "#" }, "text", node, ...); `on` holds listeners, null and false are left out.
export function h(tag, attributes = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  const element = document.createElement(name);
  if (classes.length) element.className = classes.join(" ");
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "on") for (const [event, work] of Object.entries(value)) element.addEventListener(event, work);
    else if (key in PROPERTIES) element[key] = value;
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(key, value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const PROPERTIES = { hidden: 1, checked: 1, disabled: 1, value: 1, selected: 1, className: 1 };
const SVG = "http://www.w3.org/2000/svg";

export function icon(name) {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("class", "ico");
  drawing.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#i-${name}`);
  drawing.append(use);
  return drawing;
}

export const button = (kind, picture, text, click, attributes = {}) =>
  h(`button.btn${kind && `.${kind}`}`, { type: "button", on: { click }, ...attributes }, picture && icon(picture), " ", text);

// State as icon + word + colour.
export const tag = (tone, picture, text) => h(`span.tag${tone && `.${tone}`}`, {}, icon(picture), text);

export const box = (tone, ...children) => h(`div.box.${tone}`, { role: tone === "error" ? "alert" : null }, ...children);

const two = (number) => String(number).padStart(2, "0");
export const localDay = (when = new Date()) => `${when.getFullYear()}-${two(when.getMonth() + 1)}-${two(when.getDate())}`;

// An instant with this phone's zone: 2026-11-23T09:30:00+08:00.
export function localTime(when = new Date()) {
  const ahead = -when.getTimezoneOffset();
  const zone = `${ahead < 0 ? "-" : "+"}${two(Math.floor(Math.abs(ahead) / 60))}:${two(Math.abs(ahead) % 60)}`;
  return `${localDay(when)}T${two(when.getHours())}:${two(when.getMinutes())}:${two(when.getSeconds())}${zone}`;
}

export const clock = (ms) => `${two(new Date(ms).getHours())}.${two(new Date(ms).getMinutes())}`;

// 23 Nov 2026, from an instant or an ISO day.
export function day(value, language) {
  const when = typeof value === "string" && value.length === 10 ? new Date(`${value}T00:00`) : new Date(value);
  if (Number.isNaN(when.getTime())) return String(value);
  return when.toLocaleDateString(language, { day: "numeric", month: "short", year: "numeric" });
}

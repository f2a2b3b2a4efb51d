// One question on the screen: how it is asked, what stands in it, and what is said about it.
"use strict";

import { h, icon, button, day } from "./dom.js";
import { locate } from "./place.js";
import { photoField } from "./photofield.js";
import { isDigits } from "./reading.js";
import { _, inLanguage, language } from "./words.js";

const MANY_CHOICES = 12; // longer lists are drawn as a drop-down
const PAIR_WIDTH = 14; // characters of the longest label of two choices that stand side by side
const PARTS = { date: ["day", "month", "year"], month: ["month", "year"] };
const partLabels = () => ({ day: _("Tgl."), month: _("Bulan"), year: _("Tahun") });

export function kindOf(question) {
  const appearance = (question.appearance ?? "").split(/\s+/);
  if (question.type === "select_one") return question.choices.length > MANY_CHOICES ? "list" : "choice";
  if (question.type === "text") return isDigits(question) ? "digits" : appearance.includes("multiline") ? "lines" : "text";
  if (question.type === "date") return appearance.includes("month-year") ? "month" : "date";
  return { select_multiple: "many", geopoint: "point", image: "photo" }[question.type] ?? "number";
}

export const labelOf = (question) => inLanguage(question.labels) || question.name;

export function answerLabel(question, value) {
  if (question.type === "date") return day(value, language());
  const choice = question.choices.find(([code]) => code === String(value));
  return choice ? inLanguage(choice[1]) : String(value);
}

// Builds the field. `answer` is told every change; the field is an object with `element`, `show(is)`,
// `say(notes)`, `write(value)`.
export function makeField(question, value, answer, context) {
  const kind = kindOf(question);
  const { name } = question;
  const isGroup = ["choice", "many", "date", "month", "photo"].includes(kind);
  const notes = h("div.notes", { id: `n-${name}`, "aria-live": "polite" });
  const hint = inLanguage(question.hints);
  const described = [hint && `h-${name}`, `n-${name}`].filter(Boolean).join(" ");
  const control = CONTROLS[kind](question, value, answer, { ...context, described });
  const optional = !question.required && !question.requiredIf;
  const title = [
    labelOf(question),
    optional && h("span.optional", {}, ` (${_("boleh kosong")})`),
    kind === "choice" && optional && h("button.btn.bare.clear", { type: "button", on: { click: () => control.clear() } }, _("Kosongkan")),
  ];
  const label = isGroup ? h("legend.label", {}, title) : h("label.label", { for: name }, title);
  const element = h(
    isGroup ? "fieldset.field" : "div.field",
    { id: `f-${name}`, "data-name": name, "aria-describedby": isGroup ? described : null },
    label,
    hint && h("p.hint", { id: `h-${name}` }, hint),
    control.elements,
    notes,
  );
  if (["choice", "many", "list", "lines", "photo"].includes(kind)) notes.classList.add("free");
  return {
    question,
    element,
    show: (is) => (element.hidden = !is),
    say: (found) => say(question, element, notes, found, (suggested) => control.write(suggested, true)),
    write: control.write,
    focus: () => (element.querySelector("input:checked, select, textarea, input, button") ?? element).focus(),
  };
}

function say(question, element, notes, found, use) {
  const wrong = found.some((note) => note.level === "error");
  element.classList.toggle("bad", wrong);
  for (const one of element.querySelectorAll("input:not([type=radio], [type=checkbox]), select, textarea")) {
    if (wrong) one.setAttribute("aria-invalid", "true");
    else one.removeAttribute("aria-invalid");
  }
  const written = JSON.stringify(found);
  if (notes.dataset.written === written) return; // nothing is read aloud twice
  notes.dataset.written = written;
  notes.replaceChildren(...found.map((note) => noteLine(question, note, use)));
}

const noteLine = (question, note, use) =>
  h(
    `p.note.${note.level}`,
    {},
    icon(note.level),
    h("span.text", {}, note.text),
    note.suggested && button("use", null, _("Pakai {value}", { value: answerLabel(question, note.suggested) }), () => use(note.suggested)),
  );

const CONTROLS = {
  choice: choices("radio"),
  many: choices("checkbox"),
  list: dropDown,
  text: line,
  digits: line,
  number: line,
  lines: area,
  date: dateParts("date"),
  month: dateParts("month"),
  point,
  photo: photoField,
};

function choices(type) {
  return (question, value, answer) => {
    const inputs = question.choices.map(([code, labels]) => [
      h("input", { type, name: question.name, value: code, on: { change: changed } }),
      inLanguage(labels),
    ]);
    const isPair = inputs.length === 2 && inputs.every(([, text]) => text.length <= PAIR_WIDTH);
    const element = h(
      `div.choices${isPair ? ".pair" : ""}`,
      {},
      inputs.map(([input, text]) => h("label.choice", {}, input, " ", h("span", {}, text))),
    );
    function changed() {
      const codes = inputs.filter(([input]) => input.checked).map(([input]) => input.value);
      answer(type === "radio" ? (codes[0] ?? "") : codes, true);
    }
    function write(written, tell = false) {
      const codes = Array.isArray(written) ? written.map(String) : String(written ?? "").split(/\s+/);
      for (const [input] of inputs) input.checked = codes.includes(input.value);
      if (tell) changed();
    }
    write(value);
    return { elements: [element], write, clear: () => write("", true) };
  };
}

function dropDown(question, value, answer, { described }) {
  const options = question.choices.map(([code, labels]) => h("option", { value: code }, inLanguage(labels)));
  const changed = () => answer(element.value, true);
  const element = h(
    "select",
    { id: question.name, name: question.name, "aria-describedby": described, on: { change: changed } },
    h("option", { value: "" }, _("Pilih…")),
    options,
  );
  return typed(element, value, changed);
}

function typed(element, value, changed, more = []) {
  const write = (written, tell = false) => {
    element.value = written ?? "";
    if (tell) changed();
  };
  write(value);
  return { elements: [element, ...more], write };
}

function line(question, value, answer, { described }) {
  const { name } = question;
  const kind = kindOf(question);
  const counted = name === "nik" || name === "kk";
  const count = counted ? h("p.small.soft", { id: `count-${name}` }) : null;
  const changed = () => {
    if (counted) count.textContent = _("{count} dari 16 angka", { count: element.value.replace(/\D/g, "").length });
    answer(element.value);
  };
  const element = h(`input${kind === "number" ? ".short" : kind === "digits" ? ".digits" : ""}`, {
    type: "text",
    id: name,
    name,
    autocomplete: "off",
    inputmode: kind === "text" ? null : question.type === "decimal" ? "decimal" : "numeric",
    autocapitalize: name.includes("name") ? "words" : null,
    spellcheck: name.includes("name") ? "false" : null,
    "aria-describedby": described,
    on: { input: changed },
  });
  const control = typed(element, value, changed, count ? [count] : []);
  if (counted) count.textContent = _("{count} dari 16 angka", { count: element.value.replace(/\D/g, "").length });
  return control;
}

function area(question, value, answer, { described }) {
  const changed = () => answer(element.value);
  const element = h("textarea", { id: question.name, name: question.name, "aria-describedby": described, on: { input: changed } });
  return typed(element, value, changed);
}

function dateParts(kind) {
  return (question, value, answer) => {
    const inputs = PARTS[kind].map((part) => [
      part,
      h("input", {
        type: "text",
        inputmode: "numeric",
        autocomplete: "off",
        name: `${question.name}.${part}`,
        placeholder: part === "year" ? "1980" : "01",
        on: { input: changed },
      }),
    ]);
    const element = h(
      "div.parts",
      {},
      inputs.map(([part, input]) => h(`label.${part}`, {}, h("span", {}, partLabels()[part]), input)),
    );
    function changed() {
      answer(joinDate(Object.fromEntries(inputs.map(([part, input]) => [part, input.value.trim()]))));
    }
    function write(written, tell = false) {
      const split = String(written ?? "").split("-");
      const whole = split.length === 3;
      inputs.forEach(([part, input], place) => {
        if (whole) input.value = split[["year", "month", "day"].indexOf(part)];
        else input.value = place ? "" : String(written ?? "");
      });
      if (tell) changed();
    }
    write(value);
    return { elements: [element], write };
  };
}

// The parts of a date as one text, YYYY-MM-DD when they are numbers (jps/web/fields.py).
export function joinDate(parts) {
  const [first, ...others] = Object.values(parts); // the year comes last
  const filled = others.some(Boolean);
  if (!first && !filled) return "";
  if (first.length > 2 && !filled) return first; // a whole date in the first box: as it was typed
  const two = (text) => (text ? text.padStart(2, "0") : "");
  return `${parts.year}-${two(parts.month)}-${"day" in parts ? two(parts.day) : "01"}`;
}

function point(question, value, answer, { described }) {
  const changed = () => answer(element.value);
  const told = h("span.small.soft", { role: "status" });
  const element = h("input", {
    type: "text",
    id: question.name,
    name: question.name,
    autocomplete: "off",
    placeholder: _("lintang bujur, misalnya 0.5435 123.0422"),
    "aria-describedby": described,
    on: { input: changed },
  });
  const control = typed(element, value, changed);
  const take = button("", "pin", _("Ambil titik GPS"), () => locate(told, (written) => control.write(written, true)));
  return { ...control, elements: [h("div.gps", {}, take, told), element] };
}

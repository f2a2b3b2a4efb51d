// A page of the form: the questions of one section, or of one member; each change is saved by itself.
"use strict";

import { box, button, h } from "./dom.js";
import { makeField } from "./fields.js";
import { frame, statusBar } from "./frame.js";
import { knownPart } from "./known.js";
import { problemText, remarksOf } from "./notes.js";
import { sections } from "./sections.js";
import { neighbours, stepsOf } from "./steps.js";
import { _, inLanguage } from "./words.js";

const COUPLE = ["1", "2"]; // head and spouse: their brothers and sisters are neither

// `screen` is {section, member}: the name of a section, and a member's id or null.
export function showScreen(app, household, screen) {
  const { form } = app;
  const section = form.section(screen.section);
  const { member } = screen;
  const key = member ? `m/${member}` : screen.section;
  const { before } = neighbours(app, household, screen);
  const fields = new Map();
  const groups = [];
  const entry = household.entry(member);
  const title = member ? () => household.entry(member)?.name || _("Anggota {number}", { number: household.placeOf(member) + 1 }) : () => inLanguage(section.labels);
  const heading = h("h1", {}, title());
  const known = member ? knownPart(app, household, member) : null;

  for (const question of section.questions) {
    if (["calculate", "start", "end"].includes(question.type)) continue;
    const group = form.groups[question.group];
    if (groups.at(-1)?.group !== group) groups.push(newGroup(group, section, groups.length));
    const field =
      question.name === "area_code"
        ? villageField(app, household, question)
        : makeField(question, entry[question.name], (value, now) => answered(question, value, now), { household });
    fields.set(question.name, field);
    groups.at(-1).element.append(field.element);
    groups.at(-1).fields.push(field);
  }
  if (known) groups[0].element.append(known.element);

  function answered(question, value, now = false) {
    household.set(member, question.name, value);
    if (now) household.flush();
    if (question.name === "name") heading.textContent = title();
    refresh();
    known?.look();
  }

  function refresh(all = false) {
    if (member && !household.entry(member)) return;
    const place = household.placeOf(member);
    const start = member === null ? "" : `${form.roster}[${place}].`;
    for (const [name, field] of fields) {
      field.show(household.checked.asked.has(start + name));
      const problems = household.checked.problems.filter((one) => one.path === start + name && (all || one.rule !== "required"));
      field.say([...remarksOf(household, member, name), ...problems.map((one) => ({ level: one.level, text: problemText(one), suggested: one.suggested }))]);
    }
    for (const group of groups) group.element.hidden = group.fields.every((field) => field.element.hidden);
  }

  const element = h(
    "form",
    { id: "form", novalidate: true, autocomplete: "off", on: { submit: (event) => event.preventDefault(), focusin: stand } },
    groups.map((group) => group.element),
    member && h("p.acts", {}, button("", "copy", _("Salin untuk saudaranya"), copy), button("danger", "bin", _("Keluarkan anggota ini"), remove)),
  );

  function stand(event) {
    const field = event.target.closest("[data-name]");
    if (field) household.stand(key, field.dataset.name);
  }

  // A brother or sister: the same card, mother and birthplace; the rest is asked.
  function copy() {
    const from = household.entry(member);
    const names = ["kk", "mother_name", "birth_place", ...(COUPLE.includes(from.relation) ? [] : ["relation"])];
    const shared = names.filter((name) => from[name]).map((name) => [name, from[name]]);
    const id = household.addMember(Object.fromEntries(shared));
    app.go(`h/${household.id}/m/${id}`);
  }

  function remove() {
    app.undo = { household: household.id, text: _("Anggota dikeluarkan dari isian ini."), back: household.removeMember(member) };
    app.go(`h/${household.id}/members`);
  }

  const { number, count } = stepsOf(app, household, screen);
  frame(app, {
    back: ["", _("Beranda")],
    where: household.summarise().address,
    content: [
      h("p.step", {}, _("Bagian {number} dari {count}", { number, count }), member && ` · ${inLanguage(section.labels)}`),
      heading,
      h("div.meter", { "aria-hidden": "true" }, h("i", { style: `width:${(100 * number) / count}%` })),
      sections(app, household),
      returnedBox(household),
      element,
    ],
    bar: statusBar(app, household, {
      before,
      after: async () => (await household.flush(), app.go(neighbours(app, household, screen).after)),
      last: Boolean(member),
    }),
  });
  refresh();
  household.onChange(() => element.isConnected && refresh());
  household.stand(key, household.place?.screen === key ? household.place.field : null);
  const at = fields.get(app.focus ?? (household.place?.screen === key ? household.place.field : null));
  app.focus = null;
  if (at && !at.element.hidden) {
    at.element.scrollIntoView({ block: "center" });
    at.focus();
  }
}

function newGroup(group, section, count) {
  const same = JSON.stringify(group.labels) === JSON.stringify(section.labels);
  const title = !same && inLanguage(group.labels);
  return { group, fields: [], element: h("div", { "data-group": true }, title && (count || section.roster) ? h("h2", {}, title) : null) };
}

function villageField(app, household, question) {
  const area = app.areas.find((one) => one.code === household.document.area_code);
  const element = h(
    "div.field",
    { id: "f-area_code", "data-name": "area_code" },
    h("span.label", {}, inLanguage(question.labels)),
    h("p", {}, area ? `${area.name}, ${area.kecamatan}` : household.document.area_code),
    button("", "pin", _("Ganti desa"), () => app.go(`h/${household.id}/village`)),
  );
  return { element, show: (is) => (element.hidden = !is), say: () => {}, focus: () => element.querySelector("button").focus() };
}

function returnedBox(household) {
  const { told } = household;
  if (!told?.reason) return null;
  return box("error", h("p", {}, _("Dikembalikan: {reason}", { reason: told.reason })));
}

// The list of members of a household.
"use strict";

import { checkedTag } from "./states.js";
import { box, button, h, icon } from "./dom.js";
import { answerLabel } from "./fields.js";
import { frame, statusBar } from "./frame.js";
import { problemText } from "./notes.js";
import { sections } from "./sections.js";
import { neighbours, stepsOf } from "./steps.js";
import { _, inLanguage } from "./words.js";

const SHOWN = ["relation", "sex"];

export function showMembers(app, household) {
  const { form } = app;
  const section = form.section(form.roster);
  const screen = { section: form.roster, member: null };
  const { number, count } = stepsOf(app, household, screen);
  const { before } = neighbours(app, household, screen);
  const applies = household.checked.rosterApplies;
  household.stand(form.roster);
  const add = () => {
    const card = household.members.map((one) => one.kk).find(Boolean);
    app.go(`h/${household.id}/m/${household.addMember(card ? { kk: card } : {})}`);
  };
  const family = household.checked.problems.filter((one) => one.path === form.roster);
  frame(app, {
    back: ["", _("Beranda")],
    where: household.summarise().address,
    content: [
      h("p.step", {}, _("Bagian {number} dari {count}", { number, count })),
      h("h1", {}, inLanguage(section.labels)),
      h("div.meter", { "aria-hidden": "true" }, h("i", { style: `width:${(100 * number) / count}%` })),
      sections(app, household),
      undoBox(app, household),
      applies ? null : box("tip", h("p", {}, _("Anggota ditanyakan setelah hasil kunjungan diisi sebagai wawancara."))),
      household.members.length
        ? h("ul.rows", {}, household.members.map((entry, place) => h("li", {}, row(app, household, entry, place))))
        : applies && h("div.card", {}, h("p", {}, _("Belum ada anggota. Mulai dengan kepala keluarga, lalu semua orang yang makan dari satu dapur."))),
      family.map((one) => box(one.level === "error" ? "error" : "warning", h("p", {}, icon(one.level), " ", problemText(one)))),
      applies && button(household.members.length ? "wide" : "wide.main", "plus", _("Tambah anggota"), add),
    ],
    bar: statusBar(app, household, { before, after: async () => (await household.flush(), app.go(neighbours(app, household, screen).after)) }),
  });
}

function row(app, household, entry, place) {
  const { form } = app;
  const start = `${form.roster}[${place}].`;
  const own = household.checked.problems.filter((one) => one.path.startsWith(start));
  const facts = SHOWN.filter((name) => entry[name]).map((name) => answerLabel(form.byName.get(name), entry[name]));
  const age = household.checked.answers[form.roster]?.[place]?.age;
  if (age) facts.push(_("{age} tahun", { age }));
  return h(
    "a.row",
    { href: `#h/${household.id}/m/${entry.id}` },
    icon("person"),
    h("span.body", {}, h("b", {}, entry.name || _("Tanpa nama")), h("span.small.soft", {}, facts.join(" · ")), h("span.tags", {}, checkedTag(own))),
    icon("right"),
  );
}

function undoBox(app, household) {
  const { undo } = app;
  app.undo = null;
  if (undo?.household !== household.id) return null;
  const back = () => {
    undo.back();
    app.draw();
  };
  return h("div.box.good", { role: "status" }, h("p", {}, undo.text), button("", null, _("Batalkan"), back));
}

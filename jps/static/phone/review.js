// The last page: what stands in the way, each line leading to its field; then "finished".
"use strict";

import { box, button, h, icon } from "./dom.js";
import { labelOf } from "./fields.js";
import { frame, statusBar } from "./frame.js";
import { problemText } from "./notes.js";
import { sections } from "./sections.js";
import { steps } from "./steps.js";
import { synchronise } from "./sync.js";
import { _, inLanguage, N_ } from "./words.js";

export function showReview(app, household) {
  household.stand("review");
  const { problems } = household.checked;
  const errors = problems.filter((one) => one.level === "error");
  const warnings = problems.filter((one) => one.level === "warning");
  const last = steps(app, household).filter((step) => step.applies).at(-1);
  const finish = async () => {
    if (await household.finish()) {
      app.said = _("Tersimpan di HP. Dikirim begitu ada jaringan.");
      app.leave("");
      synchronise();
    }
  };
  const send = button("main", "send", _("Kirim"), finish, { disabled: errors.length > 0 });
  frame(app, {
    back: ["", _("Beranda")],
    where: household.summarise().address,
    content: [
      h("p.step", {}, _("Langkah terakhir")),
      h("h1", {}, _("Periksa dan kirim")),
      h("div.meter", { "aria-hidden": "true" }, h("i", { style: "width:100%" })),
      sections(app, household),
      errors.length
        ? part(app, household, "error", _("Harus diperbaiki sebelum dikirim"), errors)
        : box("good", h("p", {}, icon("check"), " ", _("Semua isian wajib sudah terisi dan masuk akal."))),
      warnings.length ? part(app, household, "warning", _("Perlu dilihat sekali lagi"), warnings) : null,
      errors.length ? h("p.soft", {}, _("Belum lengkap? Isian ini tetap tersimpan sebagai draf dan dapat dilanjutkan kapan saja.")) : null,
      h("p.acts", {}, h("a.btn", { href: "#" }, _("Simpan sebagai draf")), button("danger", "bin", _("Hapus isian ini"), () => app.discard(household))),
    ],
    bar: statusBar(app, household, { before: last?.path ?? "", next: send }),
  });
}

// Problems under the section or the person that they belong to; what is merely missing is counted.
function part(app, household, tone, title, problems) {
  const places = new Map();
  for (const one of problems) {
    const key = placeOf(app, household, one);
    if (!places.has(key.title)) places.set(key.title, []);
    places.get(key.title).push(one);
  }
  return box(
    tone,
    h("h2", {}, `${title} (${problems.length})`),
    h("p.small", {}, _("Ketuk untuk langsung ke isiannya.")),
    [...places].map(([name, found]) => [h("h3.small", {}, name), h("ul.problems", {}, lines(app, household, found))]),
  );
}

function lines(app, household, problems) {
  const missing = problems.filter((one) => one.rule === "required");
  const others = problems.filter((one) => one.rule !== "required");
  const counted = missing.length > 1 ? [{ ...missing[0], level: "dot", message: N_("{count} isian wajib belum diisi"), values: { count: missing.length } }] : missing;
  return [...counted, ...others].map((one) => h("li", {}, line(app, household, one)));
}

function placeOf(app, household, problem) {
  const { form } = app;
  const person = problem.member === null || problem.member === undefined ? null : household.members[problem.member];
  if (person) return { path: `m/${person.id}`, title: person.name || _("Anggota {number}", { number: problem.member + 1 }) };
  const section = form.section(form.byName.get(problem.question)?.section ?? form.roster);
  return { path: section.name, title: inLanguage(section.labels) };
}

function line(app, household, problem) {
  const question = problem.level === "dot" ? null : app.form.byName.get(problem.question);
  const jump = () => (app.focus = problem.question);
  return h(
    "a",
    { href: `#h/${household.id}/${placeOf(app, household, problem).path}`, on: { click: jump } },
    icon(problem.level),
    h("span", {}, question ? h("b", {}, `${labelOf(question)}: `) : null, problemText(problem)),
  );
}

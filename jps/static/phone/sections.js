// The list of sections with how far each is: the way to any page of the form.
"use strict";

import { h } from "./dom.js";
import { checkedTag } from "./states.js";
import { steps } from "./steps.js";
import { _ } from "./words.js";

export function sections(app, household) {
  const list = h("ol", {}, rows(app, household));
  const fresh = () => list.replaceChildren(...rows(app, household)); // answers changed meanwhile
  return h("details.sections", { on: { toggle: fresh } }, h("summary", {}, _("Daftar bagian")), list);
}

function rows(app, household) {
  const found = steps(app, household).filter((step) => step.applies);
  const last = { path: `h/${household.id}/review`, title: _("Periksa dan kirim") };
  return [...found, last].map((step) =>
    h("li", {}, h("a", { href: `#${step.path}` }, h("span", {}, step.title), step.problems && checkedTag(step.problems))),
  );
}

// The way through the form: which sections there are for this household, how far each is.
"use strict";

import { inLanguage } from "./words.js";

// [{key, title, path, applies, problems}] in the order of the form.
export function steps(app, household) {
  const { form } = app;
  const { asked, problems } = household.checked;
  return form.sections.map((section) => {
    const names = new Set(section.questions.map((question) => question.name));
    const applies = section.roster
      ? household.checked.rosterApplies
      : section.questions.some((question) => question.type !== "calculate" && asked.has(question.name));
    const own = problems.filter((one) => (section.roster ? names.has(one.question) || one.path === form.roster : names.has(one.question)));
    return {
      key: section.name,
      title: inLanguage(section.labels) || section.name,
      path: `h/${household.id}/${section.name}`,
      applies,
      problems: own,
    };
  });
}

export function stepsOf(app, household, screen) {
  const all = steps(app, household).filter((step) => step.applies || step.key === screen.section);
  return { number: all.findIndex((step) => step.key === screen.section) + 1, count: all.length + 1 };
}

// Where "back" and "next" lead. After a member comes the list of members.
export function neighbours(app, household, screen) {
  const list = `h/${household.id}/${app.form.roster}`;
  if (screen.member) return { before: list, after: list };
  const all = steps(app, household).filter((step) => step.applies || step.key === screen.section);
  const place = all.findIndex((step) => step.key === screen.section);
  return { before: all[place - 1]?.path ?? "", after: all[place + 1]?.path ?? `h/${household.id}/review` };
}

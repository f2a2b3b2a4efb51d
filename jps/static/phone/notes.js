// What is said about answers: findings of the checks, remarks of the office, words of the server.
"use strict";

import { _, inLanguage } from "./words.js";

export const problemText = (problem) => (problem.messages && inLanguage(problem.messages)) || _(problem.message, problem.values);

// Remarks of the office at a field, and what the server found when the record was sent.
export function remarksOf(household, member, name) {
  const { told } = household;
  if (!told) return [];
  const here = (one) => (one.member ?? null) === member && one.field === name;
  const remarks = (told.remarks ?? []).filter(here).map((one) => ({ level: "warning", text: _("Catatan {by}: {text}", one) }));
  const found = told.outcome === "problems" && !household.touched ? (told.problems ?? []).filter(here) : [];
  return [...remarks, ...found.map(({ level, text }) => ({ level, text }))];
}

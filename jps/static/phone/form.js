// The questionnaire as the server packed it, each expression compiled once.
"use strict";

import { compile } from "./xpath.js";

const EXPRESSIONS = ["relevant", "requiredIf", "constraint", "calculate"];

export class Form {
  constructor(packed) {
    Object.assign(this, packed);
    this.groups.forEach((group) => prepare(group));
    this.questions = this.sections.flatMap((section) => section.questions);
    this.byName = new Map(this.questions.map((question) => [question.name, question]));
    for (const section of this.sections) section.questions.forEach((question) => this.#prepare(question, section));
    const start = this.sections.findIndex((section) => section.roster);
    this.member = this.sections[start].questions;
    this.before = this.sections.slice(0, start).flatMap((section) => section.questions);
    this.after = this.sections.slice(start + 1).flatMap((section) => section.questions);
    this.household = [...this.before, ...this.after];
  }

  #prepare(question, section) {
    prepare(question);
    question.inRoster = Boolean(section.roster);
    question.section = section.name;
    question.choices = this.lists[question.list] ?? [];
    question.codes = new Set(question.choices.map(([code]) => code));
  }

  // What the form fills in by itself when a household or a member begins.
  defaults(questions, today) {
    const given = questions.filter((question) => question.default);
    return Object.fromEntries(given.map((one) => [one.name, one.default === "today()" ? today : one.default]));
  }

  section(name) {
    return this.sections.find((section) => section.name === name);
  }
}

function prepare(thing) {
  thing.logic = {};
  for (const what of EXPRESSIONS) if (thing[what]) thing.logic[what] = lazily(thing[what]);
}

// Compiled when it is first asked: the first page needs none.
function lazily(source) {
  let compiled = null;
  return (scope) => (compiled ??= compile(source))(scope);
}

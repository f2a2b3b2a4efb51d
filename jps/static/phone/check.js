// What applies, what is missing, what is wrong and what is calculated, as jps/questionnaire/checking.py
// says it. Relevance and calculations are settled in the order of the form, then every answer is judged.
"use strict";

import { dayNumber, text } from "./functions.js";
import { answerText, readAnswer, Unclear } from "./reading.js";
import { N_ } from "./words.js";

const REQUIRED = N_("Wajib diisi.");
const NOT_VALID = N_("Isian tidak memenuhi syarat pertanyaan ini.");

export const pathOf = (name, member, roster = "members") => (member === null ? name : `${roster}[${member}].${name}`);

// Returns {answers, problems, asked}; `asked` holds the paths of all questions that apply.
export function checkForm(form, document, today) {
  const check = new Check(form, document, today);
  check.decide();
  check.judge();
  return { answers: check.answers(), problems: check.problems, asked: check.asked, rosterApplies: check.rosterApplies };
}

class Check {
  constructor(form, document, today) {
    this.form = form;
    this.today = dayNumber(today);
    this.problems = [];
    this.asked = new Set();
    this.faults = new Map();
    this.own = this.#read(form.household, document, null);
    const roster = Array.isArray(document[form.roster]) ? document[form.roster] : [];
    this.members = roster.map((entry, place) => this.#read(form.member, entry, place));
  }

  #read(questions, entry, place) {
    const record = { place, values: {}, texts: {} };
    for (const question of questions) {
      if (question.type === "calculate" || !(question.name in entry)) continue;
      try {
        const value = readAnswer(question, entry[question.name]);
        if (value === null) continue;
        record.values[question.name] = value;
        record.texts[question.name] = answerText(value);
      } catch (fault) {
        if (!(fault instanceof Unclear)) throw fault;
        this.faults.set(this.#path(question, record), fault);
      }
    }
    return record;
  }

  #path(question, record) {
    return pathOf(question.name, record.place, this.form.roster);
  }

  // What an expression sees from a record: texts of one answer, or of one per member.
  #scope(record) {
    const { form } = this;
    return {
      today: this.today,
      read: (name) => {
        if (name === form.roster) return this.members.map(() => "");
        if (!form.byName.get(name).inRoster) return [this.own.texts[name] ?? ""];
        if (record.place !== null) return [record.texts[name] ?? ""];
        return this.members.map((member) => member.texts[name] ?? "");
      },
    };
  }

  decide() {
    const { form, own } = this;
    const household = new Map();
    for (const question of form.before) this.#decide(question, own, household);
    this.rosterApplies = this.#applies(form.rosterGroup, own, household);
    for (const member of this.members) {
      const parts = new Map([[form.rosterGroup, this.rosterApplies]]);
      for (const question of form.member) this.#decide(question, member, parts);
    }
    if (!this.rosterApplies) this.members = [];
    for (const question of form.after) this.#decide(question, own, household);
  }

  #applies(place, record, known) {
    if (!known.has(place)) {
      const group = this.form.groups[place];
      let found = group.within === undefined || this.#applies(group.within, record, known);
      if (found && group.logic.relevant) found = this.#holds(group.logic.relevant, record);
      known.set(place, found);
    }
    return known.get(place);
  }

  #holds(expression, record) {
    return Boolean(expression(this.#scope(record)));
  }

  #decide(question, record, known) {
    const { name, logic } = question;
    const applies =
      this.#applies(question.group, record, known) && (!logic.relevant || this.#holds(logic.relevant, record));
    if (!applies) {
      this.faults.delete(this.#path(question, record));
      delete record.values[name];
      delete record.texts[name];
      return;
    }
    this.asked.add(this.#path(question, record));
    if (!logic.calculate) return;
    const found = text(logic.calculate(this.#scope(record)));
    if (found && found !== "NaN") record.values[name] = record.texts[name] = found;
  }

  judge() {
    for (const question of this.form.household) this.#judge(question, this.own);
    for (const member of this.members) for (const question of this.form.member) this.#judge(question, member);
  }

  #judge(question, record) {
    const { name, logic } = question;
    const path = this.#path(question, record);
    if (!this.asked.has(path) || logic.calculate) return;
    const note = (message, more) => this.problems.push({ path, question: name, member: record.place, level: "error", message, ...more });
    const fault = this.faults.get(path);
    if (fault) note(fault.message, { rule: fault.rule, values: fault.values, suggested: fault.suggested });
    else if (!(name in record.values)) {
      if (question.required || (logic.requiredIf && this.#holds(logic.requiredIf, record))) note(REQUIRED, { rule: "required" });
    } else if (logic.constraint && !this.#holds(logic.constraint, record)) {
      note(NOT_VALID, { rule: "constraint", messages: question.messages });
    }
  }

  answers() {
    const found = { ...this.own.values };
    if (this.members.length) found[this.form.roster] = this.members.map((member) => member.values);
    return found;
  }
}

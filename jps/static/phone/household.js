// One household while it is filled in: its answers, what the checks say, and saving of each change.
"use strict";

import { checkForm } from "./check.js";
import { localDay, localTime } from "./dom.js";
import { checkFamily } from "./family.js";
import { checkNumbers } from "./nik.js";
import { markPlace, readRecord, uuid, writeRecord } from "./records.js";
import { isFull } from "./store.js";

const TYPING = 500; // ms after the last change

export class Household {
  constructor(form, record) {
    this.form = form;
    Object.assign(this, record);
    this.saved = record.changed ?? null; // ms, null while something waits for the disk
    this.trouble = null; // why the last write failed
    this.touched = false; // since it was opened
    this.listeners = new Set();
    this.timer = 0;
    this.writing = Promise.resolve();
    this.check();
  }

  static begin(form, areaCode) {
    const document = { ...form.defaults(form.household, localDay()), area_code: areaCode };
    const start = form.household.find((question) => question.type === "start");
    if (start) document[start.name] = localTime();
    return new Household(form, { id: uuid(), base: null, state: "draft", document, told: null, place: null });
  }

  static async open(form, id) {
    const record = await readRecord(id);
    return record && new Household(form, record);
  }

  get members() {
    return this.document[this.form.roster] ?? [];
  }

  // The entry that a screen shows: the household itself, or the member with this id.
  entry(member) {
    return member === null ? this.document : this.members.find((one) => one.id === member);
  }

  placeOf(member) {
    return member === null ? null : this.members.findIndex((one) => one.id === member);
  }

  check() {
    const { form } = this;
    // An empty roster is checked with one blank member in it, so that its questions are known.
    const blank = !this.members.length;
    const document = blank ? { ...this.document, [form.roster]: [{}] } : this.document;
    const found = checkForm(form, document, localDay());
    const numbers = checkNumbers(found.answers, { roster: form.roster, today: localDay(), regions: form.regions });
    const family = checkFamily(blank ? { ...found.answers, [form.roster]: [] } : found.answers, form.roster);
    const problems = [...found.problems, ...numbers].filter((one) => !blank || (one.member ?? null) === null);
    this.checked = { ...found, problems: [...problems, ...family] };
  }

  set(member, name, value) {
    const entry = this.entry(member);
    const isBlank = value === "" || value === null || (Array.isArray(value) && !value.length);
    if (isBlank) delete entry[name];
    else entry[name] = value;
    this.touch();
  }

  touch(wait = TYPING) {
    this.saved = null;
    this.touched = true;
    this.state = "draft"; // what changes after "send" waits for another "send"
    this.check();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), wait);
    this.tell();
  }

  addMember(from = {}) {
    const { form } = this;
    const entry = { id: uuid(), ...form.defaults(form.member, localDay()), ...from };
    this.document[form.roster] = [...this.members, entry];
    this.touch(0);
    return entry.id;
  }

  // Takes a member out and returns the way back.
  removeMember(id) {
    const before = this.members;
    this.document[this.form.roster] = before.filter((one) => one.id !== id);
    this.touch(0);
    return () => {
      this.document[this.form.roster] = before;
      this.touch(0);
    };
  }

  // Writes at once what is not on the disk yet; resolves with whether all is there.
  async flush({ force = false } = {}) {
    clearTimeout(this.timer);
    if (this.saved !== null && !force) return true;
    this.writing = this.writing.then(() => this.#write());
    return this.writing;
  }

  async #write() {
    const copy = structuredClone(this.document);
    this.saved = 0; // nothing new since here
    try {
      const { id, state, base, place } = this;
      const changed = await writeRecord({ id, state, base, place, document: copy, summary: this.summarise() });
      this.trouble = null;
      if (this.saved === 0) this.saved = changed;
    } catch (error) {
      this.saved = null;
      this.trouble = isFull(error) ? "full" : "failed";
    }
    this.tell();
    return this.trouble === null;
  }

  // Marks it as finished: the server checks it when it is sent.
  async finish() {
    const end = this.form.household.find((question) => question.type === "end");
    if (end && !this.document[end.name]) this.document[end.name] = localTime();
    this.state = "ready";
    return this.flush({ force: true });
  }

  // What lists show of it.
  summarise() {
    const head = this.members.find((one) => one.relation === "1") ?? this.members[0];
    const { address = "", area_code = "" } = this.document;
    return { head: head?.name ?? "", address, area_code, size: this.members.length };
  }

  stand(screen, field = null) {
    this.place = { screen, field };
    if (this.saved) markPlace(this.id, this.place).catch(() => {}); // the next save brings it along
  }

  onChange(listener) {
    this.listeners.add(listener);
  }

  tell() {
    this.listeners.forEach((listener) => listener(this));
  }
}

// What must fit together between the members: jps/questionnaire/household_rules.py in the browser.
"use strict";

import { dateOf } from "./functions.js";
import { nikState, numberState } from "./nik.js";
import { N_ } from "./words.js";

const MANY_MEMBERS = 15;
const PARENT_GAP = 12; // years between a parent and a child
const YOUNG_HEAD = 15; // years
const YOUNG_SPOUSE = 10; // years
const ESTIMATE = 3; // years by which an estimated year of birth may be wrong
const DAY = 86400000; // ms
const YEAR = 365.25; // days

const [HEAD, SPOUSE, CHILD, GRANDCHILD, PARENT] = ["1", "2", "3", "5", "6"];
const PRESENT = ["", "1", "5"];

const NOBODY = N_("Kunjungan lengkap, tetapi tidak ada anggota yang tinggal bersama keluarga.");
const NO_HEAD = N_("Tidak ada kepala keluarga di antara anggota yang tinggal bersama.");
const TWO_HEADS = N_("Ada dua kepala keluarga dalam satu Kartu Keluarga.");
const HEAD_WITHOUT_KK = N_("Ada kepala keluarga lain. Isi nomor KK agar kedua keluarga dapat dibedakan.");
const FAMILY_WITHOUT_HEAD = N_("Tidak ada kepala keluarga dengan nomor KK ini di rumah tangga ini.");
const ALONE_ON_KK = N_("Hanya anggota ini yang memakai nomor KK ini. Periksa salah ketik.");
const SAME_SEX = N_("Jenis kelamin istri/suami sama dengan kepala keluarga.");
const MANY_SPOUSES = N_("Kepala keluarga memiliki lebih dari satu istri/suami.");
const SPOUSE_SINGLE = N_("Istri/suami kepala keluarga, tetapi status perkawinannya bukan kawin.");
const HEAD_SINGLE = N_("Istri/suaminya terdaftar, tetapi status perkawinannya bukan kawin.");
const CHILD_OLDER = N_("Anak lebih tua daripada orang tuanya.");
const CHILD_CLOSE = N_("Selisih umur dengan orang tuanya kurang dari {years} tahun.");
const GRANDCHILD_CLOSE = N_("Selisih umur cucu dengan kepala keluarga kurang dari {years} tahun.");
const PARENT_CLOSE = N_("Selisih umur orang tua/mertua dengan anaknya kurang dari {years} tahun.");
const TOO_YOUNG_HEAD = N_("Kepala keluarga berumur kurang dari {years} tahun.");
const TOO_YOUNG_SPOUSE = N_("Berstatus pernah kawin, tetapi berumur kurang dari {years} tahun.");
const KK_IS_NIK = N_("Nomor KK sama dengan NIK seorang anggota.");
const NIK_TWICE = N_("NIK ini sudah dipakai anggota lain di rumah tangga ini.");
const PERSON_TWICE = N_("Nama, tanggal lahir, dan jenis kelamin sama dengan anggota lain.");
const OWN_MOTHER = N_("Nama ibu kandung sama dengan nama anggota ini sendiri.");
const MANY = N_("Ada {count} anggota. Periksa apakah ini lebih dari satu rumah tangga.");

// `answers` are those of the form's check, calculated ones included.
export function checkFamily(answers, roster = "members") {
  const people = (answers[roster] ?? [])
    .map(readPerson)
    .filter((person) => !person.isBlank && PRESENT.includes(person.presence));
  const found = [];
  const note = (person, question, message, level = "warning", more = {}) => {
    const path = person ? `${roster}[${person.member}].${question}` : roster;
    found.push({ path, member: person?.member ?? null, question, level, message, rule: "family", ...more });
  };
  if (people.length) for (const rule of RULES) rule(people, note, roster);
  else if (answers.visit_result === "1") note(null, roster, NOBODY, "error");
  return found;
}

function readPerson(entry, member) {
  const text = (name) => String(entry[name] ?? "");
  const kk = text("kk");
  const [earliest, latest] = birthBounds(text("born"), text("birth_precision"));
  return {
    member,
    isBlank: !Object.keys(entry).length,
    presence: text("presence"),
    name: text("name").toLowerCase(),
    nik: text("nik"),
    kk,
    family: numberState(kk) === "valid" ? kk : "", // members without one form a family of their own
    sex: text("sex"),
    relation: text("relation"),
    marital: text("marital_status"),
    mother: text("mother_name").toLowerCase(),
    born: text("born"),
    earliest,
    latest,
    age: /^\d+$/.test(text("age")) ? Number(text("age")) : null,
  };
}

// The first and last day (ms) on which a person born YYYY-MM-DD or YYYY can be born.
function birthBounds(born, precision) {
  if (born.length === 10) return [dateOf(born).getTime(), dateOf(born).getTime()];
  const year = /^\d{4}$/.test(born) ? Number(born) : 0;
  const slack = precision === "estimated" ? ESTIMATE : 0;
  if (year - slack < 1 || year + slack > 9999) return [null, null];
  const four = (number) => String(number).padStart(4, "0");
  return [dateOf(`${four(year - slack)}-01-01`).getTime(), dateOf(`${four(year + slack)}-12-31`).getTime()];
}

function headsAreOnePerCard(people, note, roster) {
  const heads = people.filter((person) => person.relation === HEAD);
  if (!heads.length && people.every((person) => person.relation)) note(null, roster, NO_HEAD, "error");
  const seen = new Set();
  for (const head of heads) {
    if (seen.has(head.family)) note(head, "relation", TWO_HEADS, "error");
    else if (!head.family && heads.length > 1) note(head, "kk", HEAD_WITHOUT_KK);
    seen.add(head.family);
  }
}

function cardsHaveHeads(people, note) {
  const headed = new Set(people.filter((person) => person.relation === HEAD).map((person) => person.family));
  const cards = new Map();
  for (const person of people) if (person.family) cards.set(person.family, [...(cards.get(person.family) ?? []), person]);
  for (const [card, family] of cards) {
    if (cards.size === 1 || headed.has(card)) continue;
    if (family.length === 1) {
      const near = [...headed].filter((other) => other && isOneSlip(card, other)).sort();
      note(family[0], "kk", ALONE_ON_KK, "warning", { suggested: near[0] ?? "" });
    } else note(family[0], "kk", FAMILY_WITHOUT_HEAD);
  }
}

// Do two numbers differ in one digit, or in two neighbours exchanged?
function isOneSlip(one, other) {
  const places = [...one].map((_, place) => place).filter((place) => one[place] !== other[place]);
  if (places.length !== 2) return places.length === 1;
  const [first, second] = places;
  return second === first + 1 && one[first] === other[second] && one[second] === other[first];
}

function spousesFit(people, note) {
  for (const head of people.filter((person) => person.relation === HEAD)) {
    const spouses = people.filter((one) => one.relation === SPOUSE && (one.family === head.family || one.family === ""));
    for (const spouse of spouses) {
      if (spouse.sex && spouse.sex === head.sex) note(spouse, "sex", SAME_SEX, "error");
      if (!["", "2"].includes(spouse.marital)) note(spouse, "marital_status", SPOUSE_SINGLE);
    }
    if (spouses.length && !["", "2"].includes(head.marital)) note(head, "marital_status", HEAD_SINGLE);
    if (spouses.length > 1) note(spouses[1], "relation", MANY_SPOUSES);
  }
}

function generationsFit(people, note) {
  for (const person of people) {
    const couple = coupleOf(person, people);
    if (person.relation === CHILD) {
      const gap = largestGap(couple, person);
      if (gap !== null && gap < 0) note(person, "relation", CHILD_OLDER, "error");
      else if (gap !== null && gap < PARENT_GAP) note(person, "relation", CHILD_CLOSE, "warning", { values: { years: PARENT_GAP } });
    } else if (person.relation === GRANDCHILD) {
      const gap = largestGap(couple, person);
      const least = 2 * PARENT_GAP;
      if (gap !== null && gap < least) note(person, "relation", GRANDCHILD_CLOSE, "warning", { values: { years: least } });
    } else if (person.relation === PARENT) {
      const gaps = couple.map((child) => largestGap([person], child));
      const close = gaps.length && gaps.every((gap) => gap !== null && gap < PARENT_GAP);
      if (close) note(person, "relation", PARENT_CLOSE, "warning", { values: { years: PARENT_GAP } });
    }
  }
}

// Head and spouse of the person's card, or the only ones when it has no head.
function coupleOf(person, people) {
  const cards = people.filter((one) => one.relation === HEAD).map((one) => one.family);
  const card = cards.length === 1 && !cards.includes(person.family) ? cards[0] : person.family;
  return people.filter(
    (one) => (one.relation === HEAD && one.family === card) || (one.relation === SPOUSE && (one.family === card || one.family === "")),
  );
}

// The most years by which any of `elders` can be older, null when one is unknown.
function largestGap(elders, younger) {
  if (!elders.length || elders.some((elder) => elder.earliest === null || younger.latest === null)) return null;
  return Math.max(...elders.map((elder) => (younger.latest - elder.earliest) / DAY)) / YEAR;
}

function agesFit(people, note) {
  for (const person of people.filter((one) => one.age !== null)) {
    if (person.relation === HEAD && person.age < YOUNG_HEAD) {
      note(person, "birth_date", TOO_YOUNG_HEAD, "warning", { values: { years: YOUNG_HEAD } });
    }
    if (["2", "3", "4"].includes(person.marital) && person.age < YOUNG_SPOUSE) {
      note(person, "marital_status", TOO_YOUNG_SPOUSE, "warning", { values: { years: YOUNG_SPOUSE } });
    }
  }
}

function numbersAreOwn(people, note) {
  const owners = new Set();
  for (const person of people.filter((one) => nikState(one.nik) === "valid")) {
    if (owners.has(person.nik)) note(person, "nik", NIK_TWICE, "error");
    owners.add(person.nik);
  }
  for (const person of people) if (owners.has(person.kk)) note(person, "kk", KK_IS_NIK, "error");
}

function peopleAreDifferent(people, note) {
  people.forEach((one, place) => {
    for (const other of people.slice(place + 1)) {
      const same = one.name === other.name && one.born === other.born && one.born !== "" && one.sex === other.sex;
      if (same) note(other, "name", PERSON_TWICE);
    }
  });
  for (const person of people) if (person.mother && person.mother === person.name) note(person, "mother_name", OWN_MOTHER);
}

function householdIsOne(people, note, roster) {
  if (people.length > MANY_MEMBERS) note(null, roster, MANY, "warning", { values: { count: people.length } });
}

const RULES = [
  headsAreOnePerCard,
  cardsHaveHeads,
  spousesFit,
  generationsFit,
  agesFit,
  numbersAreOwn,
  peopleAreDifferent,
  householdIsOne,
];

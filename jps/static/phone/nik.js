// What a NIK or KK number says and what can be wrong with it: jps/questionnaire/nik.py in the browser.
"use strict";

import { dateOf } from "./functions.js";
import { stripSeparators } from "./reading.js";
import { N_ } from "./words.js";

// Kemendagri province codes (Kepmendagri 300.2.2-2430/2025).
const PROVINCES = new Set(
  "11 12 13 14 15 16 17 18 19 21 31 32 33 34 35 36 51 52 53 61 62 63 64 65 71 72 73 74 75 76 81 82 91 92 93 94 95 96".split(" "),
);
const FEMALE_DAY = 40; // added to the day of birth of women
const SEQUENCES = ["1234567890123456", "0123456789012345", "9876543210987654"];

const STATES = {
  zero: N_("Jangan diisi 0. Kosongkan dan pilih alasannya."),
  repeated: N_("Angka berulang bukan nomor asli. Kosongkan dan pilih alasannya."),
  sequence: N_("Angka berurutan bukan nomor asli. Kosongkan dan pilih alasannya."),
  "not-digits": N_("Nomor hanya boleh berisi angka."),
  "wrong-length": N_("Nomor harus tepat 16 angka."),
  "leading-zeros": N_("Nomor tidak mungkin diawali 00: kode provinsinya hilang."),
  "unknown-province": N_("Dua angka pertama bukan kode provinsi."),
  "impossible-date": N_("Angka ke-7 sampai ke-12 bukan tanggal yang ada di kalender."),
};
const LOOKALIKE = N_("Mungkin huruf O terketik untuk 0, atau I untuk 1.");
const SERIAL_ZERO = N_("Nomor urut 0000 tidak lazim; nomor urut dimulai dari 0001.");
const OLD_REGION = N_("Kode kecamatan dalam nomor ini tidak berlaku sekarang. Wajar bila nomornya lama.");
const OTHER_BIRTH = N_("Tanggal lahir berbeda dari yang tertulis dalam NIK.");
const OTHER_SEX = N_("Jenis kelamin berbeda dari yang tertulis dalam NIK.");
const BIRTH_FROM_NIK = N_("Tanggal lahir menurut NIK.");
const SEX_FROM_NIK = N_("Jenis kelamin menurut NIK.");
const NIK_IN_KK = N_("Nomor ini berbentuk seperti NIK seorang perempuan, bukan nomor KK.");
const KK_DATE = N_("Tanggal terbit dalam nomor KK tidak ada di kalender.");
const KK_FUTURE = N_("Tanggal terbit dalam nomor KK belum tiba.");

const two = (number) => String(number).padStart(2, "0");
const partsOf = (number) => [6, 8, 10].map((place) => Number(number.slice(place, place + 2)));

function day(year, month, date) {
  const iso = `${year}-${two(month)}-${two(date)}`;
  return date > 0 && month > 0 && dateOf(iso) ? iso : null;
}

function births(number) {
  const [date, month, year] = partsOf(number);
  const own = date > FEMALE_DAY ? date - FEMALE_DAY : date;
  return [2000, 1900].map((century) => day(century + year, month, own)).filter(Boolean);
}

// What a NIK or KK number is by its form, its date part aside.
export function numberState(written) {
  const number = stripSeparators(written);
  if (!number) return "blank";
  if (!/^[0-9]+$/.test(number)) return "not-digits";
  if (/^0+$/.test(number)) return "zero";
  if (number.length > 1 && new Set(number).size === 1) return "repeated";
  if (number.length > 7 && SEQUENCES.some((run) => number === run.slice(0, number.length))) return "sequence";
  if (number.length !== 16) return "wrong-length";
  if (number.startsWith("00")) return "leading-zeros";
  return PROVINCES.has(number.slice(0, 2)) ? "valid" : "unknown-province";
}

export function nikState(written) {
  const state = numberState(written);
  return state === "valid" && !births(stripSeparators(written)).length ? "impossible-date" : state;
}

function lookalike(written) {
  const number = stripSeparators(written);
  const meant = number.replace(/[Oo]/g, "0").replace(/[Il]/g, "1");
  return meant !== number && numberState(meant) === "valid" ? meant : null;
}

const finding = (question, level, message, suggested = "") => ({ question, level, message, suggested, rule: "nik" });

function refused(written, state, question) {
  const meant = lookalike(written);
  const found = [finding(question, "error", STATES[state])];
  if (meant) found.push(finding(question, "suggestion", LOOKALIKE, meant));
  return found;
}

function numberWarnings(number, question, regions) {
  const found = [];
  if (number.endsWith("0000")) found.push(finding(question, "warning", SERIAL_ZERO));
  const known = regions && regions.length && !regions.includes(number.slice(0, 6));
  if (known && regions.some((region) => region.slice(0, 2) === number.slice(0, 2))) {
    found.push(finding(question, "warning", OLD_REGION));
  }
  return found;
}

function compareBirth(possible, born) {
  if (born && possible.some((birth) => birth.startsWith(born))) return [];
  const question = born.length === 4 ? "birth_year" : "birth_date";
  const far = (birth) => Math.abs(Number(birth.slice(0, 4)) - Number(born.slice(0, 4)));
  let suggested = born ? possible.reduce((best, birth) => (far(birth) < far(best) ? birth : best)) : possible[0];
  if (question === "birth_year") suggested = suggested.slice(0, 4);
  return [finding(question, born ? "warning" : "suggestion", born ? OTHER_BIRTH : BIRTH_FROM_NIK, suggested)];
}

function compareSex(own, sex) {
  if (sex === own) return [];
  return [finding("sex", sex ? "warning" : "suggestion", sex ? OTHER_SEX : SEX_FROM_NIK, own)];
}

// `today` and `born` are ISO dates (`born` may be a year or empty), `regions` six-digit districts.
export function checkNik(written, { today, born = "", sex = "", regions = [] }) {
  const state = nikState(written);
  if (state === "blank") return [];
  if (state !== "valid") return refused(written, state, "nik");
  const number = stripSeparators(written);
  const possible = births(number).filter((birth) => birth <= today);
  if (!possible.length) return [finding("nik", "error", STATES["impossible-date"])];
  const own = partsOf(number)[0] > FEMALE_DAY ? "2" : "1";
  return [...numberWarnings(number, "nik", regions), ...compareBirth(possible, born), ...compareSex(own, sex)];
}

export function checkKk(written, { today, regions = [] }) {
  const state = numberState(written);
  if (state === "blank") return [];
  if (state !== "valid") return refused(written, state, "kk");
  const number = stripSeparators(written);
  const found = numberWarnings(number, "kk", regions);
  const [date, month, year] = partsOf(number);
  const issued = day(2000 + year, month, date);
  if (!issued) found.push(finding("kk", "warning", day(2000 + year, month, date - FEMALE_DAY) ? NIK_IN_KK : KK_DATE));
  else if (issued > today) found.push(finding("kk", "warning", KK_FUTURE));
  return found;
}

// The findings about the numbers of all members that the form has not refused already.
export function checkNumbers(answers, { roster, today, regions }) {
  const known = new Set(["not-digits", "wrong-length"]);
  return (answers[roster] ?? []).flatMap((entry, member) => {
    const { nik = "", kk = "", born = "", sex = "" } = entry;
    const states = { nik: numberState(nik), kk: numberState(kk) };
    return [...checkNik(nik, { today, born, sex, regions }), ...checkKk(kk, { today, regions })]
      .filter((one) => one.level !== "error" || !known.has(states[one.question]))
      .map((one) => ({ ...one, member, path: `${roster}[${member}].${one.question}` }));
  });
}

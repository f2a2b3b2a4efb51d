// From what was typed to a clean, typed answer: the readers of jps/questionnaire/values.py.
"use strict";

import { dateOf } from "./functions.js";
import { N_ } from "./words.js";

const MAX_TEXT = 10000; // characters in one answer
const MAX_WHOLE = 1e15;

const BAD = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
const SEPARATORS = /[\s.\u00a0\u2010-\u2015-]+/g;
const ROUNDED = /^(?:[0-9]+(?:[.,][0-9]+)?[eE][+]?[0-9]+|[0-9]{9,}[.,]0+)$/;
const WHOLE = /^[+-]?[0-9]{1,15}$/;
const DECIMAL = /^[+-]?[0-9]{1,15}(?:[.,][0-9]{1,15})?$/;
const ISO_DATE = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/;
const LOCAL_DATE = /^([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4})$/;
const PICTURE = /^[A-Za-z0-9][A-Za-z0-9_-]{0,79}\.(?:jpg|jpeg|png)$/i;
const TIME = /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}:\d{2})(?:\.\d+)?([+-]\d{2}:\d{2}|Z)$/;
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

const MESSAGES = {
  text: N_("Isian ini harus berupa teks."),
  whole: N_("Isi dengan bilangan bulat, misalnya 36."),
  number: N_("Isi dengan angka, misalnya 36,5."),
  date: N_("Tanggal tidak ada di kalender atau bentuknya bukan TTTT-BB-HH, misalnya 1980-12-31."),
  choice: N_("Kode {code} tidak ada dalam daftar pilihan."),
  point: N_("Titik GPS berbentuk lintang bujur ketinggian akurasi, misalnya 0.5435 123.0422."),
  time: N_("Waktu berbentuk TTTT-BB-HHTjj:mm:dd dengan zona, misalnya 2026-11-23T09:30:00+08:00."),
  picture: N_("Foto dijawab dengan nama berkasnya, misalnya 1700000000000.jpg."),
  digits: N_(
    "Nomor ini datang sebagai angka, sehingga digit dapat hilang. Kirim sebagai teks; di Excel, ubah format kolom menjadi Teks lalu isi kembali.",
  ),
  rounded: N_("Excel sudah mengubah nomor ini menjadi angka yang dibulatkan. Salin lagi dari kartu, bukan dari sel Excel."),
  control: N_("Isian memuat karakter kendali yang tidak dapat disimpan."),
  long: N_("Isian terlalu panjang: {length} karakter, paling banyak {limit}."),
};

// The answer cannot be read: a message for the person, and what was probably meant.
export class Unclear extends Error {
  constructor(message, { rule = "type", suggested = "", ...values } = {}) {
    super(message);
    Object.assign(this, { rule, suggested, values });
  }
}

const UNSEEN = /[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;
const oneLine = (written) => written.normalize("NFC").replace(UNSEEN, "").split(/\s+/).filter(Boolean).join(" ");
const isNumber = (raw) => typeof raw === "number";
export const isDigits = (question) => question.type === "text" && (question.appearance ?? "").split(/\s+/).includes("numbers");
export const stripSeparators = (written) => written.replace(SEPARATORS, "");

// The typed answer, null when it is blank; throws Unclear.
export function readAnswer(question, raw) {
  if (raw === null || raw === undefined || raw === "" || (Array.isArray(raw) && !raw.length)) return null;
  if (typeof raw === "string") {
    if (raw.length > MAX_TEXT) throw new Unclear(MESSAGES.long, { rule: "size", length: raw.length, limit: MAX_TEXT });
    if (BAD.test(raw)) throw new Unclear(MESSAGES.control);
    if (!raw.trim()) return null;
  }
  return READERS[question.type](question, raw);
}

export function answerText(value) {
  if (value === null || value === undefined) return "";
  return Array.isArray(value) ? value.join(" ") : String(value);
}

function finite(raw, message) {
  if (!(Math.abs(raw) < MAX_WHOLE)) throw new Unclear(message);
  return raw;
}

function readText(question, raw) {
  if (isNumber(raw)) {
    if (isDigits(question) && (!Number.isInteger(raw) || Math.abs(raw) >= 1e9)) throw new Unclear(MESSAGES.digits);
    return String(finite(raw, MESSAGES.text));
  }
  if (typeof raw !== "string") throw new Unclear(MESSAGES.text);
  if (isDigits(question)) {
    if (ROUNDED.test(raw.trim())) throw new Unclear(MESSAGES.rounded);
    return stripSeparators(oneLine(raw)) || null;
  }
  const isLong = (question.appearance ?? "").split(/\s+/).includes("multiline");
  return (isLong ? raw.split(/\r\n|\r|\n/).map(oneLine).join("\n").trim() : oneLine(raw)) || null;
}

function readWhole(_question, raw) {
  if (typeof raw === "string" && WHOLE.test(raw.trim())) return Number(raw);
  if (isNumber(raw) && Number.isInteger(finite(raw, MESSAGES.whole))) return raw;
  throw new Unclear(MESSAGES.whole);
}

function readDecimal(_question, raw) {
  if (typeof raw === "string" && DECIMAL.test(raw.trim())) return Number(raw.trim().replace(",", "."));
  if (isNumber(raw)) return finite(raw, MESSAGES.number);
  throw new Unclear(MESSAGES.number);
}

function readDate(question, raw) {
  if (typeof raw !== "string") throw new Unclear(MESSAGES.date);
  let written = raw.trim();
  if ((question.appearance ?? "").split(/\s+/).includes("month-year")) written = `${written.slice(0, 7)}-01`;
  if (ISO_DATE.test(written) && dateOf(written)) return written;
  const local = LOCAL_DATE.exec(written);
  const iso = local ? `${local[3]}-${local[2].padStart(2, "0")}-${local[1].padStart(2, "0")}` : "";
  throw new Unclear(MESSAGES.date, { suggested: iso && dateOf(iso) ? iso : "" });
}

function readCode(question, raw) {
  if (typeof raw !== "string" && !isNumber(raw)) throw new Unclear(MESSAGES.text);
  const written = isNumber(raw) ? String(finite(raw, MESSAGES.text)) : raw.trim();
  if (question.codes.has(written)) return written;
  const short = written.replace(/^0+/, "") || "0";
  const suggested = question.codes.has(short) ? short : "";
  throw new Unclear(MESSAGES.choice, { rule: "choice", suggested, code: oneLine(written.slice(0, 20)) });
}

function readCodes(question, raw) {
  const parts = typeof raw === "string" ? raw.split(/\s+/).filter(Boolean) : isNumber(raw) ? [raw] : raw;
  if (!Array.isArray(parts)) throw new Unclear(MESSAGES.text);
  const order = [...question.codes];
  const found = new Set(parts.map((part) => readCode(question, part)));
  return [...found].sort((a, b) => order.indexOf(a) - order.indexOf(b));
}

function readPoint(_question, raw) {
  const parts = typeof raw === "string" ? raw.replaceAll(",", " ").split(/\s+/).filter(Boolean) : [];
  if (parts.length < 2 || parts.length > 4 || !parts.every((part) => NUMBER.test(part))) throw new Unclear(MESSAGES.point);
  const [latitude, longitude, altitude = 0, accuracy = 0] = parts.map(Number);
  const onEarth = Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
  if (!onEarth || Math.abs(altitude) > 20000 || accuracy < 0 || accuracy > 1e7) throw new Unclear(MESSAGES.point);
  const short = (value, digits) => String(Number(value.toPrecision(digits)));
  return [short(latitude, 7), short(longitude, 9), short(altitude, 6), short(accuracy, 6)].join(" ");
}

// An instant to the second, with the zone as the device wrote it.
function readTime(_question, raw) {
  const match = typeof raw === "string" ? TIME.exec(raw.trim()) : null;
  if (!match || !dateOf(match[1]) || Number.isNaN(Date.parse(match[0]))) throw new Unclear(MESSAGES.time);
  return match[1] + match[2] + match[3].replace("Z", "+00:00");
}

function readPicture(_question, raw) {
  if (typeof raw !== "string" || !PICTURE.test(raw.trim())) throw new Unclear(MESSAGES.picture);
  return raw.trim();
}

const READERS = {
  text: readText,
  integer: readWhole,
  decimal: readDecimal,
  date: readDate,
  select_one: readCode,
  select_multiple: readCodes,
  geopoint: readPoint,
  image: readPicture,
  start: readTime,
  end: readTime,
};

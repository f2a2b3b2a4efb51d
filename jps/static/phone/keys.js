// Who is probably known already, found without signal: the same keys as jps/matching/phone_keys.py,
// where the rules and the format of an index are written down. Change both or neither.
"use strict";

const VERSION = 1;
const TITLES = new Set("ALM ALMH DRA DRG DRS HAJ HAJI HAJJAH SKM SPD SPDI SAG SSOS SIP MSI MPD".split(" "));
const LEADING = new Set(
  "MOH MUH MOCH MUCH MHD MOHAMAD MOHAMMAD MOHAMMED MUHAMAD MUHAMMAD MUHAMMED ABD ABDUL SITI SITTI".split(" "),
);
const SOUNDS = [
  ["OE", "U"],
  ["DJ", "J"],
  ["TJ", "C"],
  ["SJ", "S"],
  ["NJ", "N"],
  ["SY", "S"],
  ["SH", "S"],
  ["NY", "N"],
  ["KH", ""],
  ["CH", ""],
  ["DH", "D"],
  ["TH", "T"],
  ["DZ", "S"],
  ["TS", "S"],
  ["PH", "P"],
  ["EI", "I"],
  ["AI", "I"],
  ["Z", "S"],
  ["V", "P"],
  ["F", "P"],
  ["Q", "K"],
  ["X", "KS"],
  ["Y", "I"],
  ["J", "I"],
  ["W", "U"],
  ["H", ""],
];

function wordsOf(name) {
  const plain = name.normalize("NFKD").replace(/[^\x00-\x7f]/g, "").toUpperCase();
  const found = plain.replace(/['`."0-9]/g, "").match(/[A-Z]+/g) ?? [];
  const kept = found.filter((word) => word.length > 2 && !TITLES.has(word));
  return kept.length ? kept : found;
}

function soundOf(word) {
  let sound = word;
  for (const [old, now] of SOUNDS) sound = sound.replaceAll(old, now);
  sound = sound.replace(/(.)\1+/g, "$1") || word;
  return sound[0] + sound.slice(1).replace(/[AEIOU]/g, "");
}

function firstOf(name) {
  const words = wordsOf(name);
  const first = words.length > 1 && LEADING.has(words[0]) ? words[1] : words[0];
  return first ? soundOf(first) : "";
}

function lastOf(name) {
  const words = wordsOf(name);
  return words.length > 1 ? soundOf(words[words.length - 1]) : "";
}

export function textsOf(person) {
  const { nik = "", kk = "", name = "", birth_date: birth = "", mother_name: mothers = "" } = person;
  const digits = (text) => text.replace(/[^0-9]/g, "");
  const born = birth.replace(/[^0-9-]/g, "");
  const [first, last, mother] = [firstOf(name), lastOf(name), firstOf(mothers)];
  const both = [first, last].sort().join(" ").trim();
  const isNumber = (text) => /^[0-9]{16}$/.test(text);
  return [
    isNumber(digits(nik)) && `n${digits(nik)}`,
    isNumber(digits(kk)) && first && `k${digits(kk)} ${first}`,
    /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(born) && first && `b${born} ${both}`,
    /^[0-9]{4}/.test(born) && mother && first && `m${born.slice(0, 4)} ${mother} ${both}`,
  ].filter(Boolean);
}

// `data` is an ArrayBuffer or bytes as the server sent them. The index keeps the keys as numbers.
export async function openIndex(data) {
  const bytes = data instanceof ArrayBuffer ? new Uint8Array(data) : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = String.fromCharCode(...bytes.subarray(0, 4));
  if (magic !== "JPSK" || bytes[4] !== VERSION) throw new Error("no index of this version");
  const secret = await crypto.subtle.importKey("raw", bytes.slice(8, 40), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const registry = readKeys(view, 40);
  const known = readKeys(view, registry.end);
  const width = bytes[known.end];
  const places = known.end + 1;
  const ids = places + width * known.keys.length + 4;
  const placeOf = (row) => (width === 2 ? view.getUint16(places + 2 * row, true) : view.getUint32(places + 4 * row, true));

  async function keyOf(text) {
    const signed = await crypto.subtle.sign("HMAC", secret, new TextEncoder().encode(text));
    return new DataView(signed).getUint32(0, true);
  }

  async function find(person) {
    const keys = await Promise.all(textsOf(person).map(keyOf));
    const hits = keys.some((key) => registry.keys[lowest(registry.keys, key)] === key) ? [{ kind: "registry", household: null }] : [];
    const seen = new Set();
    for (const key of keys) {
      for (let row = lowest(known.keys, key); known.keys[row] === key; row++) seen.add(placeOf(row));
    }
    for (const place of seen) hits.push({ kind: "household", household: uuidAt(bytes, ids + 16 * place) });
    return hits;
  }

  return { find, keyOf, registry: registry.keys.length, households: known.keys.length };
}

// Ascending numbers as gaps, seven bits to a byte, the lowest first.
function readKeys(view, start) {
  const keys = new Uint32Array(view.getUint32(start, true));
  const end = start + 8 + view.getUint32(start + 4, true);
  let [row, total, value, scale] = [0, 0, 0, 1];
  for (let at = start + 8; at < end; at++) {
    const byte = view.getUint8(at);
    value += (byte & 0x7f) * scale;
    scale *= 128;
    if (byte < 0x80) {
      total += value;
      keys[row++] = total;
      [value, scale] = [0, 1];
    }
  }
  return { keys, end };
}

function lowest(keys, key) {
  let [from, to] = [0, keys.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (keys[middle] < key) from = middle + 1;
    else to = middle;
  }
  return from;
}

function uuidAt(bytes, at) {
  const hex = Array.from(bytes.subarray(at, at + 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (/^0+$/.test(hex)) return null;
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

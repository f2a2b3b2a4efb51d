// A file that saves what is on this phone when the phone dies: everything of this account, sealed
// with a passphrase, to be taken in on another phone.
"use strict";

import { keepPhoto, listPhotos, readPhoto } from "./photos.js";
import { listRecords, readRecord, restoreRecord } from "./records.js";

const FORMAT = "jps-phone-1";
const ROUNDS = 600000; // of PBKDF2-SHA-256 (OWASP 2023)
const CHUNK = 32768; // bytes turned into text at once

export class WrongFile extends Error {} // no such file, or another passphrase

// `open` is a household whose last changes may only stand in memory.
export async function exportFile(passphrase, open = null) {
  const records = (await listRecords()).filter((record) => record.id !== open?.id);
  if (open) records.push({ id: open.id, state: open.state, base: open.base, document: open.document, summary: open.summarise(), changed: Date.now() });
  const photos = [];
  for (const photo of await listPhotos()) {
    if (photo.sent) continue;
    const bytes = new Uint8Array(await (await readPhoto(photo.name)).arrayBuffer());
    photos.push({ name: photo.name, household: photo.household, data: toText(bytes) });
  }
  const kept = records.map(({ id, state, base, document, summary, changed }) => ({ id, state, base, document, summary, changed }));
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const key = await keyOf(passphrase, salt, ROUNDS);
  const plain = new TextEncoder().encode(JSON.stringify({ records: kept, photos }));
  const data = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, plain));
  const head = JSON.stringify({ format: FORMAT, rounds: ROUNDS, salt: toText(salt), iv: toText(iv) });
  return { blob: new Blob([head, "\n", data], { type: "application/octet-stream" }), count: kept.length };
}

// Takes a file in. What is newer on this phone stays. Returns how many records came.
export async function importFile(file, passphrase) {
  const { records, photos } = await opened(new Uint8Array(await file.arrayBuffer()), passphrase);
  let count = 0;
  for (const record of records) {
    const here = await readRecord(record.id);
    if (here && here.changed >= record.changed) continue;
    await restoreRecord(record);
    count += 1;
  }
  for (const photo of photos) {
    if (!(await readPhoto(photo.name))) await keepPhoto(photo.household, new Blob([toBytes(photo.data)]), photo.name);
  }
  return count;
}

async function opened(bytes, passphrase) {
  try {
    const end = bytes.indexOf(10);
    const head = JSON.parse(new TextDecoder().decode(bytes.slice(0, end)));
    if (head.format !== FORMAT) throw new WrongFile();
    const key = await keyOf(passphrase, toBytes(head.salt), head.rounds);
    const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: toBytes(head.iv) }, key, bytes.slice(end + 1));
    return JSON.parse(new TextDecoder().decode(plain));
  } catch {
    throw new WrongFile();
  }
}

async function keyOf(passphrase, salt, rounds) {
  const words = await crypto.subtle.importKey("raw", new TextEncoder().encode(passphrase.normalize("NFC")), "PBKDF2", false, ["deriveKey"]);
  const derive = { name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds };
  return crypto.subtle.deriveKey(derive, words, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

function toText(bytes) {
  let letters = "";
  for (let start = 0; start < bytes.length; start += CHUNK) letters += String.fromCharCode(...bytes.subarray(start, start + CHUNK));
  return btoa(letters);
}

const toBytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

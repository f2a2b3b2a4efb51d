// Households on this phone. Of a record only this lies open: its id, whose it is, how far it is, and
// when it changed. `dirty` says that the server has not stored what stands here; only a result for
// the very content that was sent takes it away.
"use strict";

import * as store from "./store.js";
import { account, seal, unseal } from "./vault.js";

const DAY = 86400000; // ms
export const SENT_DAYS = 30;
const STORED = ["created", "updated", "duplicate"];

export const uuid = () => crypto.randomUUID();
const mine = (row) => row.owner === account();

async function opened(row) {
  const { document, summary } = await unseal(row.id, row.sealed);
  const told = row.told ? await unseal(`${row.id}/told`, row.told) : null;
  return { ...row, sealed: undefined, document, summary, told };
}

export async function listRecords() {
  const rows = (await store.all("records")).filter(mine);
  const found = await Promise.all(rows.map(opened));
  return found.sort((a, b) => b.changed - a.changed);
}

export async function readRecord(id) {
  const row = await store.get("records", id);
  return row && mine(row) ? opened(row) : null;
}

// Stores what was typed. `base` stays what the last answer of the server made it.
export async function writeRecord({ id, document, state, base = null, place = null, started, summary }) {
  const sealed = await seal(id, { document, summary });
  const changed = Date.now();
  await store.change("records", async (records) => {
    const before = (await store.answered(records.get(id))) ?? { base, stamp: 0 };
    const stamp = before.stamp + 1;
    records.put({ ...before, id, owner: account(), state, place, started, sealed, changed, stamp, dirty: true, refused: false });
  });
  return changed;
}

// Remembers where the person was, which is nothing to send.
export function markPlace(id, place) {
  return store.change("records", async (records) => {
    const row = await store.answered(records.get(id));
    if (row) records.put({ ...row, place });
  });
}

// A household of the server that is opened for editing: nothing to send until something changes.
export async function receiveRecord({ id, document, base, summary, told = null }) {
  const sealed = await seal(id, { document, summary });
  const toldSealed = told ? await seal(`${id}/told`, told) : null;
  await store.change("records", async (records) => {
    const before = await store.answered(records.get(id));
    if (before?.dirty) return;
    const stamp = (before?.stamp ?? 0) + 1;
    const row = { id, owner: account(), state: "draft", place: before?.place ?? null, sealed, base, stamp };
    records.put({ ...row, told: toldSealed, changed: Date.now(), dirty: false, refused: false });
  });
}

// Brings what lies here unchanged up to what the office has now: newer answers, or gone on its way.
export async function refresh(households) {
  const known = new Map(households.map((one) => [one.id, one]));
  for (const row of (await store.all("records")).filter((one) => mine(one) && !one.dirty && one.base !== null)) {
    const now = known.get(row.id);
    if (now?.document && now.version > row.base) await receiveRecord(fromOffice(now));
    else if (now && !now.document) await store.remove("records", row.id);
  }
}

// A household of the office's list as a record for this phone.
export function fromOffice({ id, version, document, reason, remarks, head_name, address, area_code, size }) {
  const summary = { head: head_name, address, area_code, size };
  return { id, base: version, document, summary, told: { reason: reason ?? undefined, remarks } };
}

// A record out of a file: as if it had been typed here.
export function restoreRecord({ id, document, summary, state, base }) {
  return writeRecord({ id, document, summary, state, base });
}

export function removeRecord(id) {
  return store.change(["records", "photos"], async (records, photos) => {
    records.delete(id);
    for (const photo of await store.answered(photos.getAll())) if (photo.household === id) photos.delete(photo.name);
  });
}

// Takes in the server's word about what was sent as `sent` (a record as it was then).
export async function settle(sent, result) {
  const told = await seal(`${sent.id}/told`, { outcome: result.outcome, text: result.text, problems: result.problems ?? [] });
  const log = { id: sent.id, owner: sent.owner, at: Date.now(), outcome: result.outcome, sealed: await seal(sent.id, sent.summary) };
  await store.change(["records", "sent"], async (records, sentLog) => {
    const row = await store.answered(records.get(sent.id));
    if (!row) return;
    const same = row.stamp === sent.stamp;
    if (result.outcome === "refused") {
      if (same) records.put({ ...row, told, refused: true });
      return;
    }
    // Both sides of a conflict are with the office now; what is typed after it goes there too.
    const over = result.outcome === "conflict" || (row.state === "ready" && STORED.includes(result.outcome));
    if (over) sentLog.put(log);
    if (over && same) records.delete(row.id);
    else {
      const state = same && result.outcome === "problems" ? "draft" : row.state;
      const base = result.outcome === "conflict" ? row.base : (result.version ?? row.base);
      records.put({ ...row, state, told, base, dirty: !same, refused: false });
    }
  });
}

export async function listSent() {
  const rows = (await store.all("sent")).filter(mine);
  const found = await Promise.all(rows.map(async (row) => ({ ...row, summary: await unseal(row.id, row.sealed) })));
  return found.sort((a, b) => b.at - a.at);
}

export function forgetOld(now = Date.now()) {
  return store.change("sent", async (sent) => {
    for (const row of await store.answered(sent.getAll())) if (now - row.at > SENT_DAYS * DAY) sent.delete(row.id);
  });
}

// What would be lost if this phone broke now, of everybody who used it.
export async function unsent() {
  const [records, photos] = await Promise.all([store.all("records"), store.all("photos")]);
  const waiting = [...records.filter((row) => row.dirty), ...photos.filter((photo) => !photo.sent)];
  return { mine: waiting.filter(mine).length, others: waiting.filter((row) => !mine(row)).length };
}

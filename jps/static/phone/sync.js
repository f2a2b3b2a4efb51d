// Sending: batches under a lock that all tabs share, one word of the server per record, back-off
// with chance. Nothing leaves this phone's outbox without a result that names it as stored.
"use strict";

import { listPhotos, photoRefused, photoSent, readPhoto } from "./photos.js";
import { listRecords, refresh, settle, unsent } from "./records.js";
import * as server from "./server.js";
import * as store from "./store.js";
import { account, adopt, keep, kept, remember } from "./vault.js";

const BATCH = 20; // records in one request
const FIRST_PAUSE = 2000; // ms
const LONGEST_PAUSE = 300000; // ms
const LOCK = "jps-phone-sync";
const TAG = "jps-phone-send"; // of the browser's own wake-up when the network is back

// idle | sending | waiting (no answer; tries again by itself) | signed-out | other-account
export const state = { now: "idle", sending: new Set(), last: null };
const listeners = new Set();
const tabs = new BroadcastChannel(LOCK); // the others show what the one that sends found out
let failures = 0;
let timer = 0;

export const onChange = (listener) => listeners.add(listener);
const heard = () => listeners.forEach((listener) => listener(state));
const tell = (now) => {
  state.now = now;
  tabs.postMessage({ now, last: state.last });
  heard();
};
tabs.onmessage = ({ data }) => {
  Object.assign(state, data);
  heard();
};

// Tries to send everything and to fetch what is new. Resolves with the state afterwards. What was
// refused waits for a change, or for a person who asks for another try (`again`).
export async function synchronise({ again = false } = {}) {
  clearTimeout(timer);
  await navigator.locks.request(LOCK, { ifAvailable: true }, async (lock) => {
    if (!lock) return; // another tab is at it
    tell("sending");
    try {
      await exchange(again);
    } catch (error) {
      fail(error);
    } finally {
      state.sending.clear();
      tell(state.now);
    }
  });
  return state.now;
}

// What the service worker does when the network is back, also with every page closed. Rejects when
// there was no answer: the browser tries again. Who signed out here has nothing that could be opened.
export async function sendUnseen() {
  if (!(await remember()) || !(await unsent()).mine) return;
  await navigator.locks.request(LOCK, { ifAvailable: true }, async (lock) => {
    if (!lock) return; // a page is at it
    try {
      await exchange(false);
    } catch (error) {
      tell(error instanceof server.SignedOut ? "signed-out" : "waiting");
      if (!(error instanceof server.SignedOut)) throw error;
    } finally {
      state.sending.clear();
    }
  });
}

// Asks the browser to wake the service worker; not all can (Firefox, Safari).
async function askToBeWoken() {
  const registration = await navigator.serviceWorker?.ready;
  await registration?.sync?.register(TAG).catch(() => {});
}

function fail(error) {
  if (error instanceof server.SignedOut) return tell("signed-out");
  if (!(error instanceof server.NoAnswer)) {
    tell("waiting");
    throw error;
  }
  failures += 1;
  const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (failures - 1));
  timer = setTimeout(synchronise, pause * (0.5 + Math.random()));
  askToBeWoken();
  tell("waiting");
}

async function exchange(again) {
  const session = await server.session();
  if (account() === null) await adopt(session);
  if (account() !== session.user.id) return tell("other-account");
  await sendRecords(session.csrf, again);
  await sendPhotos(session.csrf);
  await fetchNews();
  failures = 0;
  state.last = Date.now();
  tell("idle");
}

async function sendRecords(csrf, again) {
  const device = await deviceName();
  const busy = await openHouseholds();
  const isFree = (record) => record.state === "draft" || !busy.has(record.id); // finished, but open again
  const isDue = (record) => record.dirty && (again || !record.refused) && isFree(record);
  const waiting = (await listRecords()).filter(isDue).reverse();
  for (let start = 0; start < waiting.length; start += BATCH) {
    const batch = waiting.slice(start, start + BATCH);
    state.sending = new Set(batch.map((record) => record.id));
    tell("sending");
    const answer = await server.sync(csrf, device, batch.map(asSent));
    const results = new Map((answer.results ?? []).map((result) => [result.id, result]));
    for (const record of batch) if (results.has(record.id)) await settle(record, results.get(record.id));
  }
}

// A household that is open in a tab holds this lock, so that no other tab opens it.
export const lockOf = (id) => `jps-phone-household-${id}`;

async function openHouseholds() {
  const { held } = await navigator.locks.query();
  return new Set(held.map((lock) => lock.name.replace(lockOf(""), "")));
}

function asSent({ id, base, state: kind, document, changed }) {
  return { id, base, submit: kind === "ready", document, saved_at: new Date(changed).toISOString() };
}

async function sendPhotos(csrf) {
  const known = new Set([
    ...(await listRecords()).filter((record) => record.base !== null).map((record) => record.id),
    ...(await store.all("sent")).map((row) => row.id),
  ]);
  for (const photo of await listPhotos()) {
    if (photo.sent || photo.refused || !known.has(photo.household)) continue;
    const status = await server.sendPhoto(csrf, photo.household, photo.name, await readPhoto(photo.name));
    if (status < 300) await photoSent(photo.name);
    else await photoRefused(photo.name, status);
  }
}

async function fetchNews() {
  for (const [name, path, read] of [
    ["pack", "/pack", (answer) => answer.json()],
    ["index", "/index", (answer) => answer.arrayBuffer()],
  ]) {
    const found = await server.newer(path, (await kept(name))?.etag);
    if (!found) continue;
    const value = await read(found.answer);
    await keep(name, value, found.etag);
    if (name === "pack") await refresh(value.households);
  }
}

async function deviceName() {
  const known = await store.get("meta", "device");
  if (known) return known.value;
  const value = crypto.randomUUID();
  await store.put("meta", { name: "device", value });
  return value;
}

// Keeps the shell of the offline form on the phone: page, scripts, styles, questionnaire. Nobody's
// data ever comes here; it lies encrypted in IndexedDB.
"use strict";
{% if sends %}
import { sendUnseen } from {{ sends|tojson }};

self.addEventListener("sync", (event) => event.waitUntil(wake()));

// A page of the form that somebody sees sends by itself; after a refusal the browser asks again later.
async function wake() {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const isSeen = (page) => page.visibilityState === "visible" && new URL(page.url).pathname === START;
  if (pages.some(isSeen)) throw new Error("a page sends");
  await sendUnseen();
}
{% endif %}
const VERSION = {{ version|tojson }};
const PREFIX = "jps-phone-";
const KEPT = PREFIX + VERSION;
const START = {{ start|tojson }};
const ADDRESSES = {{ addresses|tojson }};

self.addEventListener("install", (event) => event.waitUntil(keep()));
self.addEventListener("activate", (event) => event.waitUntil(forgetOthers()));
self.addEventListener("message", (event) => {
  if (event.data === "replace") self.skipWaiting();
});
self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== "GET" || address.origin !== self.location.origin) return;
  if (event.request.mode === "navigate" && address.pathname === START) event.respondWith(answer(START));
  else if (ADDRESSES.includes(address.pathname)) event.respondWith(answer(address.pathname));
});

async function keep() {
  const page = await fetch(START, { cache: "reload" });
  // A server that was renewed just now gives another page: this worker is old already.
  if (!page.ok || !(await page.clone().text()).includes(VERSION)) throw new Error("another version");
  const cache = await caches.open(KEPT);
  await cache.addAll(ADDRESSES);
  await cache.put(START, page);
}

async function forgetOthers() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(PREFIX) && name !== KEPT).map((name) => caches.delete(name)));
  await self.clients.claim();
}

async function answer(address) {
  const cache = await caches.open(KEPT);
  return (await cache.match(address)) ?? fetch(address);
}

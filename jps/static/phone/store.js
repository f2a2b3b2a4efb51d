// IndexedDB in a few words. A write is done when the disk has it (`oncomplete`, durability strict).
"use strict";

const NAME = "jps-phone";
const STORES = { meta: "name", records: "id", photos: "name", kept: "name", sent: "id" };

let opened = null;

export function open() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      for (const [name, keyPath] of Object.entries(STORES)) request.result.createObjectStore(name, { keyPath });
    };
    request.onsuccess = () => {
      request.result.onversionchange = () => request.result.close();
      resolve(request.result);
    };
    request.onerror = () => {
      opened = null;
      reject(request.error);
    };
  });
  return opened;
}

// Runs `work(store, ...)` inside one transaction and resolves with its result once all is on disk.
// `work` may await only requests of the transaction itself (see `answered`).
async function transaction(names, mode, work) {
  const database = await open();
  return new Promise((resolve, reject) => {
    const running = database.transaction(names, mode, { durability: "strict" });
    let result;
    running.oncomplete = () => resolve(result);
    running.onabort = running.onerror = () => reject(running.error ?? new DOMException("aborted", "AbortError"));
    Promise.resolve(work(...names.map((name) => running.objectStore(name)))).then(
      (value) => (result = value),
      (error) => {
        reject(error);
        try {
          running.abort();
        } catch {
          // it ended by itself
        }
      },
    );
  });
}

export const answered = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

export const change = (names, work) => transaction([names].flat(), "readwrite", work);
export const get = (name, key) => transaction([name], "readonly", (store) => answered(store.get(key)));
export const all = (name) => transaction([name], "readonly", (store) => answered(store.getAll()));
export const put = (name, value) => change(name, (store) => void store.put(value));
export const remove = (name, key) => change(name, (store) => void store.delete(key));

export const isFull = (error) => error?.name === "QuotaExceededError" || error?.inner?.name === "QuotaExceededError";

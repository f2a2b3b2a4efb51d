// Who this phone belongs to now, and the key that opens what is kept. The key comes with a sign-in,
// cannot be taken out of the browser, and is forgotten by signing out; what it sealed stays sealed.
"use strict";

import * as store from "./store.js";

const ME = "me";
let me = null; // {name, id, key}

export const account = () => me?.id ?? null;

// Looks up who was signed in here last; null when nobody is.
export async function remember() {
  me = (await store.get("meta", ME)) ?? null;
  return me?.id ?? null;
}

// Takes over the account of a session that the server just told.
export async function adopt(session) {
  const raw = Uint8Array.from(atob(session.key), (letter) => letter.charCodeAt(0));
  const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
  raw.fill(0);
  me = { name: ME, id: session.user.id, key };
  await store.put("meta", me);
  await keep("profile", { username: session.user.username, full_name: session.user.full_name });
}

export async function forget() {
  me = null;
  await store.change(["meta", "kept"], (meta, kept) => {
    meta.delete(ME);
    kept.clear();
  });
}

const bound = (name) => new TextEncoder().encode(name); // a sealed thing opens under its own name only

export async function sealBytes(name, bytes) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: bound(name) }, me.key, bytes);
  return { iv, data };
}

export const openBytes = (name, { iv, data }) =>
  crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData: bound(name) }, me.key, data);

export const seal = (name, value) => sealBytes(name, new TextEncoder().encode(JSON.stringify(value)));

export async function unseal(name, sealed) {
  return JSON.parse(new TextDecoder().decode(await openBytes(name, sealed)));
}

// Things that the server gave and can give again: the profile, the villages, the index.
export async function keep(name, value, etag = "") {
  const sealed = value instanceof ArrayBuffer ? await sealBytes(name, value) : await seal(name, value);
  await store.put("kept", { name, owner: me.id, etag, sealed, bytes: value instanceof ArrayBuffer });
}

export async function kept(name) {
  const row = await store.get("kept", name);
  if (!me || !row || row.owner !== me.id) return null;
  const value = row.bytes ? await openBytes(name, row.sealed) : await unseal(name, row.sealed);
  return { value, etag: row.etag };
}

// Signing in and out on this phone. Who signs out is asked twice when something is not sent, and the
// key is forgotten at once, also without network; the server hears of it as soon as it can.
"use strict";

import { unsent } from "./records.js";
import * as server from "./server.js";
import * as store from "./store.js";
import { adopt, forget, remember } from "./vault.js";
import { _ } from "./words.js";

const LEFT = "left"; // in `meta`: signed out here, the server does not know yet
export const SIGN_IN = "/login?next=/phone/";

// Returns the account, null when somebody must sign in first.
export async function begin() {
  if (await store.get("meta", LEFT)) {
    await tellServer().catch(() => {});
    return null;
  }
  const known = await remember();
  if (known) return known;
  try {
    const session = await server.session();
    await adopt(session);
    return session.user.id;
  } catch (error) {
    if (error instanceof server.SignedOut || error instanceof server.NoAnswer) return null;
    throw error;
  }
}

export async function signOut() {
  if (!(await mayLeave())) return false;
  await store.put("meta", { name: LEFT });
  await forget();
  await tellServer().catch(() => {});
  return true;
}

// Asks twice when records would stay behind.
export async function mayLeave() {
  const { mine: count } = await unsent();
  if (!count) return true;
  return (
    confirm(_("{count} isian atau foto belum terkirim. Tetap keluar?", { count })) &&
    confirm(_("Isian itu tetap terkunci di HP ini dan baru terbuka bila Anda masuk lagi di HP ini. Yakin keluar tanpa mengirim?"))
  );
}

export async function signIn() {
  if (await store.get("meta", LEFT)) await tellServer();
  location.href = SIGN_IN;
}

async function tellServer() {
  try {
    const { csrf } = await server.session();
    await server.ask("/logout", { method: "POST", headers: { "X-CSRFToken": csrf } });
  } catch (error) {
    if (!(error instanceof server.SignedOut)) throw error; // signed out already is what we want
  }
  await store.remove("meta", LEFT);
}

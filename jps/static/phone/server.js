// Talking to the server. "Online" means that the last request was answered, whatever the browser says.
"use strict";

const PATIENCE = 60000; // ms until an answer counts as lost; 2G is slow
const API = "/api/v1/phone";

export const link = { online: null }; // null until the first request

export class NoAnswer extends Error {} // no network, or a server that cannot work now
export class SignedOut extends Error {}

export async function ask(path, { method = "GET", headers = {}, body } = {}) {
  let answer;
  try {
    answer = await fetch(path.startsWith("/phone") || path.startsWith("/log") ? path : API + path, {
      method,
      body,
      headers: { Accept: "application/json", ...headers },
      cache: "no-store",
      credentials: "same-origin",
      signal: AbortSignal.timeout(PATIENCE),
    });
  } catch (error) {
    link.online = false;
    throw new NoAnswer(String(error));
  }
  link.online = answer.status < 500;
  if (answer.status >= 500 || [401, 429].includes(answer.status)) await answer.text().catch(() => "");
  if (answer.status === 401) throw new SignedOut();
  if (answer.status >= 500 || answer.status === 429) throw new NoAnswer(String(answer.status));
  return answer;
}

export async function session() {
  const answer = await ask("/session");
  if (!answer.ok) throw new SignedOut(); // an account without this right
  return read(answer);
}

export async function sync(csrf, device, records) {
  const body = JSON.stringify({ device, records });
  const answer = await ask("/sync", { method: "POST", headers: { "Content-Type": "application/json", "X-CSRFToken": csrf }, body });
  if (!answer.ok) throw new NoAnswer(String(answer.status));
  return read(answer);
}

export async function sendPhoto(csrf, household, name, blob) {
  const headers = { "Content-Type": "image/jpeg", "X-CSRFToken": csrf };
  const answer = await ask(`/photos/${household}/${name}`, { method: "PUT", headers, body: blob });
  await answer.text();
  return answer.status;
}

// What changed since `etag`: {body (answer), etag}, or null when nothing did.
export async function newer(path, etag) {
  const answer = await ask(path, { headers: etag ? { "If-None-Match": etag } : {} });
  if (!answer.ok) {
    await answer.text();
    if (answer.status === 304 || answer.status === 404) return null; // the same, or none made yet
    throw new NoAnswer(String(answer.status));
  }
  return { answer, etag: answer.headers.get("ETag") ?? "" };
}

// An answer that breaks off on the way was no answer.
async function read(answer) {
  try {
    return await answer.json();
  } catch (error) {
    link.online = false;
    throw new NoAnswer(String(error));
  }
}

// Putting the form on the home screen, and taking over a new version when it suits.
"use strict";

import { box, button, h } from "./dom.js";
import { _ } from "./words.js";

let offered = null; // the browser's own offer to install
let waiting = null; // a new version that is ready
let draw = () => {};

export function watchInstall(redraw) {
  draw = redraw;
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    offered = event;
    draw();
  });
  addEventListener("appinstalled", () => {
    offered = null;
    draw();
  });
}

// Registers the worker; a new one waits until somebody says so or all pages are closed.
export async function keepShell() {
  if (!navigator.serviceWorker) return;
  const known = Boolean(navigator.serviceWorker.controller);
  navigator.serviceWorker.addEventListener("controllerchange", () => known && location.reload());
  const registration = await register();
  const look = (worker) =>
    worker?.addEventListener("statechange", () => {
      if (worker.state === "installed" && navigator.serviceWorker.controller) ready(worker);
    });
  if (registration.waiting && known) ready(registration.waiting);
  look(registration.installing);
  registration.addEventListener("updatefound", () => look(registration.installing));
}

// Where the browser can wake a worker and load modules into it, the worker that sends.
async function register() {
  const how = { scope: "/phone/", updateViaCache: "none" };
  if ("sync" in ServiceWorkerRegistration.prototype) {
    try {
      return await navigator.serviceWorker.register("/phone/worker.js?sends", { ...how, type: "module" });
    } catch {
      // Chromium before 91 takes no modules.
    }
  }
  return navigator.serviceWorker.register("/phone/worker.js", how);
}

function ready(worker) {
  waiting = worker;
  draw();
}

export function newVersion() {
  if (!waiting) return null;
  return box("tip", h("p", {}, _("Versi baru formulir sudah diunduh.")), button("", null, _("Pakai sekarang"), () => waiting.postMessage("replace")));
}

export function installAdvice() {
  if (matchMedia("(display-mode: standalone)").matches || navigator.standalone) return null;
  const text = /iPhone|iPad/.test(navigator.userAgent)
    ? _("Pasang dahulu: ketuk tombol Bagikan, lalu Tambah ke Layar Utama. Tanpa itu, iPhone menghapus isian yang 7 hari tidak dibuka.")
    : _("Pasang di layar depan agar mudah dibuka tanpa jaringan: buka menu ⋮ peramban, lalu Tambahkan ke layar utama.");
  return h(
    "section.card",
    {},
    h("h2", {}, _("Pasang di HP")),
    h("p", {}, text),
    offered ? button("", "plus", _("Pasang sekarang"), () => offered.prompt()) : null,
  );
}

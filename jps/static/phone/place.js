// The GPS point of the house: the best of several readings, with its accuracy.
"use strict";

import { _ } from "./words.js";

const PATIENCE = 30000; // ms
const GOOD = 10; // metres; a better point is not waited for

export function locate(told, done) {
  if (!navigator.geolocation) {
    told.textContent = _("HP ini tidak memberi titik GPS. Ketik lintang dan bujur bila ada.");
    return;
  }
  let best = null;
  told.textContent = _("Mencari titik GPS…");
  const watch = navigator.geolocation.watchPosition(found, failed, { enableHighAccuracy: true, timeout: PATIENCE, maximumAge: 0 });
  const end = setTimeout(finish, PATIENCE);

  function found({ coords }) {
    if (best && best.accuracy <= coords.accuracy) return;
    best = coords;
    const { latitude, longitude, altitude, accuracy } = coords;
    done([latitude.toFixed(6), longitude.toFixed(6), (altitude ?? 0).toFixed(1), accuracy.toFixed(1)].join(" "));
    told.textContent = _("Akurasi {metres} meter", { metres: Math.round(accuracy) });
    if (accuracy <= GOOD) finish();
  }

  function failed(error) {
    if (best && error.code !== error.PERMISSION_DENIED) return finish();
    told.textContent =
      error.code === error.PERMISSION_DENIED
        ? _("Izin lokasi ditolak. Izinkan lokasi untuk halaman ini di pengaturan peramban.")
        : _("Titik GPS belum didapat. Coba lagi di tempat terbuka.");
    return finish();
  }

  function finish() {
    clearTimeout(end);
    navigator.geolocation.clearWatch(watch);
  }
}

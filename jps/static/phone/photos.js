// Photos: made smaller on the phone, sealed, and sent after the record that they belong to.
"use strict";

import * as store from "./store.js";
import { account, openBytes, sealBytes } from "./vault.js";

const LARGEST = 1600; // px of the longer side
const QUALITY = 0.8;

export async function shrink(file) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LARGEST / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff"; // JPEG knows no transparency
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/jpeg", QUALITY);
  });
}

// Keeps a photo of a household and returns its name.
export async function keepPhoto(household, blob, name = `${crypto.randomUUID()}.jpg`, sent = false) {
  const sealed = await sealBytes(name, await blob.arrayBuffer());
  await store.put("photos", { name, household, owner: account(), sealed, sent, refused: 0 });
  return name;
}

export async function readPhoto(name) {
  const row = await store.get("photos", name);
  if (!row || row.owner !== account()) return null;
  return new Blob([await openBytes(name, row.sealed)], { type: "image/jpeg" });
}

export const removePhoto = (name) => store.remove("photos", name);

export async function listPhotos() {
  return (await store.all("photos")).filter((row) => row.owner === account());
}

// After the server has it: kept only while its household can still be seen here.
export function photoSent(name) {
  return store.change(["photos", "records"], async (photos, records) => {
    const photo = await store.answered(photos.get(name));
    if (!photo) return;
    if (await store.answered(records.getKey(photo.household))) photos.put({ ...photo, sent: true, refused: 0 });
    else photos.delete(name);
  });
}

export function photoRefused(name, status) {
  return store.change("photos", async (photos) => {
    const photo = await store.answered(photos.get(name));
    if (photo) photos.put({ ...photo, refused: status });
  });
}

// A question that is answered with a photo: take it, see it, take it again, remove it.
"use strict";

import { button, h } from "./dom.js";
import { keepPhoto, readPhoto, removePhoto, shrink } from "./photos.js";
import { isFull } from "./store.js";
import { _ } from "./words.js";

export function photoField(question, value, answer, { household }) {
  let name = value ?? "";
  let address = "";
  const told = h("p.small.soft", { role: "status" });
  const picture = h("img.photo", { alt: _("Foto yang diambil"), hidden: true });
  const file = h("input", { type: "file", accept: "image/*", capture: "environment", hidden: true, on: { change: taken } });
  const take = button("", "camera", "", () => file.click());
  const remove = button("bare", "bin", _("Hapus foto"), () => write("", true));
  const element = h("div", {}, picture, h("div.gps", {}, take, remove), told, file);

  async function taken() {
    if (!file.files.length) return;
    told.textContent = _("Mengecilkan foto…");
    try {
      const small = await shrink(file.files[0]);
      const before = name;
      name = await keepPhoto(household.id, small);
      if (before) await removePhoto(before);
      answer(name, true);
      told.textContent = _("Foto tersimpan di HP ({size} KB)", { size: Math.round(small.size / 1024) });
    } catch (error) {
      told.textContent = isFull(error)
        ? _("Penyimpanan HP penuh: foto belum tersimpan. Isian lain tetap ada.")
        : _("Foto tidak dapat dibaca. Coba ambil lagi.");
    }
    file.value = "";
    await draw();
  }

  async function draw() {
    if (address) URL.revokeObjectURL(address);
    const blob = name ? await readPhoto(name).catch(() => null) : null;
    address = blob ? URL.createObjectURL(blob) : "";
    picture.hidden = !blob;
    if (blob) picture.src = address;
    if (name && !blob) told.textContent = _("Foto sudah ada di kantor.");
    take.lastChild.textContent = name ? _("Ambil lagi") : _("Ambil foto");
    remove.hidden = !name;
  }

  function write(written, tell = false) {
    if (tell && name && !written) {
      removePhoto(name);
      told.textContent = "";
      answer("", true);
    }
    name = written ?? "";
    draw();
  }

  draw();
  return { elements: [element], write };
}

// The page of the file that saves everything, and of taking one in.
"use strict";

import { box, button, h, localDay } from "./dom.js";
import { frame } from "./frame.js";
import { exportFile, importFile, WrongFile } from "./transfer.js";
import { _ } from "./words.js";

const SHORTEST = 8; // letters of a passphrase

export function showFile(app, open = null) {
  const told = h("div", { role: "status", id: "told" });
  const secret = field("secret", _("Kata kunci berkas (paling sedikit {count} huruf)", { count: SHORTEST }), "new-password");
  const again = field("again", _("Kata kunci berkas itu"), "off");
  const file = h("input", { type: "file", id: "file", accept: ".jps" });

  async function save() {
    if (secret.input.value.length < SHORTEST) return say("error", _("Kata kunci terlalu pendek."));
    say("tip", _("Menyiapkan berkas…"));
    const { blob, count } = await exportFile(secret.input.value, open);
    const address = URL.createObjectURL(blob);
    h("a", { href: address, download: `jps-cadangan-${localDay()}.jps` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60000);
    return say("good", _("Berkas dengan {count} isian sudah diunduh. Tanpa kata kunci itu, berkas tidak dapat dibuka siapa pun.", { count }));
  }

  async function take() {
    if (!file.files.length) return say("error", _("Pilih berkasnya dahulu."));
    say("tip", _("Membuka berkas…"));
    try {
      const count = await importFile(file.files[0], again.input.value);
      return say("good", _("{count} isian diambil dari berkas. Isian yang lebih baru di HP ini tidak diganti.", { count }));
    } catch (error) {
      if (!(error instanceof WrongFile)) throw error;
      return say("error", _("Berkas atau kata kunci tidak cocok."));
    }
  }

  const say = (tone, text) => told.replaceChildren(box(tone, h("p", {}, text)));
  frame(app, {
    back: ["", _("Beranda")],
    content: [
      h("h1", {}, _("Berkas cadangan")),
      told,
      h(
        "section.card",
        {},
        h("h2", {}, _("Simpan ke berkas")),
        h("p", {}, _("Semua isian yang ada di HP ini, terkunci dengan kata kunci. Simpan di kartu memori atau kirim ke HP lain.")),
        secret.element,
        h("p.acts", {}, button("main", "send", _("Simpan ke berkas"), save)),
      ),
      h(
        "section.card",
        {},
        h("h2", {}, _("Ambil dari berkas")),
        h("label.label", { for: "file" }, _("Berkas .jps")),
        file,
        again.element,
        h("p.acts", {}, button("", "plus", _("Ambil dari berkas"), take)),
      ),
      open ? h("p", {}, button("", "left", _("Kembali ke isian"), () => app.draw())) : null,
    ],
  });
}

function field(id, text, autocomplete) {
  const input = h("input", { type: "password", id, autocomplete });
  return { input, element: h("div", {}, h("label.label", { for: id }, text), input) };
}

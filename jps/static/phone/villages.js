// The office's list of households in the person's villages, and the choice of a village.
"use strict";

import { h, icon } from "./dom.js";
import { frame } from "./frame.js";
import { villageRow } from "./home.js";
import { _ } from "./words.js";

const SHOWN = 100; // rows at once; the search narrows them

export function showVillages(app) {
  const list = h("ul.rows", { id: "found" });
  const count = h("p.small.soft", { role: "status" });
  const search = h("input", { type: "search", id: "search", autocomplete: "off", on: { input: draw } });

  function draw() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const text = (one) => `${one.head_name ?? ""} ${one.address ?? ""} ${app.areaName(one.area_code)}`.toLowerCase();
    const found = app.households.filter((one) => words.every((word) => text(one).includes(word)));
    found.sort((a, b) => (a.state === "returned" ? 0 : 1) - (b.state === "returned" ? 0 : 1));
    count.textContent = _("{count} rumah tangga", { count: found.length });
    list.replaceChildren(...found.slice(0, SHOWN).map((one) => villageRow(app, one)));
  }

  frame(app, {
    back: ["", _("Beranda")],
    content: [
      h("h1", {}, _("Desa saya")),
      app.areas.length ? null : h("p.card.soft", {}, _("Daftar desa belum diunduh ke HP ini.")),
      h("label.label", { for: "search" }, _("Cari nama, alamat, atau desa")),
      search,
      count,
      list,
    ],
  });
  draw();
}

// Asks for the village of a new household, or of one that moves.
export function showChoice(app, { title, back, chosen }) {
  const rows = app.areas.map((area) =>
    h(
      "li",
      {},
      h(
        "button.row",
        { type: "button", on: { click: () => chosen(area.code) } },
        icon("pin"),
        h("span.body", {}, h("b", {}, area.name), h("span.small.soft", {}, area.kecamatan)),
        icon("right"),
      ),
    ),
  );
  frame(app, {
    back: [back, _("Kembali")],
    content: [
      h("h1", {}, title),
      rows.length ? h("ul.rows", {}, rows) : h("p.card.soft", {}, _("Daftar desa belum diunduh ke HP ini. Sambungkan sekali ke jaringan.")),
    ],
  });
}

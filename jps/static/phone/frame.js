// What every page has: the bar on top, one column, and at the bottom where one is and goes.
"use strict";

import { box, button, clock, h, icon } from "./dom.js";
import { _ } from "./words.js";

export function frame(app, { back = null, where = "", content, bar = null }) {
  const main = h("main", { id: "content", tabindex: "-1" }, content);
  const top = back
    ? h("a", { href: `#${back[0]}` }, icon("left"), " ", back[1])
    : h("a", { href: "#" }, h("img", { src: app.asset("icon.svg"), alt: "", width: 26, height: 26 }), " ", h("b", {}, "JPS"));
  document.body.className = bar ? "" : "plain";
  app.root.replaceChildren(
    h("a.sr.skip", { href: location.hash || "#", on: { click: (event) => (event.preventDefault(), main.focus()) } }, _("Langsung ke isi")),
    h("header.top", {}, h("div", {}, top, h("span.where", {}, where))),
    h("div.layout.one", {}, main),
    ...(bar ? [bar] : []),
  );
  document.title = `${main.querySelector("h1")?.textContent ?? "JPS"} · JPS`;
  scrollTo(0, 0);
  performance.mark("shown"); // for tests/benchmarks/bench_field_phone.py
}

// The bar of a form page: back, how safe the answers are, next.
export function statusBar(app, household, { before, after, last = false, next = null }) {
  const status = h("p.status", { role: "status", id: "status" });
  const trouble = h("div.trouble", { hidden: true });
  const forward = next ?? button("main", null, last ? _("Selesai") : _("Lanjut"), after);
  if (!next) forward.append(icon(last ? "check" : "right"));
  const bar = h(
    "div.bar",
    {},
    trouble,
    h("div", {}, h("a.btn.first", { href: `#${before}`, on: { click: () => household.flush() } }, icon("left"), " ", _("Kembali")), status, forward),
  );
  const tell = () => {
    const [state, text] = household.trouble
      ? ["failed", _("Belum tersimpan")]
      : household.saved
        ? ["saved", _("Tersimpan di HP {time}", { time: clock(household.saved) })]
        : ["draft", household.touched ? _("Menyimpan…") : _("Draf")];
    status.dataset.state = state;
    if (status.textContent !== text) status.textContent = text;
    trouble.hidden = !household.trouble;
    if (household.trouble && !trouble.childElementCount) trouble.append(troubleBox(app, household));
    if (!household.trouble) trouble.replaceChildren();
  };
  household.onChange(() => bar.isConnected && tell());
  tell();
  return bar;
}

// The disk refuses: say it, keep everything in memory, offer the file.
function troubleBox(app, household) {
  const text =
    household.trouble === "full"
      ? _("Penyimpanan HP penuh. Isian Anda masih ada di layar ini: jangan ditutup. Hapus foto atau aplikasi lain lalu coba lagi, atau simpan semua ke berkas.")
      : _("Isian belum dapat disimpan di HP. Isian masih ada di layar ini: jangan ditutup, coba lagi.");
  return box(
    "error",
    h("p", {}, text),
    h(
      "p.acts",
      {},
      button("", null, _("Coba lagi"), () => household.flush({ force: true })),
      button("", "send", _("Simpan ke berkas"), () => app.exportWith(household)),
    ),
  );
}

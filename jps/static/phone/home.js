// The first page: what is not sent yet, what came back, the drafts, the villages.
"use strict";

import { box, button, clock, h, icon, tag } from "./dom.js";
import { frame } from "./frame.js";
import { installAdvice, newVersion } from "./install.js";
import { listRecords, listSent, unsent } from "./records.js";
import { officeTag, recordTag, sentTag } from "./states.js";
import { state, synchronise } from "./sync.js";
import { _, language, setLanguage } from "./words.js";

export async function showHome(app) {
  const [records, sent, waiting] = await Promise.all([listRecords(), listSent(), unsent()]);
  const here = new Set(records.map((record) => record.id));
  const returned = app.households.filter((one) => one.state === "returned" && one.document && !here.has(one.id));
  const others = app.households.filter((one) => one.state === "draft" && one.document && !here.has(one.id));
  const { said } = app;
  app.said = "";
  frame(app, {
    where: app.profile.full_name ?? "",
    content: [
      h("h1", {}, _("Pendataan di HP")),
      said ? box("good", h("p", { role: "status" }, icon("check"), " ", said)) : null,
      newVersion(),
      syncCard(app, waiting),
      h("p.acts", {}, h("a.btn.main.wide", { href: "#new" }, icon("plus"), " ", _("Rumah tangga baru"))),
      returned.length ? part(_("Dikembalikan"), returned.map((one) => villageRow(app, one))) : null,
      part(_("Di HP ini"), records.map((record) => recordRow(app, record)), _("Belum ada isian di HP ini.")),
      others.length ? part(_("Draf Anda di kantor"), others.map((one) => villageRow(app, one))) : null,
      sent.length ? part(_("Terkirim 30 hari terakhir"), sent.slice(0, 20).map((row) => sentRow(app, row))) : null,
      h("p.acts", {}, h("a.btn", { href: "#villages" }, icon("home"), " ", _("Desa saya ({count} rumah tangga)", { count: app.households.length }))),
      installAdvice(),
      footer(app),
    ],
  });
}

function part(title, rows, empty = "") {
  return h("section", {}, h("h2", {}, title), rows.length ? h("ul.rows", {}, rows) : h("p.card.soft", {}, empty));
}

const WORDS = {
  idle: () => tag("good", "check", _("Tersambung")),
  sending: () => tag("", "send", _("Mengirim…")),
  waiting: () => tag("warn", "skip", _("Belum ada jaringan")),
  "signed-out": () => tag("bad", "error", _("Perlu masuk lagi")),
  "other-account": () => tag("bad", "error", _("Akun lain sedang masuk")),
};

function syncCard(app, waiting) {
  const count = waiting.mine
    ? h("p", {}, h("b", {}, _("{count} belum terkirim", { count: waiting.mine })))
    : h("p", {}, _("Semua sudah terkirim."));
  const last = state.last ? h("p.small.soft", {}, _("Terakhir tersambung pukul {time}", { time: clock(state.last) })) : null;
  return h(
    "section.card",
    { id: "sync", "aria-live": "polite" },
    h("p", {}, WORDS[state.now]()),
    count,
    waiting.others ? h("p.small.soft", {}, _("{count} isian milik akun lain di HP ini menunggu pemiliknya masuk.", { count: waiting.others })) : null,
    last,
    state.now === "signed-out"
      ? [
          h("p", {}, _("Sesi Anda berakhir. Semua isian tetap aman di HP ini; masuk lagi untuk mengirim.")),
          h("a.btn.main", { href: "/login?next=/phone/" }, _("Masuk lagi")),
        ]
      : null,
    state.now === "other-account" ? button("main", null, _("Ganti akun di HP ini"), () => app.switchAccount()) : null,
    ["idle", "waiting"].includes(state.now) ? button("", "send", _("Kirim sekarang"), () => synchronise({ again: true })) : null,
  );
}

function recordRow(app, record) {
  const { head, address, area_code } = record.summary;
  const reason = record.told?.reason;
  return h(
    "li",
    {},
    h(
      "a.row",
      { href: `#h/${record.id}` },
      icon("home"),
      h(
        "span.body",
        {},
        h("b", {}, head || address || _("Belum bernama")),
        h("span.small.soft", {}, [app.areaName(area_code), head && address].filter(Boolean).join(" · ")),
        reason ? h("span.box.error.reason", {}, _("Alasan: {reason}", { reason })) : null,
        h("span.tags", {}, recordTag(record, state.sending)),
      ),
      icon("right"),
    ),
  );
}

function sentRow(app, row) {
  const { head, address, area_code } = row.summary;
  const facts = [app.areaName(area_code), head && address].filter(Boolean).join(" · ");
  return h("li", {}, h("div.row", {}, icon("home"), h("span.body", {}, h("b", {}, head || address), h("span.small.soft", {}, facts), h("span.tags", {}, sentTag(row)))));
}

// A household of the office's list; those that may be edited open with a tap.
export function villageRow(app, one) {
  const body = h(
    "span.body",
    {},
    h("b", {}, one.head_name || one.address || _("Belum bernama")),
    h("span.small.soft", {}, [app.areaName(one.area_code), one.head_name && one.address, one.size && _("{count} orang", { count: one.size })].filter(Boolean).join(" · ")),
    one.reason ? h("span.box.error.reason", {}, _("Alasan: {reason}", { reason: one.reason })) : null,
  );
  if (!one.document) return h("li", {}, h("div.row", {}, icon("home"), body, officeTag(one.state)));
  return h("li", {}, h("button.row", { type: "button", on: { click: () => app.receive(one) } }, icon("home"), body, icon("right")));
}

function footer(app) {
  const other = language() === "id" ? "en" : "id";
  const change = () => {
    setLanguage(other);
    location.reload();
  };
  return h(
    "div.acts",
    {},
    h("a.btn", { href: "#file" }, _("Berkas cadangan")),
    h("a.btn", { href: "/work" }, _("Tugas saya")),
    button("", null, other === "en" ? "English" : "Bahasa Indonesia", change, { lang: other }),
    button("", null, _("Keluar"), () => app.signOut()),
  );
}

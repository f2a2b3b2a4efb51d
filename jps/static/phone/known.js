// While a member is typed: is this person probably in the registry, or entered by a colleague? The
// index holds hashes only, so it says that somebody is known, never who else there is.
"use strict";

import { h, icon } from "./dom.js";
import { kept } from "./vault.js";
import { _ } from "./words.js";

const PAUSE = 350; // ms after the last key
let opened = null; // {etag, index}

async function currentIndex() {
  const found = await kept("index");
  if (!found) return null;
  if (opened?.etag !== found.etag) {
    const { openIndex } = await import("./keys.js");
    opened = { etag: found.etag, index: await openIndex(found.value) };
  }
  return opened.index;
}

export function knownPart(app, household, member) {
  const list = h("div", { id: "known", tabindex: "0", role: "region", "aria-labelledby": "known-title", "aria-live": "polite" });
  const element = h("section.card", { "aria-labelledby": "known-title" }, h("h3.label", { id: "known-title" }, _("Sudah dikenal?")), list);
  let timer = 0;

  async function look() {
    const { nik = "", kk = "", name = "", mother_name = "", ...entry } = household.entry(member) ?? {};
    const birth_date = String(entry.birth_date ?? entry.birth_year ?? "");
    const index = await currentIndex().catch(() => null);
    if (!index) return say(h("p.small.soft", {}, _("Daftar desa belum diunduh ke HP ini.")));
    const hits = await index.find({ nik, kk, name, birth_date, mother_name });
    const others = hits.filter((hit) => hit.household !== household.id);
    const lines = [others.some((hit) => hit.kind === "registry") && inRegistry(), ...byColleagues(others)].filter(Boolean);
    return say(...(lines.length ? lines : [h("p.small.soft", {}, _("Belum dikenal dari data yang ada di HP ini."))]));
  }

  const inRegistry = () => h("p.note.suggestion", {}, icon("check"), h("span", {}, _("Kemungkinan sudah terdaftar di data kependudukan.")));

  function byColleagues(hits) {
    const ids = [...new Set(hits.filter((hit) => hit.kind === "household").map((hit) => hit.household))];
    return ids.map((id) => {
      const known = app.households.find((one) => one.id === id);
      const text = known
        ? _("Mungkin sudah didata: {who}", { who: [known.head_name, known.address].filter(Boolean).join(", ") })
        : _("Mungkin sudah didata oleh rekan lain.");
      return h("p.note.warning", {}, icon("warning"), h("span", {}, text));
    });
  }

  const say = (...lines) => list.replaceChildren(...lines);
  look();
  return {
    element,
    look: () => {
      clearTimeout(timer);
      timer = setTimeout(look, PAUSE);
    },
  };
}

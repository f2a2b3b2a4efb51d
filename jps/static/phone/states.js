// States of a record in the words of the house: an icon, a word and a colour, never a colour alone.
"use strict";

import { tag } from "./dom.js";
import { _ } from "./words.js";

export function recordTag(record, sending) {
  if (sending.has(record.id)) return tag("", "send", _("Mengirim…"));
  if (record.refused) return tag("bad", "error", _("Ditolak: {reason}", { reason: record.told?.text || _("lihat isian") }));
  if (record.told?.outcome === "problems" && !record.dirty) return tag("bad", "warning", _("Perlu ditinjau"));
  if (record.told?.reason !== undefined && !record.dirty) return tag("bad", "error", _("Dikembalikan"));
  if (record.state === "ready") return tag("good", "check", _("Tersimpan di HP"));
  return tag("warn", "dot", _("Draf"));
}

export const sentTag = (row) =>
  row.outcome === "conflict" ? tag("bad", "warning", _("Perlu ditinjau")) : tag("good", "check", _("Terkirim"));

// Verified, and wherever it went from there: nothing is left to do for who entered it.
const PAST_OPERATOR = new Set(["verified", "agreed", "rejected", "confirmed", "final"]);

// Where a household stands at the office; what the office calls otherwise is not told here.
export function officeTag(state) {
  if (PAST_OPERATOR.has(state)) return tag("good", "check", _("Terverifikasi"));
  if (state === "returned") return tag("bad", "error", _("Dikembalikan"));
  if (state === "draft") return tag("warn", "dot", _("Draf"));
  return state === "submitted" ? tag("", "check", _("Terkirim")) : null;
}

// How far a part of the form is.
export function checkedTag(problems) {
  const errors = problems.filter((one) => one.level === "error" && one.rule !== "required").length;
  const missing = problems.filter((one) => one.rule === "required").length;
  if (errors) return tag("bad", "error", _("{count} perlu diperbaiki", { count: errors }));
  if (missing) return tag("warn", "dot", _("{count} belum diisi", { count: missing }));
  return tag("good", "check", _("Lengkap"));
}

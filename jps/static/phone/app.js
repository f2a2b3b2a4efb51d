// The offline form: starts from what is on the phone, then looks for the network.
"use strict";

import { h } from "./dom.js";
import { frame } from "./frame.js";
import { showHome } from "./home.js";
import { keepShell, watchInstall } from "./install.js";
import { forgetOld, fromOffice, receiveRecord, removeRecord } from "./records.js";
import * as session from "./session.js";
import * as store from "./store.js";
import { lockOf, onChange, state, synchronise } from "./sync.js";
import { forget, kept } from "./vault.js";
import { showChoice, showVillages } from "./villages.js";
import { _, language, setWords } from "./words.js";

const LOCK_PATIENCE = 1500; // ms; a tab that just died lets go a moment later
const OPEN = "open"; // in `meta`: the household that was open when the app ended

class App {
  root = document.getElementById("app");
  areas = [];
  households = [];
  profile = {};
  household = null;
  said = "";
  form = null;
  #packed = null;
  #entry = null;
  #release = null;
  #drawing = Promise.resolve();

  asset(name) {
    return new URL(name, import.meta.url).pathname;
  }

  async start() {
    const loading = fetch(this.asset("form.json")).then((answer) => answer.json());
    const [packed, account] = await Promise.all([loading, session.begin()]);
    setWords(packed.english);
    document.documentElement.lang = language();
    if (!globalThis.isSecureContext) return this.refuse(_("Formulir HP hanya berjalan lewat HTTPS. Hubungi kantor."));
    this.#packed = packed;
    if (!account) {
      this.askToSignIn();
      return keepShell();
    }
    await this.readKept();
    await this.resume();
    addEventListener("hashchange", () => this.draw());
    addEventListener("online", () => synchronise());
    document.addEventListener("visibilitychange", () => (document.hidden ? this.household?.flush() : synchronise()));
    addEventListener("pagehide", () => this.household?.flush());
    watchInstall(() => this.redrawHome());
    onChange(() => this.redrawHome());
    await this.draw();
    await keepShell();
    await forgetOld();
    return synchronise();
  }

  // The part of the program that fills in a household.
  async entry() {
    if (!this.form) {
      this.#entry = await import("./entry.js");
      this.form = new this.#entry.Form(this.#packed);
    }
    return this.#entry;
  }

  async readKept() {
    const [pack, profile] = await Promise.all([kept("pack"), kept("profile")]);
    this.areas = pack?.value.areas ?? [];
    this.households = pack?.value.households ?? [];
    this.profile = profile?.value ?? {};
  }

  areaName(code) {
    return this.areas.find((area) => area.code === code)?.name ?? code;
  }

  // A form that was open when the phone died opens again where it was.
  async resume() {
    if (location.hash.length > 1) return;
    const open = await store.get("meta", OPEN);
    if (open) history.replaceState(null, "", `#h/${open.id}`);
  }

  go(path) {
    if (location.hash.slice(1) === path) this.draw();
    else location.hash = path;
  }

  draw() {
    const drawn = this.#drawing.then(() => this.#draw());
    this.#drawing = drawn.catch(() => this.refuse(_("Halaman ini tidak dapat dibuka. Isian tetap tersimpan di HP.")));
    return drawn;
  }

  async #draw() {
    const [page, id, part, member] = location.hash.slice(1).split("/");
    if (page !== "h" || this.household?.id !== id) await this.close();
    if (page === "h") return this.#drawHousehold(id, part, member);
    if (page === "new") return showChoice(this, { title: _("Rumah tangga baru: di desa mana?"), back: "", chosen: (code) => this.begin(code) });
    if (page === "villages") return showVillages(this);
    if (page === "file") return (await this.entry()).showFile(this);
    return showHome(this);
  }

  async #drawHousehold(id, part, member) {
    const { Household, showMembers, showReview, showScreen } = await this.entry();
    if (!this.household) {
      if (!(await this.#lock(id))) return this.refuse(_("Isian ini sedang terbuka di tab lain."));
      this.household = await Household.open(this.form, id);
    }
    const { household, form } = this;
    if (!household) return this.leave("");
    await store.put("meta", { name: OPEN, id }).catch(() => {}); // a full disk says so when saving
    if (!part) return this.go(`h/${id}/${household.place?.screen ?? form.sections[0].name}`);
    if (part === "review") return showReview(this, household);
    if (part === "village") return showChoice(this, { title: _("Pindah ke desa mana?"), back: `h/${id}`, chosen: (code) => this.move(code) });
    if (part === "m" && household.entry(member)) return showScreen(this, household, { section: form.roster, member });
    if (part === form.roster || part === "m") return showMembers(this, household);
    return showScreen(this, household, { section: form.section(part) ? part : form.sections[0].name, member: null });
  }

  // Holds a household for this tab until `close`; false when another tab keeps it.
  #lock(id) {
    return new Promise((resolve) => {
      const hold = () => new Promise((release) => resolve(Boolean((this.#release = release))));
      navigator.locks.request(lockOf(id), { signal: AbortSignal.timeout(LOCK_PATIENCE) }, hold).catch(() => resolve(false));
    });
  }

  async close() {
    if (this.household) await this.household.flush();
    this.household = null;
    this.#release?.();
    this.#release = null;
    await store.remove("meta", OPEN).catch(() => {});
  }

  async leave(path) {
    await this.close();
    this.go(path);
  }

  async begin(code) {
    const { Household } = await this.entry();
    const household = Household.begin(this.form, code);
    if (await this.#lock(household.id)) this.household = household;
    await household.flush({ force: true });
    navigator.storage?.persist?.();
    this.go(`h/${household.id}/${this.form.sections[0].name}`);
  }

  move(code) {
    this.household.set(null, "area_code", code);
    this.go(`h/${this.household.id}/${this.form.sections[0].name}`);
  }

  // Opens a household of the office's list: returned, or a draft that was begun elsewhere.
  async receive(one) {
    await receiveRecord(fromOffice(one));
    this.go(`h/${one.id}`);
  }

  async discard(household) {
    if (!confirm(_("Hapus isian ini dari HP? Yang sudah ada di kantor tidak ikut terhapus."))) return;
    household.saved = 1; // nothing is written any more
    await removeRecord(household.id);
    this.leave("");
  }

  async exportWith(household) {
    (await this.entry()).showFile(this, household);
  }

  async signOut() {
    if (await session.signOut()) location.replace("/phone/");
  }

  async switchAccount() {
    await forget();
    location.replace("/phone/");
  }

  askToSignIn() {
    const enter = () => session.signIn().catch(() => (told.textContent = _("Belum ada jaringan. Masuk memerlukan jaringan.")));
    const told = h("p.small.soft", { role: "status" });
    frame(this, {
      content: [
        h("h1", {}, _("Pendataan di HP")),
        h("p.card", {}, _("Masuk dahulu saat ada jaringan. Setelah itu formulir ini berjalan tanpa jaringan.")),
        h("p.acts", {}, h("button.btn.main.wide", { type: "button", on: { click: enter } }, _("Masuk"))),
        told,
      ],
    });
  }

  refuse(text) {
    frame(this, { back: ["", _("Beranda")], content: [h("h1", {}, "JPS"), h("p.card", { role: "alert" }, text)] });
  }

  async redrawHome() {
    if (state.now !== "sending") await this.readKept();
    if (location.hash.length <= 1 && !this.household) await this.draw();
  }
}

const app = new App();
await app.start();

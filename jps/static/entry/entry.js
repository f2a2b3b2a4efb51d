// The field form: every change is saved on its own, the server says what to show and what is odd.
// Without this file the same form works with its buttons.
"use strict";

(() => {
  const form = document.querySelector("form[data-entry]");
  if (!form) return;

  const words = JSON.parse(document.getElementById("words").textContent);
  const status = document.getElementById("status");
  const retry = document.getElementById("retry");
  const trouble = document.getElementById("trouble");
  const TYPING = 900; // ms after the last key
  const LOOKING = 350; // ms after the last key: who may this be?
  const CHOOSING = 150; // ms after a tap
  const PATIENCE = 25000; // ms until an answer counts as lost
  const LONGEST_PAUSE = 60000; // ms between two tries

  let dirty = false;
  let sending = false;
  let leaving = false;
  let tries = 0;
  let timer = 0;
  let unanswered = null; // what was sent without an answer: it may have been stored all the same
  let touching = false;
  let lifting = 0;
  let waiting = null; // an answer of the server that waits for the finger to leave the screen

  const say = (state, text) => {
    status.dataset.state = state;
    status.textContent = text;
    retry.hidden = state !== "failed";
    status.hidden = state === "failed";
  };

  const values = () => {
    const data = new FormData(form);
    const found = {};
    for (const [name, value] of data) (found[name] ||= []).push(value);
    return found;
  };

  const plan = (wait) => {
    clearTimeout(timer);
    timer = setTimeout(() => save(), wait);
  };

  const changed = (event) => {
    if (!event.target.name || event.target.closest("[data-apart]")) return;
    dirty = true;
    if (!sending) say("draft", words.draft);
    look();
    plan(event.type === "input" && event.target.matches("input[type=text], textarea") ? TYPING : CHOOSING);
  };

  async function save(go) {
    clearTimeout(timer);
    if (sending) {
      if (go) leaving = go;
      return;
    }
    if (go && waiting?.opened.length) { // these questions were not seen when the button was pressed
      waiting.leads = waiting.opened[0];
      go = null;
    }
    if (!dirty && !go) return;
    sending = true;
    dirty = false;
    say("sending", words.sending);
    const body = new FormData(form);
    if (go) body.set(go.name, go.value);
    const sent = values();
    let answer = null;
    try {
      answer = await fetch(form.action, {
        method: "POST",
        body,
        headers: { Accept: "application/json", "HX-Request": "true" },
        signal: AbortSignal.timeout(PATIENCE),
      });
      await understand(answer, sent, go);
    } catch (error) {
      if (!answer) unanswered = sent;
      failed(words.failed);
    } finally {
      sending = false;
    }
    if (leaving && status.dataset.state !== "failed") {
      const next = leaving;
      leaving = false;
      save(next);
    } else if (dirty && status.dataset.state !== "failed") plan(CHOOSING);
  }

  async function understand(answer, sent, go) {
    const kind = answer.headers.get("Content-Type") || "";
    if (kind.includes("json")) {
      const reply = await answer.json();
      if (answer.ok) return saved(reply, go);
      if (reply.code === "stale") return stale(reply, go);
      return failed(reply.detail || words.failed, true);
    }
    if (answer.status === 401) return failed(words.signIn, true, answer.headers.get("HX-Redirect"));
    const text = await answer.text();
    const page = new DOMParser().parseFromString(text, "text/html");
    if (answer.status === 400 && (await freshToken())) {
      dirty = true;
      if (go) leaving = go;
      return say("draft", words.draft);
    }
    const heading = page.querySelector("h1");
    return failed(heading ? heading.textContent.trim() : words.failed, true);
  }

  function saved(reply, go) {
    tries = 0;
    unanswered = null;
    form.elements.base.value = reply.base;
    trouble.hidden = true;
    if (reply.next && !dirty) {
      window.location.assign(reply.next);
      leaving = true;
      return;
    }
    say("saved", words.saved.replace("{time}", reply.saved));
    reply.leads = go || leaving ? reply.opened[0] : "";
    if (reply.opened.length) leaving = false; // pressed before these questions could be seen
    show(reply);
    check();
  }

  // Somebody else saved these questions, or our own answer was lost on the way back.
  function stale(reply, go) {
    const ours = unanswered && Object.entries(reply.stored).every(
      ([name, stored]) => stored.join("\n") === (unanswered[name] || []).filter(Boolean).join("\n"),
    );
    unanswered = null;
    if (ours) {
      form.elements.base.value = reply.base;
      dirty = true;
      if (go) leaving = go;
      return;
    }
    leaving = "compare";
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name: "go", value: "compare" });
    form.append(field);
    form.submit();
  }

  function failed(text, lasting = false, address = "") {
    dirty = true;
    leaving = false;
    say("failed", words.failed);
    trouble.hidden = !lasting;
    trouble.querySelector("p").textContent = text;
    const link = trouble.querySelector("a");
    link.hidden = !address;
    if (address) link.href = new URL(address, window.location.href).pathname;
    tries += 1;
    if (!lasting) plan(Math.min(2000 * 2 ** tries, LONGEST_PAUSE));
  }

  async function freshToken() {
    const answer = await fetch(window.location.href, { redirect: "error" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const token = page.querySelector("input[name=csrf_token]");
    if (!token || token.value === form.elements.csrf_token.value) return false;
    for (const field of document.getElementsByName("csrf_token")) field.value = token.value;
    return true;
  }

  // What the server answered, without moving what is under the finger.
  function show(reply) {
    if (touching) {
      if (waiting) Object.assign(reply, { opened: [...waiting.opened, ...reply.opened], leads: waiting.leads || reply.leads });
      waiting = reply;
      return;
    }
    const anchor = document.activeElement?.closest(".field") || null;
    const before = anchor?.getBoundingClientRect().top;
    for (const field of form.querySelectorAll("[data-name]")) {
      field.hidden = !reply.shown.includes(field.dataset.name);
      note(field, reply.notes[field.dataset.name] || []);
    }
    for (const group of form.querySelectorAll("[data-group]")) {
      group.hidden = !group.querySelector("[data-name]:not([hidden])");
    }
    if (reply.leads) {
      form.querySelector(`#f-${reply.leads} :is(input:not([type=hidden]), select, textarea)`)?.focus();
    } else if (anchor && !anchor.hidden) window.scrollBy(0, anchor.getBoundingClientRect().top - before);
  }

  function note(field, notes) {
    const place = field.querySelector(".notes");
    const told = JSON.stringify(notes);
    if (!place || place.dataset.told === told) return;
    place.dataset.told = told;
    place.replaceChildren(...notes.map((one) => line(one, field.dataset.name)));
    const wrong = notes.some((one) => one.level === "error");
    field.classList.toggle("bad", wrong);
    for (const input of field.querySelectorAll("input, select, textarea")) {
      if (input.type !== "hidden") input.setAttribute("aria-invalid", String(wrong));
    }
  }

  function line(one, name) {
    const row = document.getElementById(`note-${one.level}`).content.firstElementChild.cloneNode(true);
    row.querySelector(".text").textContent = one.text;
    if (one.suggested) {
      const button = document.createElement("button");
      Object.assign(button, { type: "submit", name: "use", value: name, className: "btn use" });
      button.textContent = words.use.replace("{value}", one.suggested_text);
      button.dataset.use = one.suggested;
      row.append(button);
    }
    return row;
  }

  // "Pakai": put what was suggested into the field, as if it had been typed.
  function use(name, value) {
    const inputs = [...form.querySelectorAll(`[data-name="${name}"] [name^="${name}"]`)];
    const parts = inputs.filter((input) => input.name.includes("."));
    if (parts.length) {
      const split = value.split("-");
      for (const input of parts) input.value = split[{ year: 0, month: 1, day: 2 }[input.name.split(".")[1]]] || "";
    } else {
      for (const input of inputs) {
        if (input.type === "radio") input.checked = input.value === value;
        else if (input.type !== "hidden") input.value = value;
      }
    }
    dirty = true;
    plan(0);
  }

  // Does the registry or our own list know this person?
  const known = document.getElementById("known");
  const person = () => {
    const data = new FormData(form);
    return known.dataset.fields.split(" ").map((name) => data.getAll(name).join(" ")).join("\n");
  };
  let asked = known ? person() : "";
  let asking = 0;
  let looking;

  // As fields are typed, whether or not they could be saved; the latest question wins.
  const look = () => {
    clearTimeout(looking);
    looking = setTimeout(check, LOOKING);
  };

  async function check() {
    if (!known || person() === asked) return;
    const body = new FormData();
    for (const [name, value] of new FormData(form)) {
      if (!["base", "go"].includes(name)) body.append(name, value);
    }
    asked = person();
    const mine = ++asking;
    known.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(known.dataset.url, { method: "POST", body, headers: { "HX-Request": "true" } });
      const part = await answer.text();
      if (answer.ok && mine === asking) told(part);
    } catch (error) {
      if (mine === asking) asked = "";
    } finally {
      if (mine === asking) known.removeAttribute("aria-busy");
    }
  }

  // Nothing is exchanged under a finger or a reader: what they opened stays until they leave it.
  function told(part) {
    if (known.matches(":focus-within") && known.querySelector("details[open]")) {
      known.addEventListener("focusout", () => told(part), { once: true });
      return;
    }
    if (known.innerHTML !== part) known.innerHTML = part;
  }

  // GPS: keep the best reading of half a minute, stop early when it is good.
  function locate(button) {
    const GOOD = 10; // metres
    const told = document.getElementById("gps-told");
    const target = document.getElementById(button.dataset.locate);
    if (!navigator.geolocation) {
      told.textContent = words.gpsNone;
      return;
    }
    let best = null;
    button.disabled = true;
    told.textContent = words.gpsSearching;
    const stop = () => {
      navigator.geolocation.clearWatch(watch);
      clearTimeout(limit);
      button.disabled = false;
      if (!best && told.textContent === words.gpsSearching) told.textContent = words.gpsFailed;
    };
    const watch = navigator.geolocation.watchPosition(
      ({ coords }) => {
        if (best && coords.accuracy >= best.accuracy) return;
        best = coords;
        target.value = [coords.latitude.toFixed(6), coords.longitude.toFixed(6), Math.round(coords.altitude || 0), Math.round(coords.accuracy)].join(" ");
        told.textContent = words.gpsFound.replace("{metres}", Math.round(coords.accuracy));
        dirty = true;
        plan(TYPING);
        if (coords.accuracy <= GOOD) stop();
      },
      (error) => {
        told.textContent = error.code === 1 ? words.gpsDenied : words.gpsFailed;
        stop();
      },
      { enableHighAccuracy: true, timeout: 30000, maximumAge: 0 },
    );
    const limit = setTimeout(stop, 30000);
  }

  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const button = event.submitter;
    if (button?.dataset.use) return use(button.value, button.dataset.use);
    return save(button?.name ? { name: button.name, value: button.value } : { name: "go", value: "stay" });
  });
  form.addEventListener("click", (event) => {
    const clear = event.target.closest("[data-clear]");
    if (clear) {
      for (const input of clear.closest(".field").querySelectorAll("input[type=radio]")) input.checked = false;
      dirty = true;
      plan(0);
    }
    const gps = event.target.closest("[data-locate]");
    if (gps) locate(gps);
  });
  form.addEventListener("input", (event) => {
    const told = event.target.dataset.count && document.getElementById(event.target.dataset.count);
    if (told) told.textContent = words.count.replace("{count}", event.target.value.replace(/\D/g, "").length);
  });
  retry.addEventListener("click", () => save());
  document.addEventListener("pointerdown", () => {
    clearTimeout(lifting);
    touching = true;
  });
  for (const kind of ["pointerup", "pointercancel"]) {
    document.addEventListener(kind, () => {
      clearTimeout(lifting);
      lifting = setTimeout(() => {
        touching = false;
        if (waiting) show(waiting);
        waiting = null;
      }, CHOOSING);
    });
  }
  window.addEventListener("beforeunload", (event) => {
    if ((dirty || sending) && !leaving) event.preventDefault();
  });
  window.addEventListener("pageshow", (event) => { if (event.persisted) window.location.reload(); });
  for (const button of form.querySelectorAll("[data-locate], [data-clear]")) button.hidden = false;

  // What was typed or chosen before this file came.
  const differs = (one) => {
    if (one.matches("select")) return one.selectedIndex !== Math.max(0, [...one.options].findIndex((option) => option.defaultSelected));
    return one.checked !== one.defaultChecked || one.value !== one.defaultValue;
  };
  for (const one of form.querySelectorAll("[name]:is(input, select, textarea)")) {
    if (differs(one)) one.dispatchEvent(new Event("input", { bubbles: true }));
  }
})();

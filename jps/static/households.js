// The list of households: the way back finds the same search again.
// What was searched is kept for this tab and this person only, never in an address.
"use strict";

const KEY = "households";

const finder = () => document.getElementById("finder");

const remembered = () => {
  try {
    const found = JSON.parse(sessionStorage.getItem(KEY));
    return found && found.who === finder().dataset.remember ? found : null;
  } catch {
    return null;
  }
};

document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.path !== finder().getAttribute("hx-post")) return;
  const sent = {};
  for (const [name, value] of event.detail.formData) if (name !== "csrf_token") sent[name] = value;
  sessionStorage.setItem(KEY, JSON.stringify({ who: finder().dataset.remember, sent }));
});

document.addEventListener("DOMContentLoaded", () => {
  const back = performance.getEntriesByType("navigation")[0]?.type === "back_forward";
  const found = back && remembered();
  if (!found) {
    sessionStorage.removeItem(KEY);
    return;
  }
  const token = finder().querySelector("[name=csrf_token]").value;
  htmx.ajax("POST", finder().action, { target: "#results", swap: "innerHTML", values: { ...found.sent, csrf_token: token } });
});

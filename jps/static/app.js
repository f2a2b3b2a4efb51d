// Small things of every office page.
"use strict";

// htmx leaves error answers out of the page; ours say what happened, so show them.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status >= 400 && event.detail.xhr.status < 600) {
    event.detail.shouldSwap = Boolean(event.detail.xhr.responseText);
    event.detail.isError = false;
  }
});

// A page that is told to renew itself asks nothing more: a poll would stop its renewal and start
// another, for ever where the page takes longer than the poll's interval.
let renewing = false;
document.addEventListener("htmx:beforeOnLoad", (event) => {
  if (event.detail.xhr.getResponseHeader("HX-Refresh")) renewing = true;
});
document.addEventListener("htmx:beforeRequest", (event) => {
  if (renewing) event.preventDefault();
});

// A click on a destructive button asks once.
document.addEventListener("submit", (event) => {
  const question = event.target.dataset.confirm;
  if (question && !window.confirm(question)) {
    event.preventDefault();
  }
});

// An open part of the menu closes when somebody clicks beside it or presses Escape.
document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll(".menu-section[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  const open = event.key === "Escape" && document.querySelector(".menu-section[open]");
  if (!open) return;
  open.open = false;
  open.querySelector("summary").focus();
});

// Many households at once: how many are ticked, and all of this page with one tick.
document.addEventListener("change", (event) => {
  const bulk = document.querySelector("[data-bulk]");
  if (!bulk) return;
  const boxes = [...document.querySelectorAll("input[name=pick]")];
  if (event.target.matches("[data-pick-page]")) boxes.forEach((box) => { box.checked = event.target.checked; });
  const told = bulk.querySelector("[data-picked]");
  const count = boxes.filter((box) => box.checked).length;
  const all = bulk.querySelector("input[name=all]").checked;
  boxes.forEach((box) => { box.disabled = all; });
  told.textContent = count && !all ? told.dataset.text.replace("{count}", count) : "";
});
const showScripted = () => document.querySelectorAll("[data-needs-script]").forEach((part) => { part.hidden = false; });
document.addEventListener("htmx:afterSwap", showScripted);
showScripted();

// A choice applies its form at once, also one that was made before this file came. The finders do
// not complete themselves: what the browser put back would stand beside results of another search.
const submits = (root) => [...root.querySelectorAll("select[data-submits]")];
const isChosen = (one) => one.selectedIndex !== Math.max(0, [...one.options].findIndex((option) => option.defaultSelected));
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
});
document.addEventListener("DOMContentLoaded", () => submits(document).find(isChosen)?.form.requestSubmit());
window.addEventListener("pageshow", (event) => {
  if (event.persisted) for (const one of submits(document)) one.form.reset();
});

// The builder of rules and the sliders of scenarios. Without this file both work with their fields.
"use strict";

(() => {
  const rows = document.getElementById("rows");
  const changed = () => document.body.dispatchEvent(new Event("rows"));

  // Codes are chosen by their words: the value field becomes a list of the fact's choices.
  const fit = (row, choices) => {
    const name = row.querySelector("[name=fact]").value;
    const fact = choices[name] || { kind: "number", unit: "household", codes: [] };
    row.dataset.kind = fact.kind;
    row.dataset.unit = fact.unit;
    const old = row.querySelector("[name=value]");
    const coded = fact.codes.length > 0;
    const field = document.createElement(coded ? "select" : "input");
    field.name = "value";
    field.className = coded ? "form-select" : "form-control";
    field.setAttribute("aria-label", old.getAttribute("aria-label"));
    for (const [code, label] of fact.codes) field.add(new Option(label, code, false, code === old.value));
    if (!coded) Object.assign(field, { value: old.tagName === "INPUT" ? old.value : "", autocomplete: "off" });
    old.replaceWith(field);
    const compare = row.querySelector("[name=is]");
    for (const option of compare.options) option.disabled = coded && !["=", "!="].includes(option.value);
    if (compare.selectedOptions[0]?.disabled) compare.value = "=";
  };

  if (rows) {
    const { choices } = JSON.parse(document.getElementById("codes").textContent);
    for (const row of rows.children) fit(row, choices);
    const add = document.getElementById("add");
    add.hidden = false;
    add.addEventListener("click", () => {
      rows.append(document.getElementById("row").content.cloneNode(true));
      const row = rows.lastElementChild;
      fit(row, choices);
      row.querySelector("select").focus();
    });
    rows.addEventListener("change", (event) => {
      if (event.target.name === "fact") fit(event.target.closest("li"), choices);
    });
    rows.addEventListener("click", (event) => {
      if (!event.target.closest("[data-remove]")) return;
      event.target.closest("li").remove();
      document.getElementById("add").focus();
      changed();
    });
  }

  for (const slider of document.querySelectorAll("[data-for]")) {
    const field = document.getElementById(slider.dataset.for);
    slider.addEventListener("input", () => { field.value = Number(slider.value).toLocaleString("id-ID"); });
    field.addEventListener("input", () => { slider.value = field.value.replace(/\D/g, "") || 1; });
  }
})();

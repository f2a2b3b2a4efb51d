// A slider and its number field stay the same; the form that applies sends what was tried.
"use strict";
(() => {
  const copy = (name, value) => {
    document.querySelectorAll(`[data-copies="${name}"]`).forEach((one) => { one.value = value; });
  };
  document.querySelectorAll("[data-follows]").forEach((slider) => {
    const field = document.getElementById(slider.dataset.follows);
    slider.addEventListener("input", () => {
      field.value = slider.value;
      copy(field.name, field.value);
      field.dispatchEvent(new Event("input", { bubbles: true }));
    });
    field.addEventListener("input", () => {
      slider.value = field.value;
      copy(field.name, field.value);
    });
  });
})();

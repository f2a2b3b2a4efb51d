// Decide pairs with the keyboard.
"use strict";

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  if (event.target.closest("input, textarea, select")) return;
  const target = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (!target) return;
  event.preventDefault();
  const reason = document.getElementById("reason");
  if (target.value === "unsure" && reason && !reason.value.trim()) {
    reason.focus(); // being unsure needs a reason
    return;
  }
  target.click();
});

// A second press while the first is on its way would decide the next pair unseen.
document.addEventListener("submit", (event) => {
  if (event.target.id !== "decide") return;
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
});

window.addEventListener("pageshow", () => {
  delete document.getElementById("decide")?.dataset.sent;
});

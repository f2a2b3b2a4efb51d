// Choose areas by name: a click on a found area adds it, a click on its cross takes it away.
"use strict";

(() => {
  const chosen = document.getElementById("chosen");

  const element = (tag, attributes, ...children) => {
    const made = Object.assign(document.createElement(tag), attributes);
    made.append(...children);
    return made;
  };

  const add = ({ code, name, inside }) => {
    if ([...chosen.querySelectorAll("input")].some((input) => input.value === code)) return;
    const close = element("button", { type: "button", className: "btn-close" });
    close.setAttribute("aria-label", `${chosen.dataset.remove} ${name}`);
    chosen.append(
      element(
        "li",
        { className: "tag" },
        element("input", { type: "hidden", name: "areas", value: code }),
        element("span", {}, name, " ", element("small", { textContent: inside })),
        close,
      ),
    );
  };

  document.addEventListener("click", (event) => {
    const found = event.target.closest("#found button");
    if (found) add(found.dataset);
    const close = event.target.closest("#chosen .btn-close");
    if (close) {
      close.parentElement.remove();
      document.getElementById("q").focus();
    }
  });

  // Enter in the search field chooses the first area and does not send the form.
  document.getElementById("q").addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    document.querySelector("#found button")?.click();
  });
})();

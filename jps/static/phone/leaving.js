// On the office's pages: signing out there forgets this phone's key as well, and asks before.
"use strict";

import { mayLeave } from "./session.js";
import { forget, remember } from "./vault.js";
import { setWords } from "./words.js";

for (const form of document.querySelectorAll("form[action$='/logout']")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    await remember();
    const packed = await fetch(new URL("form.json", import.meta.url)).then((answer) => answer.json());
    setWords(packed.english);
    if (!(await mayLeave())) return;
    await forget();
    form.submit();
  });
}

// Texts: Indonesian in the source, English from the table that comes with the questionnaire.
"use strict";

let table = {};

export const language = () => (/(?:^|; )language=en(?:;|$)/.test(document.cookie) ? "en" : "id");

export function setWords(english) {
  table = language() === "en" ? english : {};
}

// Marks a text for the catalogue where it is only looked up later.
export const N_ = (text) => text;

// The text in the reader's language, `{name}` filled in.
export function _(text, values = {}) {
  return (table[text] ?? text).replace(/\{(\w+)\}/g, (gap, name) => values[name] ?? gap);
}

// One of the questionnaire's own texts ({id: ..., en: ...}), else the first that there is.
export const inLanguage = (texts = {}) => texts[language()] || Object.values(texts).find(Boolean) || "";

export function setLanguage(code, secure = location.protocol === "https:") {
  document.cookie = `language=${code}; path=/; max-age=31536000; samesite=lax${secure ? "; secure" : ""}`;
}
